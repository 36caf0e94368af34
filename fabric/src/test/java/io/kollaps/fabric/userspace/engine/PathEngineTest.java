package io.kollaps.fabric.userspace.engine;

import static io.kollaps.fabric.userspace.engine.EngineFixture.DEEP;
import static io.kollaps.fabric.userspace.engine.EngineFixture.UNLIMITED;
import static io.kollaps.fabric.userspace.engine.EngineFixture.shape;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.kollaps.fabric.PathCounters;
import io.kollaps.fabric.PathShape;
import io.kollaps.topology.Jitter;
import io.kollaps.topology.LinkProperties.Framing;
import io.kollaps.topology.QueueLimit;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PathEngineTest {
  private static final PathShape SLOW = shape(1_000_000, 8_000_000, DEEP);

  private static byte[] packet(int to, int number) {
    return TestPackets.udp4(0, to, 1000, number);
  }

  @Test
  void shouldRouteByBothAddressFamilies() {
    try (EngineFixture fixture = new EngineFixture(600)) {
      TestPackets.Super shape = new TestPackets.Super(true, 0, 0, 100, 100, 0x10);
      for (int to = 1; to < 600; to += 37) {
        fixture.path(0, to, shape(0, UNLIMITED, DEEP), 0);
        fixture.send(0, packet(to, to), 0);
        fixture.send(0, TestPackets.tcp(0, to, shape, new SplittableRandom(1)), 0);
        assertThat(fixture.deliver(0))
            .hasSize(2)
            .extracting(EngineFixture.Departure::to)
            .containsOnly(to);
      }
      fixture.engine.removeAddresses(1);
      fixture.send(0, packet(1, 0), 0);
      assertThat(fixture.deliver(0)).isEmpty();
      assertThat(fixture.engine.statistics().unroutedPackets()).isEqualTo(1);
    }
  }

  @Test
  void shouldRefuseAnAddressThatAnotherEndpointHas() {
    try (EngineFixture fixture = new EngineFixture(3)) {
      fixture.engine.addAddress(1, TestPackets.address4(1));
      assertThatThrownBy(() -> fixture.engine.addAddress(2, TestPackets.address4(1)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("10.1.0.1");
    }
  }

  @Test
  void shouldRefuseShapesOutOfRange() {
    try (EngineFixture fixture = new EngineFixture(2)) {
      PathShape negative = shape(-1, 1000, DEEP);
      PathShape still = shape(0, 0, DEEP);
      PathShape lossy = EngineFixture.lossy(1.5);
      PathShape noLimit = shape(0, 1000, new QueueLimit.Time(-1));
      for (PathShape shape : List.of(negative, still, lossy, noLimit)) {
        assertThatThrownBy(() -> fixture.path(0, 1, shape, 0))
            .isInstanceOf(IllegalArgumentException.class);
      }
      assertThatThrownBy(() -> fixture.engine.setRate(1, 0, 0))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> fixture.path(0, 2, SLOW, 0))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void shouldDropWhatIsOnItsWayWhenAnEndpointIsCut() {
    for (boolean reorders : new boolean[] {false, true}) {
      for (int cut = 0; cut < 2; cut++) {
        try (EngineFixture fixture = new EngineFixture(2)) {
          Jitter jitter = new Jitter(0, Jitter.Distribution.NORMAL, reorders);
          fixture.path(0, 1, new PathShape(5_000_000, jitter, 0, 8_000_000, Framing.IP, DEEP), 0);
          for (int i = 0; i < 10; i++) {
            fixture.send(0, packet(1, i), 0);
          }
          // At 3.5 ms three packets are in the delay, one in service, six wait.
          fixture.engine.settle(3_500_000);
          fixture.engine.setConnected(cut, false);
          fixture.send(0, packet(1, 10), 3_600_000);
          fixture.engine.setConnected(cut, true);
          fixture.send(0, packet(1, 11), 4_000_000);
          assertThat(fixture.drain())
              .singleElement()
              .satisfies(d -> assertThat(TestPackets.number(d.packet())).isEqualTo(11))
              .satisfies(d -> assertThat(d.planned()).isEqualTo(10_000_000));
          assertThat(fixture.counters(0, 1).cutPackets()).isEqualTo(11);
        }
      }
    }
  }

  @Test
  void shouldCutWhatGoesToAndFromADetachedEndpoint() {
    try (EngineFixture fixture = new EngineFixture(2)) {
      fixture.path(0, 1, SLOW, 0);
      fixture.send(0, packet(1, 0), 0);
      fixture.engine.detached(1, 10);
      fixture.send(0, packet(1, 1), 20);
      assertThat(fixture.engine.nextDepartureNanos()).isEqualTo(Long.MAX_VALUE);
      fixture.engine.attached(1, 30);
      fixture.send(0, packet(1, 2), 40);
      assertThat(fixture.drain()).hasSize(1);
      assertThat(fixture.counters(0, 1).cutPackets()).isEqualTo(2);
    }
  }

  @Test
  void shouldCutWhatWaitsWhenThePathGoesAwayAndDeliverWhatIsOnItsWay() {
    try (EngineFixture fixture = new EngineFixture(2)) {
      fixture.path(0, 1, SLOW, 0);
      for (int i = 0; i < 3; i++) {
        fixture.send(0, packet(1, i), 0);
      }
      fixture.engine.setPath(0, 1, Optional.empty(), 1_500_000);
      fixture.engine.setRate(1, 1_000, 1_500_000);
      fixture.send(0, packet(1, 3), 1_600_000);
      assertThat(fixture.drain())
          .singleElement()
          .satisfies(d -> assertThat(d.planned()).isEqualTo(2_000_000));
      assertThat(fixture.counters(0, 1).cutPackets()).isEqualTo(3);
    }
  }

  @Test
  void shouldCountPacketsWithoutAPathThatEverWas() {
    try (EngineFixture fixture = new EngineFixture(2)) {
      fixture.engine.setPath(0, 1, Optional.empty(), 0);
      fixture.engine.setRate(1, 1_000, 0);
      fixture.send(0, packet(1, 0), 0);
      assertThat(fixture.engine.statistics().pathlessPackets()).isEqualTo(1);
      assertThat(fixture.counters(0, 1)).isEqualTo(PathCounters.ZERO);
    }
  }

  @Test
  void shouldCountRefusedPacketsAndGuardHandles() {
    try (EngineFixture fixture = new EngineFixture(2)) {
      fixture.path(0, 1, shape(0, UNLIMITED, DEEP), 0);
      fixture.send(0, packet(1, 0), 0);
      int handle = fixture.engine.pollDeparture(0);
      fixture.engine.refused(handle);
      assertThat(fixture.engine.statistics().refusedBuffers()).isEqualTo(1);
      assertThat(fixture.counters(0, 1).cutPackets()).isEqualTo(1);
      assertThatThrownBy(() -> fixture.engine.delivered(handle))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void shouldSurviveAnyBytes() {
    SplittableRandom random = new SplittableRandom(2026);
    try (EngineFixture fixture = new EngineFixture(3)) {
      fixture.path(0, 1, new PathShape(1000, Jitter.NONE, 0.3, 50_000_000, Framing.IP, DEEP), 0);
      fixture.path(0, 2, EngineFixture.lossy(0.5), 0);
      long now = 0;
      long sent = 0;
      for (int i = 0; i < 100_000; i++) {
        byte[] packet = hostile(random, i);
        int length = random.nextInt(10) == 0 ? random.nextInt(packet.length + 1) : packet.length;
        fixture.send(0, packet, length, now);
        sent++;
        now += random.nextInt(1_000_000);
        fixture.deliver(now);
      }
      fixture.drain();
      assertThat(fixture.engine.statistics().unroutedPackets()).isBetween(1_000L, sent - 1_000);
      for (int to = 1; to < 3; to++) {
        PathCounters c = fixture.counters(0, to);
        assertThat(c.offeredPackets())
            .isEqualTo(
                c.deliveredPackets()
                    + c.lostPackets()
                    + c.queueDroppedPackets()
                    + c.limitDroppedPackets());
      }
    }
  }

  /** Noise, or a good super-packet with some bytes of its headers turned into noise. */
  private static byte[] hostile(SplittableRandom random, int i) {
    if (i % 4 == 0) {
      byte[] noise = new byte[random.nextInt(1, 3000)];
      random.nextBytes(noise);
      return noise;
    }
    TestPackets.Super shape =
        new TestPackets.Super(
            random.nextBoolean(), 0, 12, random.nextInt(1, 1449), random.nextInt(1, 20_000), 0x18);
    byte[] packet = TestPackets.tcp(0, 1 + i % 2, shape, random);
    for (int flips = random.nextInt(4); flips > 0; flips--) {
      packet[random.nextInt(Math.min(84, packet.length))] = (byte) random.nextInt();
    }
    return packet;
  }

  @Test
  void shouldDropByItsLimitWhenTheMemoryIsUsedUpAndRecover() {
    try (EngineFixture fixture = new EngineFixture(2)) {
      fixture.path(0, 1, shape(1_000_000_000, UNLIMITED, DEEP), 0);
      byte[] large = TestPackets.tcp(0, 1, TestPackets.plain(44), new SplittableRandom(1));
      for (int round = 0; round < 3; round++) {
        long now = round * 10_000_000_000L;
        int packets = 100_000;
        for (int i = 0; i < packets; i++) {
          boolean small = round == 1 || (round == 2 && i % 2 == 0);
          fixture.send(0, small ? TestPackets.udp4(0, 1, 100, i) : large, now);
        }
        long dropped = fixture.engine.statistics().limitDroppedPackets();
        int delivered = fixture.deliver(now + 5_000_000_000L).size();
        // 15 of the largest buffers or 4096 of the smallest fit into each of 16 chunks; one serves
        // the receive buffer, and one may stay with each other size.
        assertThat(delivered).isBetween(round == 1 ? 10 * 4096 : 9 * 15, 16 * 4096);
        assertThat(dropped).isEqualTo(fixture.counters(0, 1).limitDroppedPackets()).isPositive();
      }
      PathCounters c = fixture.counters(0, 1);
      assertThat(c.offeredPackets()).isEqualTo(c.deliveredPackets() + c.limitDroppedPackets());
    }
  }

  @Test
  void shouldRepeatItselfWithTheSameSeedAndDifferWithAnother() {
    List<String> first = randomRun(7, false);
    assertThat(randomRun(7, false)).isEqualTo(first);
    assertThat(randomRun(8, false)).isNotEqualTo(first);
  }

  @Test
  void shouldDrawForEachPathByItself() {
    List<String> alone = randomRun(7, false);
    assertThat(randomRun(7, true)).isEqualTo(alone);
  }

  /** Departures on one path with loss and jitter, with or without traffic on another. */
  private static List<String> randomRun(long seed, boolean others) {
    try (EngineFixture fixture =
        new EngineFixture(3, seed, EngineLimits.DEFAULT, EngineMemory.MIN_SIZE_BYTES)) {
      Jitter jitter = new Jitter(300_000, Jitter.Distribution.NORMAL, true);
      PathShape shape = new PathShape(1_000_000, jitter, 0.1, 100_000_000, Framing.IP, DEEP);
      if (others) {
        fixture.path(0, 2, shape, 0);
      }
      fixture.path(0, 1, shape, 0);
      List<EngineFixture.Departure> departures = new ArrayList<>();
      for (int i = 0; i < 2000; i++) {
        fixture.send(0, packet(1, i), i * 90_000L);
        if (others) {
          fixture.send(0, packet(2, i), i * 90_000L);
        }
        departures.addAll(fixture.deliver(i * 90_000L));
      }
      departures.addAll(fixture.drain());
      return departures.stream()
          .filter(departure -> departure.to() == 1)
          .map(d -> d.planned() + " #" + TestPackets.number(d.packet()))
          .toList();
    }
  }

  @Test
  void shouldHoldAQuarterOfAMillionPathsInBoundedMemory() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (EngineFixture fixture = new EngineFixture(512)) {
      Optional<PathShape> shape = Optional.of(SLOW);
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int from = 0; from < 512; from++) {
        for (int to = 0; to < 512; to++) {
          fixture.engine.setPath(from, to, shape, 0);
        }
      }
      long perPath = (threads.getCurrentThreadAllocatedBytes() - before) / (512 * 512);
      assertThat(perPath).isLessThanOrEqualTo(256);
      fixture.send(511, TestPackets.udp4(511, 510, 1000, 5), 0);
      assertThat(fixture.drain())
          .singleElement()
          .satisfies(d -> assertThat(d.from()).isEqualTo(511))
          .satisfies(d -> assertThat(d.to()).isEqualTo(510));
    }
  }

  @Test
  void shouldAllocateNothingForPackets() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    PathEngine.warmUp();
    try (EngineFixture fixture = new EngineFixture(2)) {
      fixture.path(0, 1, shape(1_000_000, 1_000_000_000, DEEP), 0);
      byte[] packet = packet(1, 0);
      fixture.send(0, packet, 0);
      int packets = 200_000;
      for (int round = 0; round < 2; round++) {
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < packets; i++) {
          long now = (round * (long) packets + i) * 10_000;
          EngineLoop.step(fixture.engine, packet, now);
        }
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        if (round == 1) {
          // Some bytes for the measurement; a single object for each packet would be 3 MB.
          assertThat(allocated).isLessThan(packets);
        }
      }
      assertThat(fixture.counters(0, 1).deliveredPackets()).isGreaterThan(packets);
    }
  }
}
