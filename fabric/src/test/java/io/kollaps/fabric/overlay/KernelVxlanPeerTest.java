package io.kollaps.fabric.overlay;

import static io.kollaps.fabric.conformance.TestNetwork.address4;
import static io.kollaps.fabric.conformance.TestNetwork.address6;
import static io.kollaps.fabric.conformance.TestNetwork.delay;
import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.fabric.OverlayHealth;
import io.kollaps.fabric.OverlayPeer;
import io.kollaps.fabric.OverlayPeer.RemoteEndpoint;
import io.kollaps.fabric.OverlaySpec;
import io.kollaps.fabric.conformance.SharedMachine;
import io.kollaps.fabric.conformance.TestNetwork;
import io.kollaps.fabric.userspace.UserSpaceFabric;
import io.kollaps.fabric.userspace.UserSpaceFabricOptions;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The wire format, against somebody who has never heard of Kollaps: the other node is an ordinary
 * VXLAN device of the kernel. Needs root.
 */
@ExtendWith(SharedMachine.class)
class KernelVxlanPeerTest {
  private static final int VNI = 77;
  private static final int MTU = 1450;
  private static final int PORT = 4789;

  private static String inside(Underlay underlay, String... command) throws Exception {
    List<String> line = new ArrayList<>();
    line.addAll(List.of("nsenter", "--net=" + underlay.node(1).path(), "--"));
    line.addAll(List.of(command));
    Path output = Files.createTempFile("kollaps-test", ".out");
    try {
      Process process =
          new ProcessBuilder(line)
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).as("%s", line).isTrue();
      String printed = Files.readString(output);
      assertThat(process.exitValue()).as("%s: %s", line, printed).isZero();
      return printed;
    } finally {
      Files.delete(output);
    }
  }

  private static void makePeer(Underlay underlay, int port) throws Exception {
    String here = Underlay.address(0, false).getHostAddress();
    String mac = InnerFrame.address(0).toString();
    inside(
        underlay,
        "ip",
        "link",
        "add",
        "vx",
        "address",
        InnerFrame.address(1).toString(),
        "mtu",
        "" + MTU,
        "type",
        "vxlan",
        "id",
        "" + VNI,
        "local",
        Underlay.address(1, false).getHostAddress(),
        "dstport",
        "" + PORT,
        "nolearning");
    inside(underlay, "bridge", "fdb", "add", mac, "dev", "vx", "dst", here, "port", "" + port);
    inside(underlay, "ip", "addr", "add", address4(1).getHostAddress() + "/16", "dev", "vx");
    inside(
        underlay, "ip", "addr", "add", address6(1).getHostAddress() + "/64", "dev", "vx", "nodad");
    inside(underlay, "ip", "link", "set", "vx", "up");
    for (String address : List.of(address4(0).getHostAddress(), address6(0).getHostAddress())) {
      inside(underlay, "ip", "neigh", "replace", address, "lladdr", mac, "dev", "vx");
    }
  }

  /** Column of the table of counters of a protocol in /proc/net/snmp. */
  private static long counter(String snmp, String protocol, String name) {
    List<String> lines = snmp.lines().filter(l -> l.startsWith(protocol + ":")).toList();
    int column = List.of(lines.get(0).split(" ")).indexOf(name);
    return Long.parseLong(lines.get(1).split(" ")[column]);
  }

  @Test
  void shouldSpeakVxlanAsTheKernelDoes() throws Exception {
    UserSpaceFabric fabric = UserSpaceFabric.start(2, UserSpaceFabricOptions.DEFAULT);
    try (Underlay underlay = new Underlay(1500);
        TestNetwork network = new TestNetwork(fabric, 1)) {
      OverlaySpec spec = new OverlaySpec(Underlay.address(0, false), VNI, 7800, 7899, MTU);
      int port = underlay.inside(0, () -> fabric.openOverlay(spec));
      makePeer(underlay, port);
      fabric.setPeers(
          List.of(
              new OverlayPeer(
                  new InetSocketAddress(Underlay.address(1, false), PORT),
                  List.of(new RemoteEndpoint(1, List.of(address4(1), address6(1)))),
                  0)));
      network.set(0, 1, delay(0));
      // the endpoint's device is to be as small as the overlay allows
      network.run(0, "ip", "link", "set", "eth0", "mtu", "" + MTU);
      assertThat(network.pingReplies(0, address4(1), 3)).isEqualTo(3);
      assertThat(network.pingReplies(0, address6(1), 3)).isEqualTo(3);
      for (String direction : List.of("--get-server-output", "-R")) {
        Process server =
            new ProcessBuilder(
                    "nsenter", "--net=" + underlay.node(1).path(), "--", "iperf3", "-s", "-1")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
          String printed = "";
          for (int i = 0; i < 50 && !printed.contains("receiver"); i++) {
            Thread.sleep(50);
            printed =
                network.run(0, "iperf3", "-c", address4(1).getHostAddress(), "-t", "1", direction);
          }
          assertThat(printed).contains("receiver");
        } finally {
          server.destroyForcibly();
        }
      }
      for (String snmp :
          List.of(
              inside(underlay, "cat", "/proc/net/snmp"), network.run(0, "cat", "/proc/net/snmp"))) {
        assertThat(counter(snmp, "Tcp", "InCsumErrors")).as(snmp).isZero();
        assertThat(counter(snmp, "Tcp", "InSegs")).isPositive();
        assertThat(counter(snmp, "Udp", "InCsumErrors")).isZero();
        assertThat(counter(snmp, "Icmp", "InCsumErrors")).isZero();
        assertThat(counter(snmp, "Ip", "InHdrErrors")).isZero();
      }
      OverlayHealth health = fabric.health().overlay();
      assertThat(health.unsentPackets()).isZero();
      assertThat(health.malformedDatagrams()).isZero();
      assertThat(health.receivedPackets()).isGreaterThan(100);
    }
  }
}
