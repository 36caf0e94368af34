package io.kollaps.fabric.conformance;

import static io.kollaps.fabric.conformance.TestNetwork.address4;
import static io.kollaps.fabric.conformance.TestNetwork.address6;
import static io.kollaps.fabric.conformance.TestNetwork.delay;
import static io.kollaps.fabric.conformance.TestNetwork.shape;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.kollaps.fabric.Fabric;
import io.kollaps.fabric.FabricException;
import io.kollaps.fabric.PathCounters;
import io.kollaps.fabric.PathSetting;
import io.kollaps.fabric.PathShape;
import io.kollaps.fabric.UsageSink;
import io.kollaps.linux.LinkStatistics;
import io.kollaps.topology.Jitter;
import io.kollaps.topology.Jitter.Distribution;
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
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What every fabric has to do, with real programs in real network namespaces. Needs root. */
@ExtendWith(SharedMachine.class)
public abstract class FabricConformance {

  private static final int SILENCE_MILLIS = 1500;
  private static final long MILLI = 1_000_000;
  private static final int TCP_PAYLOAD_4 = 1448;
  private static final int TCP_PAYLOAD_6 = 1428;
  private static final double MTU = 1500;

  private final Tolerances tolerances = Tolerances.here();

  /** A fabric to test, for so many endpoints; it is closed by the test. */
  protected abstract Fabric fabric(int endpoints) throws Exception;

  /** Bytes of a packet that the endpoint's device counts beside the IP packet. */
  protected int deviceHeaderBytes() {
    return 0;
  }

  /**
   * Whether a new rate acts on packets that wait already. A fabric that gives a packet its
   * departure when it comes says no, and its queues must then be empty after what they hold at
   * most.
   */
  protected boolean servesWhatWaitsAtTheNewRate() {
    return true;
  }

  private TestNetwork network(int endpoints) throws Exception {
    return network(endpoints, endpoints);
  }

  private TestNetwork network(int endpoints, int attached) throws Exception {
    return new TestNetwork(fabric(endpoints), attached);
  }

  // The machine may add to a round trip whenever other programs, or other machines on its host,
  // hold
  // the processor; it never takes away from one. A fabric that forgets the delay of one direction,
  // or
  // adds it twice, is farther off still.
  private void expectRoundTrips(double idealMillis, List<Double> sortedMillis, String what) {
    assertThat(sortedMillis.getFirst())
        .as("smallest round trip, %s", what)
        .isBetween(idealMillis, idealMillis + tolerances.smallestExcessMillis());
    assertThat(sortedMillis.get(sortedMillis.size() / 2))
        .as("median round trip, %s", what)
        .isLessThan(idealMillis + tolerances.medianExcessMillis());
  }

  @Test
  void shouldDelayInEachDirection() throws Exception {
    try (TestNetwork network = network(2)) {
      for (int millis : new int[] {0, 10, 50}) {
        network.setBoth(0, 1, delay(millis * MILLI));
        expectRoundTrips(2.0 * millis, network.pingMillis(0, address4(1), 25), "IPv4 " + millis);
        expectRoundTrips(2.0 * millis, network.pingMillis(1, address6(0), 25), "IPv6 " + millis);
      }
      network.set(0, 1, delay(40 * MILLI));
      network.set(1, 0, delay(0));
      expectRoundTrips(40, network.pingMillis(0, address4(1), 25), "one way only");
    }
  }

  // The quartiles, not the standard deviation: one stall of the machine would spoil it. Those of a
  // normal distribution lie 1.349 deviations apart, those of a uniform one half of its width, which
  // is sqrt(12) deviations.
  private void expectJitter(Distribution distribution, long deviationNanos, List<Double> sorted) {
    double between = sorted.get(sorted.size() * 3 / 4) - sorted.get(sorted.size() / 4);
    double deviations = distribution == Distribution.NORMAL ? 1.349 : Math.sqrt(12) / 2;
    double ideal = deviationNanos / (double) MILLI;
    assertThat(between / deviations)
        .as("deviation of %d round trips, %s", sorted.size(), distribution)
        .isCloseTo(ideal, within(tolerances.jitterShare() * ideal));
  }

  @Test
  void shouldSpreadDelaysByTheJitter() throws Exception {
    try (TestNetwork network = network(2)) {
      network.set(1, 0, delay(0));
      long deviation = 5 * MILLI;
      for (Distribution distribution : Distribution.values()) {
        network.set(0, 1, jittery(20 * MILLI, new Jitter(deviation, distribution, true)));
        List<Double> sorted = network.pingMillis(0, address4(1), 400, "0.01");
        expectJitter(distribution, deviation, sorted);
        assertThat(sorted.get(sorted.size() / 2))
            .as("median round trip, %s", distribution)
            .isBetween(18.5, 21.5 + tolerances.smallestExcessMillis());
      }
    }
  }

  private static PathShape jittery(long latencyNanos, Jitter jitter) {
    return new PathShape(
        latencyNanos, jitter, 0, LinkProperties.UNLIMITED_RATE, Framing.IP, QueueLimit.DEFAULT);
  }

  // never faster than the rate; slower as far as the programs get too little processor time
  @Test
  void shouldCarryTcpAtThePathsRate() throws Exception {
    try (TestNetwork network = network(2)) {
      for (long rate : new long[] {2_000_000, 20_000_000, 100_000_000}) {
        if (rate <= tolerances.highestTcpRate()) {
          network.setBoth(0, 1, shape(5 * MILLI, 0, rate));
          double measured = Iperf.goodput(network, 0, 1, address4(1), "cubic", 3);
          tolerances.expectGoodput(
              rate * TCP_PAYLOAD_4 / MTU, 3, measured, "TCP over IPv4 at " + rate);
        }
      }
      long rate = 20_000_000;
      network.setBoth(0, 1, shape(5 * MILLI, 0, rate));
      double measured = Iperf.goodput(network, 1, 0, address6(0), "cubic", 3);
      tolerances.expectGoodput(rate * TCP_PAYLOAD_6 / MTU, 3, measured, "TCP over IPv6 at " + rate);
    }
  }

  @Test
  void shouldCarryUdpAtTheRateOfEachDirection() throws Exception {
    try (TestNetwork network = network(2)) {
      long there = Math.min(10_000_000, tolerances.highestUdpRate());
      long back = 1_000_000;
      network.set(0, 1, shape(5 * MILLI, 0, there));
      network.set(1, 0, shape(5 * MILLI, 0, back));
      int payload = 1400;
      double share = payload / (double) (payload + UdpPair.HEADERS_4);
      try (UdpPair pair = new UdpPair(network, 0, 1, address4(1))) {
        double got = pair.throughput(payload, 1.3 * there, 500 * MILLI, 1500 * MILLI);
        tolerances.expectGoodput(there * share, 1.5, got, "UDP there");
      }
      try (UdpPair pair = new UdpPair(network, 1, 0, address4(0))) {
        double got = pair.throughput(payload, 1.5 * back, 500 * MILLI, 1500 * MILLI);
        tolerances.expectGoodput(back * share, 1.5, got, "UDP back");
      }
    }
  }

  // one after the other on one path, while another path of the same endpoint must not notice
  @Test
  void shouldChangeEveryPropertyLive() throws Exception {
    try (TestNetwork network = network(3)) {
      network.setBoth(0, 1, delay(5 * MILLI));
      network.setBoth(0, 2, delay(5 * MILLI));
      Path other = Files.createTempFile("kollaps-test", ".ping");
      try {
        int pings = 200;
        Process steady =
            network.start(
                0,
                other,
                "ping",
                "-n",
                "-c",
                "" + pings,
                "-i",
                "0.05",
                address4(2).getHostAddress());
        expectRoundTrips(10, network.pingMillis(0, address4(1), 15), "before");
        network.set(0, 1, delay(25 * MILLI));
        expectRoundTrips(30, network.pingMillis(0, address4(1), 15), "a longer latency");
        network.set(0, 1, delay(5 * MILLI));
        expectRoundTrips(10, network.pingMillis(0, address4(1), 15), "the old latency");
        Jitter jitter = new Jitter(4 * MILLI, Distribution.NORMAL, true);
        network.set(0, 1, jittery(20 * MILLI, jitter));
        expectJitter(
            Distribution.NORMAL, 4 * MILLI, network.pingMillis(0, address4(1), 200, "0.01"));
        network.set(0, 1, shape(5 * MILLI, 0.3, LinkProperties.UNLIMITED_RATE));
        try (UdpPair pair = new UdpPair(network, 0, 1, address4(1))) {
          pair.send(1000, 100);
          // binomial standard deviation is 14.5; five of them
          assertThat(pair.receive(SILENCE_MILLIS)).as("a loss").hasSizeBetween(627, 773);
          expectQueue(network, pair, 4_000_000, new QueueLimit.Time(100 * MILLI), 50);
          expectQueue(network, pair, 8_000_000, new QueueLimit.Time(100 * MILLI), 100);
          expectQueue(network, pair, 8_000_000, new QueueLimit.Time(200 * MILLI), 200);
          expectQueue(network, pair, 8_000_000, new QueueLimit.Bytes(50_000), 50);
          network.set(0, 1, delay(5 * MILLI));
          pair.send(200, 1000 - UdpPair.HEADERS_4);
          assertThat(pair.receive(SILENCE_MILLIS)).as("no limit any more").hasSize(200);
        }
        assertThat(steady.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(Files.readString(other)).contains(pings + " received");
      } finally {
        Files.delete(other);
      }
    }
  }

  /** Sends a burst of 400 packets of 1000 bytes into a queue that holds so many of them. */
  private void expectQueue(
      TestNetwork network, UdpPair pair, long rate, QueueLimit limit, int holds) throws Exception {
    network.set(0, 1, new PathShape(5 * MILLI, Jitter.NONE, 0, rate, Framing.IP, limit));
    long start = System.nanoTime();
    pair.send(400, 1000 - UdpPair.HEADERS_4);
    double seconds = (System.nanoTime() - start) / 1e9;
    int received = pair.receive(SILENCE_MILLIS).size();
    // one packet in service, and what was served while the queue was being filled
    double most = holds + 1 + tolerances.burstPackets() + rate / 8000.0 * seconds;
    assertThat((double) received).as("%s at %d", limit, rate).isBetween((double) holds, most + 1);
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
        assertThat(received)
            .isBetween(100, (int) (101 + tolerances.burstPackets() + sendMillis + 1));
        PathCounters counters = network.fabric().counters(0, 1);
        assertThat(counters.queueDroppedPackets()).isEqualTo(1000 - received);
        assertThat(counters.deliveredPackets()).isEqualTo(received);
        assertThat(counters.deliveredBytes()).isEqualTo(1000L * received);
      }
    }
  }

  @Test
  void shouldApplyANewRateAtOnce() throws Exception {
    boolean toWhatWaits = servesWhatWaitsAtTheNewRate();
    try (TestNetwork network = network(2)) {
      // 100 packets would take 10 s; where what waits keeps its departures, only 10 wait, for 1 s
      QueueLimit limit =
          toWhatWaits ? new QueueLimit.Bytes(1 << 20) : new QueueLimit.Time(1000 * MILLI);
      int count = toWhatWaits ? 100 : 10;
      network.set(0, 1, new PathShape(0, Jitter.NONE, 0, 80_000, Framing.IP, limit));
      try (UdpPair pair = new UdpPair(network, 0, 1, address4(1))) {
        pair.send(count, 1000 - UdpPair.HEADERS_4);
        assertThat(pair.receive(50).size()).isLessThan(count / 2);
        long start = System.nanoTime();
        network.fabric().setRates(new int[] {1}, new long[] {80_000_000});
        awaitDelivered(network, count, start + 4000 * MILLI);
        pair.send(100, 1000 - UdpPair.HEADERS_4);
        awaitDelivered(network, count + 100, System.nanoTime() + 2000 * MILLI);
      }
    }
  }

  private static void awaitDelivered(TestNetwork network, int packets, long deadlineNanos)
      throws InterruptedException {
    while (network.fabric().counters(0, 1).deliveredPackets() < packets) {
      assertThat(System.nanoTime())
          .as("%d packets, %s", packets, network.fabric().counters(0, 1))
          .isLessThan(deadlineNanos);
      Thread.sleep(5);
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
      long deviceHeaders = deviceHeaderBytes() * sender.transmittedPackets();
      assertThat(repeatedHeaders + deviceHeaders).isEqualTo(furtherSegments * 52);
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
      network.attach(endpoints - 1);
      List<PathSetting> settings = new ArrayList<>();
      for (int other = 1; other < endpoints; other++) {
        settings.add(new PathSetting(0, other, Optional.of(delay(other * 10_000L))));
        settings.add(new PathSetting(other, 0, Optional.of(delay(0))));
      }
      network.fabric().setPaths(settings);
      expectRoundTrips(0, network.pingMillis(0, address4(1), 5), "the first path");
      expectRoundTrips(10, network.pingMillis(0, address4(1000), 5), "the last path");
      assertThat(network.fabric().counters(0, 1).deliveredPackets()).isEqualTo(5);
      assertThat(network.fabric().counters(0, 1000).deliveredPackets()).isEqualTo(5);
      assertThat(network.fabric().counters(0, 500)).isEqualTo(PathCounters.ZERO);
    }
  }

  @Test
  void shouldLeaveNothingBehind() throws Exception {
    Set<String> before = openFiles();
    Set<String> devices = devices();
    TestNetwork network = network(4);
    network.setBoth(0, 1, delay(0));
    assertThat(network.pingReplies(0, address4(1), 1)).isEqualTo(1);
    assertThat(openFiles()).isNotEqualTo(before);
    network.close();
    network.close();
    assertThat(openFiles()).isEqualTo(before);
    assertThat(devices()).isEqualTo(devices);
    assertThatThrownBy(() -> network.fabric().setConnected(0, true))
        .isInstanceOf(FabricException.class);
  }

  /** Devices of this process' own namespace. */
  private static Set<String> devices() throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/net/dev"))) {
      return lines
          .skip(2)
          .map(line -> line.strip().replaceFirst(":.*", ""))
          .collect(Collectors.toCollection(TreeSet::new));
    }
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
