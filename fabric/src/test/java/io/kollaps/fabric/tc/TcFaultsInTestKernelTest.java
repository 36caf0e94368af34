package io.kollaps.fabric.tc;

import static io.kollaps.fabric.conformance.TestNetwork.shape;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kollaps.fabric.FabricException;
import io.kollaps.fabric.PathSetting;
import io.kollaps.fabric.PathShape;
import io.kollaps.fabric.PortSpec;
import io.kollaps.linux.Errno;
import io.kollaps.linux.LinkCreator;
import io.kollaps.linux.LinkSpec;
import io.kollaps.linux.LinuxException;
import io.kollaps.linux.NetworkNamespace;
import io.kollaps.linux.NetworkNamespaces;
import io.kollaps.linux.RouteNetlink;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever the kernel refuses, at whatever step: the reason is told, and nothing is left. */
@Tag("test-kernel")
class TcFaultsInTestKernelTest {
  private NetworkNamespace first;
  private NetworkNamespace second;

  @BeforeEach
  void setUp() throws Exception {
    first = NetworkNamespaces.create();
    second = NetworkNamespaces.create();
  }

  @AfterEach
  void tearDown() {
    first.close();
    second.close();
  }

  private static PortSpec port(int endpoint, NetworkNamespace namespace) throws Exception {
    return new PortSpec(
        endpoint,
        namespace,
        List.of(
            InetAddress.getByName("10.7.0." + (endpoint + 1)),
            InetAddress.getByName("fd07::" + (endpoint + 1))),
        List.of(new PortSpec.Prefix(InetAddress.getByName("10.7.0.0"), 16)),
        PortSpec.DEFAULT_MTU);
  }

  private static String run(NetworkNamespace namespace, String... command) throws Exception {
    List<String> line = new ArrayList<>(List.of("nsenter", "--net=" + namespace.path()));
    line.addAll(List.of(command));
    Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return printed.strip();
  }

  /** Sockets and namespaces of this process. */
  private static long descriptors() throws Exception {
    try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
      return files
          .filter(Files::exists)
          .filter(
              file -> {
                try {
                  String target = Files.readSymbolicLink(file).toString();
                  return target.startsWith("net:") || target.startsWith("socket:");
                } catch (java.io.IOException e) {
                  return false;
                }
              })
          .count();
    }
  }

  /** Refuses one step, the n-th time that it comes. */
  private static TcStep.Gate refusing(TcStep refused, int time) {
    int[] seen = new int[1];
    return step -> {
      if (step == refused && ++seen[0] == time) {
        throw new LinuxException("as the test wants (Some sentence)", Errno.ENOENT);
      }
    };
  }

  private void use(TcFabric fabric) throws Exception {
    try (fabric) {
      fabric.attach(port(0, first));
      fabric.attach(port(1, second));
      PathShape shape = shape(1_000_000, 0.1, 8_000_000);
      fabric.setPaths(List.of(new PathSetting(0, 1, Optional.of(shape))));
      fabric.setRates(new int[] {1}, new long[] {4_000_000});
      fabric.setConnected(1, false);
      fabric.detach(1);
    }
  }

  @ParameterizedTest
  @EnumSource(TcStep.class)
  void shouldLeaveNothingWhicheverStepIsRefused(TcStep step) throws Exception {
    long before = descriptors();
    int refusals = 0;
    for (int time = 1; time <= 4; time++) {
      try {
        use(TcFabric.start(2, 1, refusing(step, time)));
        break;
      } catch (FabricException e) {
        refusals++;
        assertThat(e)
            .hasMessageContaining("tc fabric cannot")
            .hasMessageContaining("Some sentence");
        assertThat(e.getSuppressed()).isEmpty();
      }
      for (NetworkNamespace namespace : List.of(first, second)) {
        awaitOnlyLoopback(namespace);
      }
      assertThat(descriptors()).isEqualTo(before);
    }
    assertThat(refusals).as("the step is taken").isPositive();
  }

  /** A namespace that nobody holds is taken down by the kernel a little later. */
  private static void awaitOnlyLoopback(NetworkNamespace namespace) throws Exception {
    for (int i = 0; i < 100 && run(namespace, "ip", "-o", "link").lines().count() > 1; i++) {
      Thread.sleep(50);
    }
    assertThat(run(namespace, "ip", "-o", "link").lines().count()).isEqualTo(1);
  }

  @Test
  void shouldRefuseANameThatIsTakenAndLeaveItAlone() throws Exception {
    try (RouteNetlink links = first.inside(RouteNetlink::open);
        TcFabric fabric = TcFabric.start(2, 1)) {
      new LinkCreator(links.socket()).dummy(LinkSpec.named("eth0"));
      assertThatThrownBy(() -> fabric.attach(port(0, first)))
          .isInstanceOf(FabricException.class)
          .hasMessageContaining("endpoint 0")
          .hasMessageContaining("EEXIST")
          .hasMessageContaining("take it away first");
      assertThat(run(first, "ip", "-d", "-o", "link", "show", "eth0")).contains("dummy");
      fabric.attach(port(1, second));
    }
  }

  @Test
  void shouldRefuseAnAddressThatAnotherEndpointHas() throws Exception {
    try (TcFabric fabric = TcFabric.start(3, 1)) {
      fabric.attach(port(0, first));
      PortSpec same = new PortSpec(1, second, port(0, first).addresses(), List.of(), 1500);
      assertThatThrownBy(() -> fabric.attach(same))
          .isInstanceOf(FabricException.class)
          .hasMessageContaining("endpoint 0 has it");
      assertThat(run(second, "ip", "-o", "link").lines().count()).isEqualTo(1);
      fabric.attach(port(1, second));
    }
  }

  @Test
  void shouldFindNothingMissingHere() {
    assertThat(TcProbe.missing()).isEmpty();
  }

  @Test
  void shouldStopShapingWhenAsked() throws Exception {
    try (RouteNetlink links = first.inside(RouteNetlink::open);
        io.kollaps.linux.NetlinkBatch batch = new io.kollaps.linux.NetlinkBatch()) {
      new LinkCreator(links.socket()).veth(LinkSpec.named("own"), LinkSpec.named("e").in(second));
      try (RouteNetlink far = second.inside(RouteNetlink::open)) {
        int e = far.linkIndex("e");
        far.setUp(e, true);
        far.addAddress(e, InetAddress.getByName("10.8.0.2"), 24);
        far.addAddress(e, InetAddress.getByName("10.8.0.3"), 24);
      }
      int own = links.linkIndex("own");
      links.setUp(own, true);
      links.addAddress(own, InetAddress.getByName("10.8.0.1"), 24);
      String before = run(first, "tc", "qdisc", "show", "dev", "own");
      int segments = links.maxSegments(own);
      InterfaceShaper.Options options =
          new InterfaceShaper.Options("interface own", 1500, false, 1, TcStep.Gate.OPEN);
      PathTotals totals = new PathTotals();
      try (InterfaceShaper shaper = InterfaceShaper.start(links, batch, "own", options)) {
        PathShape slow = shape(50_000_000, 0, 8_000_000);
        shaper.set(
            List.of(
                new DestinationSetting(
                    4, List.of(InetAddress.getByName("10.8.0.2")), slow, true, totals)));
        assertThat(smallestPing(first, "10.8.0.2")).isBetween(50.0, 60.0);
        // others, and questions for hardware addresses, are left alone
        assertThat(smallestPing(first, "10.8.0.3")).isLessThan(10);
        shaper.setOpen(List.of(4), false);
        assertThat(run(first, "ping", "-c", "2", "-W", "1", "10.8.0.2")).contains(" 0 received");
        shaper.setOpen(List.of(4), true);
        shaper.read(4);
        assertThat(totals.counters().cutPackets()).isEqualTo(2);
        assertThat(totals.counters().deliveredPackets()).isEqualTo(5);
        assertThatThrownBy(() -> InterfaceShaper.start(links, batch, "own", options))
            .isInstanceOf(FabricException.class)
            .hasMessageContaining("Somebody else shapes");
        assertThat(smallestPing(first, "10.8.0.2")).isBetween(50.0, 60.0);
      }
      assertThat(run(first, "tc", "qdisc", "show", "dev", "own")).isEqualTo(before);
      assertThat(links.maxSegments(own)).isEqualTo(segments);
      assertThat(smallestPing(first, "10.8.0.2")).isLessThan(10);
    }
  }

  private static double smallestPing(NetworkNamespace namespace, String address) throws Exception {
    String printed = run(namespace, "ping", "-n", "-c", "5", "-i", "0.05", address);
    return printed
        .lines()
        .filter(l -> l.contains("time="))
        .mapToDouble(l -> Double.parseDouble(l.replaceAll(".*time=([0-9.]+) ms.*", "$1")))
        .min()
        .orElseThrow(() -> new AssertionError(printed));
  }
}
