package io.kollaps.fabric.kernel;

import static io.kollaps.fabric.conformance.TestNetwork.address4;
import static io.kollaps.fabric.conformance.TestNetwork.delay;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kollaps.fabric.FabricException;
import io.kollaps.fabric.OverlaySpec;
import io.kollaps.fabric.PathSetting;
import io.kollaps.fabric.PortSpec;
import io.kollaps.fabric.kernel.KernelProbe.Missing;
import io.kollaps.linux.Errno;
import io.kollaps.linux.LinkCreator;
import io.kollaps.linux.LinkSpec;
import io.kollaps.linux.LinuxException;
import io.kollaps.linux.NetworkNamespace;
import io.kollaps.linux.NetworkNamespaces;
import io.kollaps.linux.RouteNetlink;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A step that the kernel refuses ends in a clear message, and leaves nothing. Needs root. */
class KernelFabricFaultTest {
  private static final Set<Step> AT_START =
      EnumSet.of(Step.NAMESPACE, Step.MAPS, Step.PROGRAMS, Step.FABRIC_DEVICE, Step.FABRIC_PROGRAM);

  /** Refuses one step, as long as it is told to. */
  private static final class Refusing implements Step.Gate {
    private final Step refused;
    private boolean active = true;

    Refusing(Step refused) {
      this.refused = refused;
    }

    @Override
    public void before(Step step) throws LinuxException {
      if (active && step == refused) {
        throw new LinuxException("refused by the test: EPERM", Errno.EPERM);
      }
    }
  }

  private static KernelFabric start(Step.Gate gate) throws FabricException {
    return KernelFabric.start(2, KernelFabricOptions.DEFAULT, false, gate);
  }

  private static PortSpec port(NetworkNamespace namespace) throws IOException {
    return new PortSpec(0, namespace, List.of(address4(0)), List.of(), 1500);
  }

  @ParameterizedTest
  @EnumSource(
      value = Step.class,
      names = {"NAMESPACE", "MAPS", "PROGRAMS", "FABRIC_DEVICE", "FABRIC_PROGRAM"})
  void shouldLeaveNothingOfAFabricThatCannotStart(Step step) throws Exception {
    assertThat(AT_START).contains(step);
    Set<String> before = openFiles();
    assertThatThrownBy(() -> start(new Refusing(step)))
        .isInstanceOf(FabricException.class)
        .hasMessageContaining("cannot")
        .hasMessageContaining("refused by the test");
    assertThat(openFiles()).isEqualTo(before);
  }

  @ParameterizedTest
  @EnumSource(
      value = Step.class,
      names = {"PORT_PAIR", "PORT_PROGRAM", "PORT_DEVICE", "PORT_ADDRESSES"})
  void shouldLeaveNothingOfAPortThatCannotBeMade(Step step) throws Exception {
    Refusing gate = new Refusing(step);
    try (NetworkNamespace namespace = NetworkNamespaces.create();
        KernelFabric fabric = start(gate)) {
      Set<String> before = openFiles();
      assertThatThrownBy(() -> fabric.attach(port(namespace)))
          .isInstanceOf(FabricException.class)
          .hasMessageContaining("refused by the test");
      assertThat(openFiles()).isEqualTo(before);
      assertThat(devices(namespace)).containsExactly("lo");
      assertThat(devices(fabric.namespace())).containsExactly("fa0", "fa1", "lo");
      gate.active = false;
      fabric.attach(port(namespace));
      assertThat(devices(namespace)).containsExactly("eth0", "lo");
      assertThat(devices(fabric.namespace())).containsExactly("fa0", "fa1", "lo", "p0");
      fabric.detach(0);
      assertThat(devices(fabric.namespace())).containsExactly("fa0", "fa1", "lo");
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Step.class,
      names = {"OVERLAY_DEVICE", "OVERLAY_PROGRAM"})
  void shouldLeaveNothingOfAnOverlayThatCannotBeOpened(Step step) throws Exception {
    Refusing gate = new Refusing(step);
    OverlaySpec spec = new OverlaySpec(InetAddress.ofLiteral("127.0.0.1"), 9, 0, 0, 1450);
    try (KernelFabric fabric = start(gate)) {
      Set<String> before = openFiles();
      assertThatThrownBy(() -> fabric.openOverlay(spec))
          .isInstanceOf(FabricException.class)
          .hasMessageContaining("refused by the test");
      assertThat(openFiles()).isEqualTo(before);
      assertThat(devices(fabric.namespace())).containsExactly("fa0", "fa1", "lo");
      gate.active = false;
      assertThat(fabric.openOverlay(spec)).isPositive();
      assertThat(devices(fabric.namespace())).containsExactly("fa0", "fa1", "lo", "vxr", "vxs");
      assertThatThrownBy(() -> fabric.openOverlay(spec)).hasMessageContaining("open already");
    }
  }

  @Test
  void shouldSayThatAnAddressIsNotOfThisNode() throws Exception {
    OverlaySpec spec = new OverlaySpec(InetAddress.ofLiteral("192.0.2.1"), 9, 0, 0, 1450);
    try (KernelFabric fabric = start(Step.Gate.OPEN)) {
      assertThatThrownBy(() -> fabric.openOverlay(spec))
          .isInstanceOf(FabricException.class)
          .hasMessageContaining("192.0.2.1")
          .hasMessageContaining("EADDRNOTAVAIL");
      assertThat(devices(fabric.namespace())).containsExactly("fa0", "fa1", "lo");
    }
  }

  @Test
  void shouldSetNoPathOfABatchWithoutRoom() throws Exception {
    Refusing gate = new Refusing(Step.PATHS);
    try (KernelFabric fabric = start(gate)) {
      PathSetting setting = new PathSetting(0, 1, Optional.of(delay(0)));
      assertThatThrownBy(() -> fabric.setPaths(List.of(setting)))
          .isInstanceOf(FabricException.class)
          .hasMessageContaining("fewer endpoints");
      assertThat(fabric.slot(0, 1)).isEqualTo(PathTable.NONE);
    }
  }

  @Test
  void shouldLeaveADeviceAloneThatHasTheName() throws Exception {
    try (NetworkNamespace namespace = NetworkNamespaces.create();
        KernelFabric fabric = start(Step.Gate.OPEN)) {
      namespace.inside(
          () -> {
            try (RouteNetlink links = RouteNetlink.open()) {
              new LinkCreator(links.socket()).veth(LinkSpec.named("eth0"), LinkSpec.named("other"));
              return 0;
            }
          });
      assertThatThrownBy(() -> fabric.attach(port(namespace)))
          .isInstanceOf(FabricException.class)
          .hasMessageContaining("eth0")
          .hasMessageContaining("EEXIST")
          .hasMessageContaining("take it away first");
      assertThat(devices(namespace)).containsExactly("eth0", "lo", "other");
      assertThat(devices(fabric.namespace())).containsExactly("fa0", "fa1", "lo");
    }
  }

  @Test
  void shouldSayWhatIsMissing() throws Exception {
    Set<String> before = openFiles();
    List<String> here = pieces(KernelProbe.missing());
    // nothing else is missing where these tests run, and fq is on no kernel by chance
    assertThat(here).isSubsetOf("sch_fq");
    if (here.isEmpty()) {
      KernelFabric.start(2, KernelFabricOptions.DEFAULT).close();
    } else {
      assertThatThrownBy(() -> KernelFabric.start(2, KernelFabricOptions.DEFAULT))
          .isInstanceOf(FabricException.class)
          .hasMessageContaining("sch_fq")
          .hasMessageContaining("--fabric user-space");
    }
    assertThat(pieces(KernelProbe.missing(new Refusing(Step.NAMESPACE))))
        .containsExactly("namespace");
    assertThat(pieces(KernelProbe.missing(new Refusing(Step.MAPS)))).contains("bpf");
    assertThat(pieces(KernelProbe.missing(new Refusing(Step.PROGRAMS)))).contains("bpf-programs");
    assertThat(pieces(KernelProbe.missing(new Refusing(Step.FABRIC_DEVICE)))).contains("veth");
    assertThat(pieces(KernelProbe.missing(new Refusing(Step.FABRIC_QUEUE)))).contains("sch_fq");
    assertThat(pieces(KernelProbe.missing(new Refusing(Step.FABRIC_PROGRAM)))).contains("clsact");
    assertThat(openFiles()).isEqualTo(before);
  }

  private static List<String> pieces(List<Missing> missing) {
    assertThat(missing).allSatisfy(m -> assertThat(m.detail()).contains("cannot"));
    return missing.stream().map(Missing::piece).toList();
  }

  // in a user namespace of its own a process is root over its network, but may not use BPF
  @Test
  void shouldTellWithoutTheRightToUseBpf() throws Exception {
    Process process =
        new ProcessBuilder(
                "unshare",
                "--user",
                "--map-root-user",
                "--net",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                ProbeMain.class.getName())
            .redirectErrorStream(true)
            .start();
    String printed = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor()).as(printed).isZero();
    assertThat(printed).contains("bpf: ").contains("EPERM").contains("CAP_BPF");
  }

  private static Set<String> devices(NetworkNamespace namespace) throws Exception {
    return namespace.inside(
        () -> {
          try (var lines = Files.lines(Path.of("/proc/thread-self/net/dev"))) {
            Set<String> names = new TreeSet<>();
            lines.skip(2).forEach(line -> names.add(line.strip().replaceFirst(":.*", "")));
            return names;
          } catch (IOException e) {
            throw new LinuxException("cannot read the devices: " + e, 0);
          }
        });
  }

  /** Namespaces, sockets and objects of the kernel that this process holds. */
  private static Set<String> openFiles() throws IOException {
    Set<String> targets = new TreeSet<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path file : files) {
        String target = Files.exists(file) ? Files.readSymbolicLink(file).toString() : "";
        if (target.startsWith("net:")
            || target.startsWith("anon_")
            || target.startsWith("socket:")
            || target.contains("bpf")) {
          targets.add(file.getFileName() + " " + target);
        }
      }
    }
    return targets;
  }
}
