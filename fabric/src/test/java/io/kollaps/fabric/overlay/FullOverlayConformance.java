package io.kollaps.fabric.overlay;

import static io.kollaps.fabric.conformance.TestNetwork.address4;
import static io.kollaps.fabric.conformance.TestNetwork.delay;
import static io.kollaps.fabric.conformance.TestNetwork.shape;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kollaps.fabric.Fabric;
import io.kollaps.fabric.FabricException;
import io.kollaps.fabric.OverlayHealth;
import io.kollaps.fabric.OverlayPeer;
import io.kollaps.fabric.OverlayPeer.RemoteEndpoint;
import io.kollaps.fabric.PathCounters;
import io.kollaps.fabric.PortSpec;
import io.kollaps.fabric.conformance.TestNetwork;
import io.kollaps.fabric.conformance.UdpPair;
import io.kollaps.topology.LinkProperties;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * As {@link OverlayConformance}, with what each fabric does by itself: losses and cuts, datagrams
 * that do not belong, peers that cannot be, the end.
 */
public abstract class FullOverlayConformance extends OverlayConformance {
  private static final int SILENCE_MILLIS = 500;

  /** How many of the datagrams that are no packets of the run the first node counts at least. */
  protected int countedGarbage() {
    return 200;
  }

  @Test
  void shouldLoseTheGivenShareAndCutAtOnce() throws Exception {
    JoinedFabrics joined = joined(2, false);
    try (TestNetwork network = new TestNetwork(joined, 2)) {
      network.set(0, 1, shape(0, 0.2, LinkProperties.UNLIMITED_RATE));
      network.set(1, 0, delay(0));
      int count = 2000;
      try (UdpPair there = new UdpPair(network, 0, 1, address4(1));
          UdpPair back = new UdpPair(network, 1, 0, address4(0))) {
        there.send(count, 100);
        back.send(count, 100);
        // binomial standard deviation is 18; five of them
        int received = there.receive(SILENCE_MILLIS).size();
        assertThat(received).isBetween(1600 - 90, 1600 + 90);
        assertThat(back.receive(SILENCE_MILLIS)).hasSize(count);
        PathCounters counters = joined.counters(0, 1);
        assertThat(counters.offeredPackets()).isEqualTo(count);
        assertThat(counters.lostPackets()).isEqualTo(count - received);
        assertThat(counters.deliveredPackets()).isEqualTo(received);
        joined.setConnected(1, false);
        there.send(10, 100);
        back.send(10, 100);
        assertThat(there.receive(SILENCE_MILLIS)).isEmpty();
        assertThat(joined.counters(0, 1).cutPackets()).isEqualTo(10);
        joined.setConnected(1, true);
        back.send(10, 100);
        assertThat(back.receive(SILENCE_MILLIS)).hasSize(10);
      }
    }
  }

  @Test
  void shouldFindThatFullPacketsDoNotPass() throws Exception {
    // 1500 + 50 bytes do not fit 1549: of this end, of the other end, at either fabric
    for (int[] mtus : new int[][] {{1549, 1549}, {UNDERLAY_MTU, 1549}}) {
      JoinedFabrics joined =
          new JoinedFabrics(
              new Underlay(mtus[0], mtus[1]), fabric(0, 2), fabric(1, 2), 2, false, 1500);
      try (TestNetwork network = new TestNetwork(joined, 2)) {
        for (int node = 0; node < 2; node++) {
          Fabric fabric = joined.of(node);
          String other = joined.address(1 - node).getAddress().getHostAddress();
          assertThatThrownBy(() -> fabric.checkPeers(PATIENCE_NANOS))
              .isInstanceOf(FabricException.class)
              .hasMessageContaining(other)
              .hasMessageContaining("1550 bytes");
        }
        assertThat(network.fabric()).isSameAs(joined);
      }
    }
    JoinedFabrics fits =
        new JoinedFabrics(new Underlay(1550), fabric(0, 2), fabric(1, 2), 2, false, 1500);
    try (TestNetwork network = new TestNetwork(fits, 2)) {
      fits.checkPeers(PATIENCE_NANOS);
      assertThat(network.fabric()).isSameAs(fits);
    }
  }

  @Test
  void shouldTellOfANodeThatDoesNotAnswer() throws Exception {
    JoinedFabrics joined = joined(2, false);
    try (TestNetwork network = new TestNetwork(joined, 1)) {
      joined.of(1).close();
      assertThatThrownBy(() -> joined.of(0).checkPeers(300 * MILLI))
          .isInstanceOf(FabricException.class)
          .hasMessageContaining("10.99.0.2")
          .hasMessageContaining("300 ms");
      assertThat(network.fabric()).isSameAs(joined);
    }
  }

  @Test
  void shouldDropAndCountWhatIsNotOfTheRun() throws Exception {
    JoinedFabrics joined = joined(4, false);
    try (TestNetwork network = new TestNetwork(joined, 3)) {
      network.setBoth(0, 1, delay(0));
      // endpoint 3 is of the second node, but not attached
      InetSocketAddress target = joined.address(0);
      OverlayHealth before = joined.of(0).health().overlay();
      try (DatagramSocket socket = socket(joined.underlay())) {
        byte[] good = frame(JoinedFabrics.VNI, 1, 0, packet(1, 0));
        send(socket, target, good);
        send(socket, target, frame(JoinedFabrics.VNI + 1, 1, 0, packet(1, 0)));
        send(socket, target, frame(JoinedFabrics.VNI, 0, 0, packet(1, 0)));
        send(socket, target, frame(JoinedFabrics.VNI, 99, 0, packet(1, 0)));
        send(socket, target, frame(JoinedFabrics.VNI, 1, 3, packet(1, 3)));
        send(socket, target, frame(JoinedFabrics.VNI, 1, 2, packet(1, 0)));
        Random random = new Random(42);
        for (int i = 0; i < 200; i++) {
          byte[] garbage = new byte[random.nextInt(1500)];
          random.nextBytes(garbage);
          send(socket, target, garbage);
        }
        for (int length = 8; length < good.length; length++) {
          send(socket, target, Arrays.copyOf(good, length));
        }
      }
      awaitDropped(joined, before, countedGarbage());
      OverlayHealth after = joined.of(0).health().overlay();
      assertThat(after.receivedPackets() - before.receivedPackets()).isEqualTo(1);
      assertThat(after.undeliveredPackets() - before.undeliveredPackets()).isEqualTo(2);
      assertThat(after.foreignDatagrams() - before.foreignDatagrams()).isGreaterThanOrEqualTo(3);
      assertThat(after.malformedDatagrams() - before.malformedDatagrams()).isPositive();
      assertThat(network.pingReplies(0, address4(1), 3)).isEqualTo(3);
    }
  }

  private static void awaitDropped(JoinedFabrics joined, OverlayHealth before, int least)
      throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (System.nanoTime() < deadline) {
      OverlayHealth now = joined.of(0).health().overlay();
      long dropped =
          now.foreignDatagrams()
              + now.malformedDatagrams()
              - before.foreignDatagrams()
              - before.malformedDatagrams();
      if (dropped >= least) {
        return;
      }
      Thread.sleep(20);
    }
  }

  /** A socket of the second node, at another port than its overlay's. */
  private static DatagramSocket socket(Underlay underlay) throws Exception {
    return underlay.inside(
        1,
        () -> {
          try {
            return new DatagramSocket(new InetSocketAddress(Underlay.address(1, false), 0));
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  private static void send(DatagramSocket socket, InetSocketAddress to, byte[] bytes)
      throws IOException {
    socket.send(new DatagramPacket(bytes, bytes.length, to));
  }

  /** As RFC 7348 has it. */
  private static byte[] frame(int vni, int from, int to, byte[] packet) {
    return ByteBuffer.allocate(22 + packet.length)
        .putInt(0x08000000)
        .putInt(vni << 8)
        .putShort((short) 0x024b)
        .putInt(to)
        .putShort((short) 0x024b)
        .putInt(from)
        .putShort((short) 0x0800)
        .put(packet)
        .array();
  }

  /** UDP to a port where nobody is, without a checksum. */
  private static byte[] packet(int from, int to) throws IOException {
    ByteBuffer packet =
        ByteBuffer.allocate(40)
            .putInt(0x45000028)
            .putInt(0)
            .putInt(0x40110000)
            .put(address4(from).getAddress())
            .put(address4(to).getAddress())
            .putInt(0x00070007)
            .putInt(20 << 16);
    int sum = 0;
    for (int at = 0; at < 20; at += 2) {
      sum += packet.getShort(at) & 0xffff;
    }
    return packet.putShort(10, (short) ~((sum & 0xffff) + (sum >> 16))).array();
  }

  @Test
  void shouldRefusePeersThatCannotBe() throws Exception {
    JoinedFabrics joined = joined(4, false);
    try (TestNetwork network = new TestNetwork(joined, 4)) {
      network.setBoth(0, 1, delay(0));
      Fabric fabric = joined.of(0);
      InetSocketAddress there = joined.address(1);
      assertThatThrownBy(() -> fabric.setPeers(List.of(peer(there, 0, 5))))
          .isInstanceOf(FabricException.class)
          .hasMessageContaining("here");
      assertThatThrownBy(() -> fabric.setPeers(List.of(peer(there, 4, 4))))
          .isInstanceOf(FabricException.class)
          .hasMessageContaining("0 to 3");
      assertThatThrownBy(() -> fabric.setPeers(List.of(peer(there, 1, 0))))
          .isInstanceOf(FabricException.class)
          .hasMessageContaining("10.77.0.1");
      assertThatThrownBy(() -> fabric.setPeers(List.of(peer(there, 1, 1), peer(there, 1, 3))))
          .isInstanceOf(FabricException.class)
          .hasMessageContaining("Endpoint 1");
      InetSocketAddress version6 = new InetSocketAddress(Underlay.address(1, true), 7800);
      assertThatThrownBy(() -> fabric.setPeers(List.of(peer(version6, 1, 1))))
          .isInstanceOf(FabricException.class)
          .hasMessageContaining("IPv6");
      assertThat(network.pingReplies(0, address4(1), 2)).isEqualTo(2);
    }
  }

  private static OverlayPeer peer(InetSocketAddress address, int endpoint, int addressOf)
      throws IOException {
    return new OverlayPeer(
        address, List.of(new RemoteEndpoint(endpoint, List.of(address4(addressOf)))), 0);
  }

  @Test
  void shouldLeaveNothingBehindAndFreeItsPort() throws Exception {
    // the first time loads and compiles what stays
    joined(2, false).close();
    Set<String> before = openFiles();
    Underlay underlay = new Underlay(UNDERLAY_MTU);
    JoinedFabrics joined =
        new JoinedFabrics(underlay, fabric(0, 2), fabric(1, 2), 2, false, PortSpec.DEFAULT_MTU);
    TestNetwork network = new TestNetwork(joined, 2);
    network.setBoth(0, 1, delay(0));
    assertThat(network.pingReplies(0, address4(1), 1)).isEqualTo(1);
    assertThat(openFiles()).isNotEqualTo(before);
    network.close();
    network.close();
    assertThat(openFiles()).isEqualTo(before);
    assertThatThrownBy(() -> joined.of(0).setPeers(List.of())).isInstanceOf(FabricException.class);
  }

  /** Devices, namespaces, sockets and kernel objects that this process holds. */
  private static Set<String> openFiles() throws IOException {
    Set<String> targets = new TreeSet<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path file : files) {
        String target = Files.exists(file) ? Files.readSymbolicLink(file).toString() : "";
        if (target.contains("tun")
            || target.startsWith("net:")
            || target.startsWith("anon_")
            || target.startsWith("socket")) {
          targets.add(file.getFileName() + " " + target.replaceAll("\\d", ""));
        }
      }
    }
    return targets;
  }
}
