package io.kollaps.fabric.conformance;

import static io.kollaps.fabric.conformance.TestNetwork.address4;
import static io.kollaps.fabric.conformance.TestNetwork.address6;
import static io.kollaps.fabric.conformance.TestNetwork.delay;
import static io.kollaps.fabric.conformance.TestNetwork.shape;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kollaps.fabric.Fabric;
import io.kollaps.fabric.FabricException;
import io.kollaps.fabric.PathCounters;
import io.kollaps.fabric.PathSetting;
import io.kollaps.fabric.PathShape;
import io.kollaps.fabric.UsageSink;
import io.kollaps.linux.LinkStatistics;
import io.kollaps.topology.Jitter;
import io.kollaps.topology.LinkProperties;
import io.kollaps.topology.LinkProperties.Framing;
import io.kollaps.topology.QueueLimit;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What every fabric has to do, with real programs in real network namespaces. Needs root. */
@ExtendWith(SharedMachine.class)
public abstract class FabricConformance {

  private static final int SILENCE_MILLIS = 1500;

  /** A fabric to test, for so many endpoints; it is closed by the test. */
  protected abstract Fabric fabric(int endpoints) throws Exception;

  private TestNetwork network(int endpoints) throws Exception {
    return network(endpoints, endpoints);
  }

  private TestNetwork network(int endpoints, int attached) throws Exception {
    return new TestNetwork(fabric(endpoints), attached);
  }

  // The smallest of many, and a far upper bound: the machine may add to a round trip whenever other
  // programs, or other machines on its host, hold the processor; it never takes away from one. A
  // fabric that forgets the delay of one direction, or adds it twice, is farther off still.
  @Test
  void shouldDelayInEachDirection() throws Exception {
    try (TestNetwork network = network(2)) {
      for (int millis : new int[] {0, 10, 50}) {
        network.setBoth(0, 1, delay(millis * 1_000_000L));
        assertThat(network.smallestPingMillis(0, address4(1), 25))
            .as("IPv4, %d ms", millis)
            .isBetween(2.0 * millis, 2.0 * millis + 8);
        assertThat(network.smallestPingMillis(1, address6(0), 25))
            .as("IPv6, %d ms", millis)
            .isBetween(2.0 * millis, 2.0 * millis + 8);
      }
      network.set(0, 1, delay(40_000_000));
      network.set(1, 0, delay(0));
      assertThat(network.smallestPingMillis(0, address4(1), 25)).isBetween(40.0, 55.0);
    }
  }

  // never faster than the rate; slower as far as the programs get too little processor time
  @Test
  void shouldCarryTcpAtThePathsRate() throws Exception {
    try (TestNetwork network = network(2)) {
      long rate = 20_000_000;
      network.setBoth(0, 1, shape(5_000_000, 0, rate));
      double ideal = rate * 1448.0 / 1500;
      assertThat(Iperf.goodput(network, 0, 1, address4(1), "cubic", 3))
          .isBetween(ideal * 0.8, ideal * 1.02);
      double ideal6 = rate * 1428.0 / 1500;
      assertThat(Iperf.goodput(network, 1, 0, address6(0), "cubic", 3))
          .isBetween(ideal6 * 0.8, ideal6 * 1.02);
    }
  }

  @Test
  void shouldLoseTheGivenShareInOneDirectionOnly() throws Exception {
    try (TestNetwork network = network(2)) {
      network.set(0, 1, shape(1_000_000, 0.2, LinkProperties.UNLIMITED_RATE));
      network.set(1, 0, delay(1_000_000));
      int count = 5000;
      try (UdpPair there = new UdpPair(network, 0, 1, address4(1));
          UdpPair back = new UdpPair(network, 1, 0, address4(0))) {
        there.send(count, 100);
        back.send(count, 100);
        // binomial standard deviation is 28; five of them
        assertThat(there.receive(SILENCE_MILLIS)).hasSizeBetween(4000 - 142, 4000 + 142);
        assertThat(back.receive(SILENCE_MILLIS)).hasSize(count);
      }
      PathCounters counters = network.fabric().counters(0, 1);
      assertThat(counters.offeredPackets()).isEqualTo(count);
      assertThat(counters.lostPackets() + counters.deliveredPackets()).isEqualTo(count);
    }
  }

  @Test
  void shouldServeUdpAtTheRateAndDropWhatTheQueueHasNoRoomFor() throws Exception {
    try (TestNetwork network = network(2)) {
      // 8 Mbit/s are 1000 bytes a millisecond; 100 ms of queue hold 100 packets of 1000 bytes
      PathShape shape =
          new PathShape(0, Jitter.NONE, 0, 8_000_000, Framing.IP, new QueueLimit.Time(100_000_000));
      network.set(0, 1, shape);
      try (UdpPair pair = new UdpPair(network, 0, 1, address4(1))) {
        long start = System.nanoTime();
        pair.send(1000, 1000 - UdpPair.HEADERS_4);
        long sendMillis = (System.nanoTime() - start) / 1_000_000;
        int received = pair.receive(SILENCE_MILLIS).size();
        // the queue, one packet in service, and what was served while it was being filled
        assertThat(received).isBetween(100, (int) (102 + sendMillis + 1));
        PathCounters counters = network.fabric().counters(0, 1);
        assertThat(counters.queueDroppedPackets()).isEqualTo(1000 - received);
        assertThat(counters.deliveredPackets()).isEqualTo(received);
        assertThat(counters.deliveredBytes()).isEqualTo(1000L * received);
      }
    }
  }

  @Test
  void shouldApplyANewRateToWhatWaitsAlready() throws Exception {
    try (TestNetwork network = network(2)) {
      PathShape slow =
          new PathShape(0, Jitter.NONE, 0, 80_000, Framing.IP, new QueueLimit.Bytes(1 << 20));
      network.set(0, 1, slow);
      try (UdpPair pair = new UdpPair(network, 0, 1, address4(1))) {
        pair.send(100, 1000 - UdpPair.HEADERS_4);
        // 100 packets would take 10 s
        assertThat(pair.receive(50).size()).isLessThan(50);
        long start = System.nanoTime();
        network.fabric().setRates(new int[] {1}, new long[] {80_000_000});
        while (network.fabric().counters(0, 1).deliveredPackets() < 100) {
          assertThat(System.nanoTime() - start).isLessThan(4_000_000_000L);
          Thread.sleep(5);
        }
      }
    }
  }

  @Test
  void shouldReportUsageOnceForWhatPassed() throws Exception {
    try (TestNetwork network = network(3)) {
      network.setBoth(0, 1, delay(0));
      network.setBoth(0, 2, delay(0));
      try (UdpPair pair = new UdpPair(network, 0, 2, address4(2))) {
        pair.send(10, 1000 - UdpPair.HEADERS_4);
        assertThat(pair.receive(SILENCE_MILLIS)).hasSize(10);
      }
      Map<Integer, Long> served = new HashMap<>();
      UsageSink sink =
          (path, bytes, dropped, backlogged) -> {
            assertThat(dropped).isZero();
            served.merge(path, bytes, Long::sum);
          };
      network.fabric().readUsage(sink);
      assertThat(served).isEqualTo(Map.of(2, 10_000L));
      network.fabric().readUsage(sink);
      assertThat(served).isEqualTo(Map.of(2, 10_000L));
    }
  }

  @Test
  void shouldCutAndRestoreAnEndpoint() throws Exception {
    try (TestNetwork network = network(3)) {
      for (int other = 1; other < 3; other++) {
        network.setBoth(0, other, delay(1_000_000));
      }
      assertThat(network.pingReplies(0, address4(1), 3)).isEqualTo(3);
      network.fabric().setConnected(1, false);
      assertThat(network.pingReplies(0, address4(1), 3)).isZero();
      assertThat(network.pingReplies(0, address6(2), 3)).isEqualTo(3);
      network.fabric().setConnected(1, true);
      assertThat(network.pingReplies(0, address6(1), 3)).isEqualTo(3);
      assertThat(network.fabric().counters(0, 1).cutPackets()).isEqualTo(3);
    }
  }

  @Test
  void shouldDropEverythingWherePathsAreTakenAway() throws Exception {
    try (TestNetwork network = network(2)) {
      assertThat(network.pingReplies(0, address4(1), 2)).isZero();
      network.setBoth(0, 1, delay(0));
      assertThat(network.pingReplies(0, address4(1), 2)).isEqualTo(2);
      network.fabric().setPaths(List.of(new PathSetting(0, 1, Optional.empty())));
      assertThat(network.pingReplies(0, address4(1), 2)).isZero();
    }
  }

  @Test
  void shouldCountAsTheInterfacesDo() throws Exception {
    try (TestNetwork network = network(2)) {
      network.setBoth(0, 1, delay(1_000_000));
      Iperf.goodput(network, 0, 1, address4(1), "cubic", 1);
      LinkStatistics sender = network.statistics(0);
      LinkStatistics receiver = network.statistics(1);
      PathCounters there = network.fabric().counters(0, 1);
      PathCounters back = network.fabric().counters(1, 0);
      assertThat(there.deliveredPackets()).isEqualTo(there.offeredPackets()).isGreaterThan(1000);
      // a super-packet passes a device once: its further segments' headers are not in its bytes.
      // Every segment carries IPv4 (20), TCP (20) and in this kernel timestamps (12), at most 60
      long repeatedHeaders = there.offeredBytes() - sender.transmittedBytes();
      long furtherSegments = there.offeredPackets() - sender.transmittedPackets();
      assertThat(furtherSegments).isNotNegative();
      assertThat(repeatedHeaders).isEqualTo(furtherSegments * 52);
      assertThat(receiver.receivedBytes()).isEqualTo(sender.transmittedBytes());
      assertThat(receiver.receivedPackets()).isEqualTo(sender.transmittedPackets());
      assertThat(sender.receivedPackets()).isEqualTo(receiver.transmittedPackets());
      assertThat(back.offeredPackets()).isGreaterThanOrEqualTo(receiver.transmittedPackets());
      assertThat(network.fabric().health().deviceDroppedPackets()).isZero();
    }
  }

  @Test
  void shouldDetachUnderTrafficAndAttachAgain() throws Exception {
    try (TestNetwork network = network(3)) {
      network.setBoth(0, 1, shape(20_000_000, 0, 10_000_000));
      network.setBoth(0, 2, delay(1_000_000));
      try (UdpPair pair = new UdpPair(network, 0, 1, address4(1))) {
        pair.send(200, 1000);
        network.fabric().detach(1);
        pair.send(200, 1000);
      }
      assertThat(network.run(1, "ip", "-o", "link")).doesNotContain("eth0");
      assertThat(network.pingReplies(0, address4(2), 3)).isEqualTo(3);
      assertThatThrownBy(() -> network.fabric().detach(1)).isInstanceOf(FabricException.class);
      network.attach(1);
      assertThat(network.pingReplies(0, address4(1), 3)).isEqualTo(3);
    }
  }

  @Test
  void shouldRefuseWhatMakesNoSenseAndChangeNothing() throws Exception {
    try (TestNetwork network = network(2)) {
      Fabric fabric = network.fabric();
      network.setBoth(0, 1, delay(0));
      assertThatThrownBy(() -> network.attach(1)).isInstanceOf(FabricException.class);
      PathSetting cut = new PathSetting(0, 1, Optional.empty());
      PathSetting bad = new PathSetting(1, 0, Optional.of(delay(-1)));
      assertThatThrownBy(() -> fabric.setPaths(List.of(cut, bad)))
          .isInstanceOf(FabricException.class)
          .hasMessageContaining("1 -> 0");
      PathSetting nobody = new PathSetting(0, 2, Optional.empty());
      assertThatThrownBy(() -> fabric.setPaths(List.of(nobody)))
          .isInstanceOf(FabricException.class);
      assertThatThrownBy(() -> fabric.setRates(new int[] {4}, new long[] {1}))
          .isInstanceOf(FabricException.class);
      assertThat(network.pingReplies(0, address4(1), 2)).isEqualTo(2);
    }
  }

  @Test
  void shouldHaveAThousandPathsFromOneEndpoint() throws Exception {
    int endpoints = 1001;
    try (TestNetwork network = network(endpoints, 2)) {
      List<PathSetting> settings = new ArrayList<>();
      for (int other = 1; other < endpoints; other++) {
        settings.add(new PathSetting(0, other, Optional.of(delay(other * 10_000L))));
        settings.add(new PathSetting(other, 0, Optional.of(delay(0))));
      }
      network.fabric().setPaths(settings);
      assertThat(network.pingReplies(0, address4(1), 3)).isEqualTo(3);
      assertThat(network.fabric().counters(0, 1).deliveredPackets()).isEqualTo(3);
      assertThat(network.fabric().counters(0, 1000)).isEqualTo(PathCounters.ZERO);
    }
  }

  @Test
  void shouldLeaveNothingBehind() throws Exception {
    Set<String> before = openFiles();
    TestNetwork network = network(4);
    network.setBoth(0, 1, delay(0));
    assertThat(network.pingReplies(0, address4(1), 1)).isEqualTo(1);
    assertThat(openFiles()).isNotEqualTo(before);
    network.close();
    network.close();
    assertThat(openFiles()).isEqualTo(before);
    assertThatThrownBy(() -> network.fabric().setConnected(0, true))
        .isInstanceOf(FabricException.class);
  }

  /**
   * Devices, namespaces and kernel objects that this process holds; files and pipes come and go.
   */
  private static Set<String> openFiles() throws IOException {
    Set<String> targets = new TreeSet<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path file : files) {
        String target = Files.exists(file) ? Files.readSymbolicLink(file).toString() : "";
        if (target.contains("tun") || target.startsWith("net:") || target.startsWith("anon_")) {
          targets.add(file.getFileName() + " " + target);
        }
      }
    }
    return targets;
  }
}
