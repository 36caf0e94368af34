package io.kollaps.fabric.kernel;

import static io.kollaps.fabric.conformance.TestNetwork.address4;
import static io.kollaps.fabric.conformance.TestNetwork.address6;
import static io.kollaps.fabric.conformance.TestNetwork.delay;
import static io.kollaps.fabric.conformance.TestNetwork.shape;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.kollaps.fabric.FabricException;
import io.kollaps.fabric.PathCounters;
import io.kollaps.fabric.PathSetting;
import io.kollaps.fabric.PathShape;
import io.kollaps.fabric.conformance.Iperf;
import io.kollaps.fabric.conformance.TestNetwork;
import io.kollaps.fabric.conformance.UdpPair;
import io.kollaps.linux.LinkStatistics;
import io.kollaps.topology.Jitter;
import io.kollaps.topology.Jitter.Distribution;
import io.kollaps.topology.LinkProperties;
import io.kollaps.topology.LinkProperties.Framing;
import io.kollaps.topology.QueueLimit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * What the kernel fabric does on any kernel: without fq nothing is delayed, but everything is
 * decided and counted, and the decisions can be read from the table of paths. Needs root.
 */
class KernelFabricTest {
  private static final int SILENCE_MILLIS = 500;
  private static final long MILLI = 1_000_000;
  private static final int UDP_BYTES = 1000;

  private static KernelFabric start(int endpoints, long seed) throws FabricException {
    return KernelFabric.start(
        endpoints, KernelFabricOptions.DEFAULT.withSeed(seed), false, Step.Gate.OPEN);
  }

  private static TestNetwork network(KernelFabric fabric, int endpoints) throws Exception {
    return new TestNetwork(fabric, endpoints);
  }

  @Test
  void shouldForwardBothFamiliesAndCountAsTheInterfacesDo() throws Exception {
    KernelFabric fabric = start(2, 0);
    try (TestNetwork network = network(fabric, 2)) {
      // a delay, so that packets pass the fabric device
      network.setBoth(0, 1, delay(MILLI));
      assertThat(network.pingReplies(0, address4(1), 3)).isEqualTo(3);
      assertThat(network.pingReplies(1, address6(0), 3)).isEqualTo(3);
      Iperf.goodput(network, 0, 1, address4(1), "cubic", 1);
      Iperf.goodput(network, 1, 0, address6(0), "cubic", 1);
      LinkStatistics sender = network.statistics(0);
      LinkStatistics receiver = network.statistics(1);
      PathCounters there = fabric.counters(0, 1);
      PathCounters back = fabric.counters(1, 0);
      assertThat(there.deliveredBytes()).isEqualTo(there.offeredBytes()).isPositive();
      assertThat(there.offeredPackets() + there.cutPackets())
          .isGreaterThanOrEqualTo(sender.transmittedPackets());
      assertThat(back.deliveredPackets()).isEqualTo(back.offeredPackets());
      assertThat(receiver.receivedPackets()).isEqualTo(sender.transmittedPackets());
      assertThat(fabric.health().deviceDroppedPackets()).isZero();
      assertThat(fabric.health().unroutedPackets()).isZero();
      assertThat(fabric.health().deliveredPackets())
          .isEqualTo(sender.receivedPackets() + receiver.receivedPackets());
      assertThat(fabric.totals().contendedLocks()).isZero();
      assertThat(fabric.busyNanos()).isPositive();
    }
  }

  @Test
  void shouldLoseTheSamePacketsForTheSameSeed() throws Exception {
    Set<Integer> first = received(7, 0.3);
    assertThat(received(7, 0.3)).isEqualTo(first);
    assertThat(received(8, 0.3)).isNotEqualTo(first);
    // binomial standard deviation is 20.5; five of them
    assertThat(first).hasSizeBetween(1400 - 103, 1400 + 103);
    assertThat(received(7, 1)).isEmpty();
  }

  private static Set<Integer> received(long seed, double loss) throws Exception {
    KernelFabric fabric = start(2, seed);
    try (TestNetwork network = network(fabric, 2)) {
      network.set(0, 1, shape(0, loss, LinkProperties.UNLIMITED_RATE));
      try (UdpPair pair = new UdpPair(network, 0, 1, address4(1))) {
        pair.send(2000, 100);
        Set<Integer> numbers = pair.receive(SILENCE_MILLIS);
        PathCounters counters = fabric.counters(0, 1);
        assertThat(counters.offeredPackets()).isEqualTo(2000);
        assertThat(counters.deliveredPackets()).isEqualTo(numbers.size());
        assertThat(counters.lostPackets()).isEqualTo(2000 - numbers.size());
        return numbers;
      }
    }
  }

  // jitter is read from the table: without fq nothing waits for it. One packet at a time on a path
  // with a rate: departure = end of service + latency + jitter, to the nanosecond
  @Test
  void shouldDrawJitterAsTheModelDoes() throws Exception {
    for (Distribution distribution : Distribution.values()) {
      KernelFabric fabric = start(2, 11);
      try (TestNetwork network = network(fabric, 2)) {
        long latency = 50 * MILLI;
        long deviation = 5 * MILLI;
        Jitter jitter = new Jitter(deviation, distribution, false);
        PathShape shape =
            new PathShape(latency, jitter, 0, 1_000_000_000, Framing.IP, QueueLimit.DEFAULT);
        network.set(0, 1, shape);
        int slot = fabric.slot(0, 1);
        long state = fabric.value(slot, PathLayout.JITTER_RANDOM);
        double squares = 0;
        int count = 3000;
        try (UdpPair pair = new UdpPair(network, 0, 1, address4(1))) {
          for (int i = 0; i < count; i++) {
            fabric.forget(slot);
            pair.send(1, 100);
            long drawn =
                fabric.value(slot, PathLayout.LAST_DEPARTURE)
                    - fabric.value(slot, PathLayout.NEXT)
                    - latency;
            long modelled =
                distribution == Distribution.NORMAL
                    ? JitterModel.normal(state, deviation)
                    : JitterModel.uniform(state, Math.round(deviation * Math.sqrt(3)));
            assertThat(drawn).as("%s draw %d", distribution, i).isEqualTo(modelled);
            state = JitterModel.after(state, distribution);
            squares += (double) drawn * drawn;
          }
        }
        // the relative standard error of a deviation from n draws is at most 1 / sqrt(2 n)
        assertThat(Math.sqrt(squares / count))
            .isCloseTo(deviation, within(4 * deviation / Math.sqrt(2.0 * count)));
      }
    }
  }

  @Test
  void shouldServeAtTheRateToTheNanosecond() throws Exception {
    KernelFabric fabric = start(2, 0);
    try (TestNetwork network = network(fabric, 2)) {
      // a rate that divides nothing; ten packets fit the look-ahead
      long rate = 77_777_777;
      network.set(0, 1, new PathShape(0, Jitter.NONE, 0, rate, Framing.ETHERNET, limit(1000)));
      int slot = fabric.slot(0, 1);
      try (UdpPair pair = new UdpPair(network, 0, 1, address4(1))) {
        pair.send(10, UDP_BYTES - UdpPair.HEADERS_4);
        long began = fabric.value(slot, PathLayout.BUSY_SINCE);
        long until = fabric.value(slot, PathLayout.NEXT);
        assertThat(pair.receive(SILENCE_MILLIS)).hasSize(10);
        // a sender that was held up lets the queue run empty: then the last period began later
        assertThat(until - began)
            .isLessThanOrEqualTo(10 * (UDP_BYTES + 38) * 8_000_000_000L / rate);
        assertThat(fabric.value(slot, PathLayout.COMMITTED_BYTES)).isEqualTo(10 * (UDP_BYTES + 38));
      }
    }
  }

  private static QueueLimit limit(int millis) {
    return new QueueLimit.Time(millis * MILLI);
  }

  @Test
  void shouldReportUsageOnce() throws Exception {
    KernelFabric fabric = start(3, 0);
    try (TestNetwork network = network(fabric, 3)) {
      network.setBoth(0, 1, delay(0));
      network.set(0, 2, shape(0, 1, LinkProperties.UNLIMITED_RATE));
      try (UdpPair pair = new UdpPair(network, 0, 1, address4(1));
          UdpPair lost = new UdpPair(network, 0, 2, address4(2))) {
        pair.send(10, UDP_BYTES - UdpPair.HEADERS_4);
        lost.send(5, 100);
        assertThat(pair.receive(SILENCE_MILLIS)).hasSize(10);
      }
      Map<Integer, List<Long>> seen = new HashMap<>();
      for (int reading = 0; reading < 3; reading++) {
        fabric.readUsage(
            (path, bytes, dropped, backlogged) ->
                assertThat(seen.put(path, List.of(bytes, dropped))).isNull());
      }
      assertThat(seen).isEqualTo(Map.of(1, List.of(10_000L, 0L), 2, List.of(0L, 5L)));
    }
  }

  @Test
  void shouldCutRestoreDetachAndAttach() throws Exception {
    KernelFabric fabric = start(3, 0);
    TestNetwork network = network(fabric, 3);
    try (network) {
      for (int other = 1; other < 3; other++) {
        network.setBoth(0, other, delay(MILLI));
      }
      fabric.setConnected(1, false);
      assertThat(network.pingReplies(0, address4(1), 2)).isZero();
      assertThat(network.pingReplies(0, address4(2), 2)).isEqualTo(2);
      fabric.setConnected(1, true);
      assertThat(network.pingReplies(0, address6(1), 2)).isEqualTo(2);
      assertThat(fabric.counters(0, 1).cutPackets()).isEqualTo(2);
      fabric.detach(1);
      assertThat(network.run(1, "ip", "-o", "link")).doesNotContain("eth0");
      assertThatThrownBy(() -> fabric.detach(1)).isInstanceOf(FabricException.class);
      assertThat(network.pingReplies(0, address4(1), 2)).isZero();
      network.attach(1);
      assertThat(network.pingReplies(0, address4(1), 2)).isEqualTo(2);
      fabric.setPaths(List.of(new PathSetting(0, 1, Optional.empty())));
      assertThat(network.pingReplies(0, address4(1), 2)).isZero();
    }
    // what was counted can be read after the end
    assertThat(fabric.counters(0, 1).cutPackets()).isGreaterThanOrEqualTo(4);
    assertThatThrownBy(() -> fabric.setConnected(0, true)).isInstanceOf(FabricException.class);
    assertThatThrownBy(() -> fabric.readUsage((_, _, _, _) -> {}))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void shouldSendNoSuperPacketsWhereSinglePacketsAreLost() throws Exception {
    KernelFabric fabric = start(2, 0);
    try (TestNetwork network = network(fabric, 2)) {
      network.setBoth(0, 1, shape(MILLI, 0.001, LinkProperties.UNLIMITED_RATE));
      Iperf.goodput(network, 0, 1, address4(1), "cubic", 1);
      PathCounters lossy = fabric.counters(0, 1);
      LinkStatistics sender = network.statistics(0);
      assertThat(lossy.offeredPackets()).isGreaterThan(1000).isEqualTo(sender.transmittedPackets());
      assertThat(network.run(0, "ip", "-d", "link", "show", "eth0")).contains("gso_max_segs 1 ");
      network.setBoth(0, 1, delay(MILLI));
      assertThat(network.run(0, "ip", "-d", "link", "show", "eth0"))
          .contains("gso_max_segs 65535 ");
    }
  }

  @Test
  void shouldRefuseWhatMakesNoSense() throws Exception {
    assertThatThrownBy(() -> start(0, 0)).hasMessageContaining("1 to");
    assertThatThrownBy(() -> start(KernelFabric.MAX_ENDPOINTS + 1, 0))
        .isInstanceOf(FabricException.class);
    KernelFabric fabric = start(2, 0);
    try (TestNetwork network = network(fabric, 2)) {
      assertThatThrownBy(() -> network.attach(1)).hasMessageContaining("already");
      PathSetting bad = new PathSetting(1, 0, Optional.of(delay(-1)));
      assertThatThrownBy(() -> fabric.setPaths(List.of(bad))).hasMessageContaining("1 -> 0");
      assertThatThrownBy(() -> fabric.setRates(new int[] {4}, new long[] {1}))
          .isInstanceOf(FabricException.class);
      assertThatThrownBy(() -> fabric.setRates(new int[] {1}, new long[] {0}))
          .isInstanceOf(FabricException.class);
      // a path that does not exist is left out
      fabric.setRates(new int[] {1}, new long[] {1000});
      assertThat(fabric.counters(0, 1)).isEqualTo(PathCounters.ZERO);
    }
  }
}
