package io.kollaps.fabric.kernel;

import static io.kollaps.fabric.conformance.TestNetwork.address4;
import static io.kollaps.fabric.conformance.TestNetwork.delay;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.kollaps.fabric.PathCounters;
import io.kollaps.fabric.PathShape;
import io.kollaps.fabric.conformance.TestNetwork;
import io.kollaps.fabric.conformance.UdpPair;
import io.kollaps.linux.MonotonicClock;
import io.kollaps.topology.Jitter;
import io.kollaps.topology.LinkProperties.Framing;
import io.kollaps.topology.QueueLimit;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What waits, and when it is looked at: where the kernel has fq. */
@Tag("test-kernel")
class KernelFabricDelaysInTestKernelTest {
  private static final int PACKET_BYTES = 1000;
  private static final int PAYLOAD_BYTES = PACKET_BYTES - UdpPair.HEADERS_4;
  private static final long MILLI = 1_000_000;
  private static final int SILENCE_MILLIS = 2500;

  private static PathShape rate(long bitsPerSecond) {
    return new PathShape(
        0, Jitter.NONE, 0, bitsPerSecond, Framing.IP, new QueueLimit.Bytes(16 << 20));
  }

  private static KernelFabric start(int mostPackets) throws Exception {
    return KernelFabric.start(2, KernelFabricOptions.DEFAULT.withMostPackets(mostPackets));
  }

  // the work of all packets takes exactly its time, however often they were looked at meanwhile
  @Test
  void shouldServeABacklogInExactlyItsTime() throws Exception {
    KernelFabric fabric = start(1 << 20);
    try (TestNetwork network = new TestNetwork(fabric, 2)) {
      // 8 ms each: a sender that the processor is taken from for less leaves no gap in the backlog
      long rate = 999_999;
      int count = 60;
      network.set(0, 1, rate(rate));
      try (UdpPair pair = new UdpPair(network, 0, 1, address4(1))) {
        pair.send(count, PAYLOAD_BYTES);
        assertThat(new ArrayList<>(pair.receive(SILENCE_MILLIS))).isSorted().hasSize(count);
        int slot = fabric.slot(0, 1);
        long took = fabric.value(slot, PathLayout.NEXT) - fabric.value(slot, PathLayout.BUSY_SINCE);
        assertThat(took).isEqualTo(count * PACKET_BYTES * 8_000_000_000L / rate);
        assertThat((int) (fabric.value(slot, PathLayout.WAITING_BYTES) >>> 32)).isZero();
        assertThat(fabric.totals().recirculations()).isGreaterThan(count);
      }
    }
  }

  @Test
  void shouldKeepTheOrderWhileRatesChange() throws Exception {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    KernelFabric fabric = start(1 << 20);
    try (TestNetwork network = new TestNetwork(fabric, 2)) {
      network.set(0, 1, rate(2_000_000));
      int count = 600;
      try (UdpPair pair = new UdpPair(network, 0, 1, address4(1))) {
        for (int sent = 0; sent < count; sent += 20) {
          pair.send(20, PAYLOAD_BYTES);
          fabric.setRates(new int[] {1}, new long[] {500_000L << random.nextInt(9)});
          Thread.sleep(random.nextInt(25));
        }
        fabric.setRates(new int[] {1}, new long[] {20_000_000});
        assertThat(new ArrayList<>(pair.receive(SILENCE_MILLIS)))
            .as("seed %d, %s", seed, fabric.counters(0, 1))
            .isSorted()
            .hasSize(count);
      }
    }
  }

  @Test
  void shouldTellWhatTheRateServedMeanwhile() throws Exception {
    KernelFabric fabric = start(1 << 20);
    try (TestNetwork network = new TestNetwork(fabric, 2)) {
      long rate = 4_000_000;
      network.set(0, 1, rate(rate));
      try (UdpPair pair = new UdpPair(network, 0, 1, address4(1))) {
        pair.send(1000, PAYLOAD_BYTES);
        long[] read = new long[2];
        fabric.readUsage((_, _, _, _) -> {});
        read[0] = MonotonicClock.nanos();
        List<Boolean> throughout = new ArrayList<>();
        long[] served = new long[1];
        for (int i = 0; i < 20; i++) {
          Thread.sleep(20);
          fabric.readUsage(
              (path, bytes, dropped, backlogged) -> {
                assertThat(path).isEqualTo(1);
                assertThat(dropped).isZero();
                served[0] += bytes;
                throughout.add(backlogged);
              });
          read[1] = MonotonicClock.nanos();
        }
        assertThat(throughout).hasSize(20).containsOnly(true);
        double ideal = (read[1] - read[0]) * (double) rate / 8e9;
        // a tick that was late is made up for at the next
        assertThat((double) served[0]).isCloseTo(ideal, within(0.05 * ideal));
        assertThat(pair.receive(SILENCE_MILLIS)).hasSize(1000);
      }
    }
  }

  @Test
  void shouldSlowDownWhatWaits() throws Exception {
    KernelFabric fabric = start(1 << 20);
    try (TestNetwork network = new TestNetwork(fabric, 2)) {
      network.set(0, 1, rate(8_000_000));
      try (UdpPair pair = new UdpPair(network, 0, 1, address4(1))) {
        // 200 ms at this rate
        pair.send(200, PAYLOAD_BYTES);
        fabric.setRates(new int[] {1}, new long[] {80_000});
        Thread.sleep(400);
        long passed = fabric.counters(0, 1).deliveredPackets();
        assertThat(passed).isLessThan(150);
        Thread.sleep(500);
        // 100 ms each from now on
        assertThat(fabric.counters(0, 1).deliveredPackets()).isBetween(passed + 3, passed + 8);
        fabric.setRates(new int[] {1}, new long[] {80_000_000});
        assertThat(pair.receive(SILENCE_MILLIS)).hasSize(200);
      }
    }
  }

  @Test
  void shouldCountWhatItHasNoRoomForAndGoOn() throws Exception {
    KernelFabric fabric = start(50);
    try (TestNetwork network = new TestNetwork(fabric, 2)) {
      try (UdpPair pair = new UdpPair(network, 0, 1, address4(1))) {
        network.set(0, 1, delay(500 * MILLI));
        pair.send(200, 100);
        assertThat(pair.receive(SILENCE_MILLIS)).hasSize(50);
        network.set(0, 1, rate(800_000));
        pair.send(200, PAYLOAD_BYTES);
        int passed = pair.receive(SILENCE_MILLIS).size();
        PathCounters counters = fabric.counters(0, 1);
        assertThat(counters.limitDroppedPackets()).isEqualTo(400 - 50 - passed);
        assertThat(fabric.health().limitDroppedPackets()).isEqualTo(counters.limitDroppedPackets());
        network.set(0, 1, delay(0));
        pair.send(20, 100);
        assertThat(pair.receive(SILENCE_MILLIS)).hasSize(20);
        int slot = fabric.slot(0, 1);
        assertThat((int) (fabric.value(slot, PathLayout.WAITING_BYTES) >>> 32)).isZero();
      }
    }
  }

  @Test
  void shouldDropWhatIsOnItsWayWhenAnEndpointIsCut() throws Exception {
    KernelFabric fabric = start(1 << 20);
    try (TestNetwork network = new TestNetwork(fabric, 2)) {
      try (UdpPair pair = new UdpPair(network, 0, 1, address4(1))) {
        network.set(0, 1, delay(400 * MILLI));
        pair.send(10, 100);
        awaitOffered(fabric, 10);
        fabric.setConnected(0, false);
        fabric.setConnected(0, true);
        network.set(0, 1, rate(80_000));
        pair.send(10, PAYLOAD_BYTES);
        awaitOffered(fabric, 20);
        fabric.setConnected(1, false);
        fabric.setConnected(1, true);
        assertThat(pair.receive(SILENCE_MILLIS)).isEmpty();
        assertThat(fabric.counters(0, 1).cutPackets()).isEqualTo(20);
        network.set(0, 1, delay(0));
        pair.send(3, 100);
        assertThat(pair.receive(SILENCE_MILLIS)).hasSize(3);
      }
    }
  }

  /** A busy kernel takes packets from a device later than the sender's call returns. */
  private static void awaitOffered(KernelFabric fabric, int packets) throws Exception {
    for (int i = 0; i < 200 && fabric.counters(0, 1).offeredPackets() < packets; i++) {
      Thread.sleep(1);
    }
    assertThat(fabric.counters(0, 1).offeredPackets()).isEqualTo(packets);
  }

  @Test
  void shouldMeasureLateness() throws Exception {
    KernelFabric fabric = start(1 << 20);
    try (TestNetwork network = new TestNetwork(fabric, 2)) {
      network.setBoth(0, 1, delay(5 * MILLI));
      assertThat(network.pingReplies(0, address4(1), 20)).isEqualTo(20);
      assertThat(fabric.health().deliveredPackets()).isEqualTo(40);
      // whatever the machine does: a packet is never early, and a median of a minute is a defect
      assertThat(fabric.health().latenessP50Nanos()).isBetween(1L, 60_000 * MILLI);
      assertThat(fabric.health().latenessMaxNanos())
          .isGreaterThanOrEqualTo(fabric.health().latenessP99Nanos());
    }
  }
}
