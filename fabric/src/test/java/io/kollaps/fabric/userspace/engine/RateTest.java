package io.kollaps.fabric.userspace.engine;

import static io.kollaps.fabric.userspace.engine.EngineFixture.DEEP;
import static io.kollaps.fabric.userspace.engine.EngineFixture.UNLIMITED;
import static io.kollaps.fabric.userspace.engine.EngineFixture.shape;
import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.fabric.PathShape;
import io.kollaps.topology.Jitter;
import io.kollaps.topology.LinkProperties.Framing;
import io.kollaps.topology.QueueLimit;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RateTest {
  private static final long START = 7_000_000_001L;

  /** First whole nanosecond at which so many bytes are served. */
  private static long finish(long bytes, long rate) {
    BigInteger work = BigInteger.valueOf(bytes).multiply(BigInteger.valueOf(8_000_000_000L));
    BigInteger[] parts = work.divideAndRemainder(BigInteger.valueOf(rate));
    return START + parts[0].longValueExact() + (parts[1].signum() > 0 ? 1 : 0);
  }

  @ParameterizedTest
  @ValueSource(
      longs = {1_000, 127_999, 9_999_991, 1_000_000_007L, 7_777_777_777L, 100_000_000_000L})
  void shouldServeExactlyAtTheRateOverManyPackets(long rate) {
    SplittableRandom random = new SplittableRandom(rate);
    try (EngineFixture fixture = new EngineFixture(2)) {
      fixture.path(0, 1, shape(0, rate, DEEP), START);
      long bytes = 0;
      long inQueue = 0;
      List<Long> expected = new ArrayList<>();
      List<Long> actual = new ArrayList<>();
      long now = START;
      for (int i = 0; i < 100_000; i++) {
        int length = random.nextInt(40, 1501);
        fixture.send(0, TestPackets.udp4(0, 1, length, i), now);
        bytes += length;
        inQueue++;
        expected.add(finish(bytes, rate));
        if (inQueue == 100) {
          // Late by half a packet each time: planned departures must not drift.
          now = finish(bytes - length, rate) - 1;
          List<EngineFixture.Departure> departures = fixture.deliver(now);
          inQueue -= departures.size();
          departures.forEach(departure -> actual.add(departure.planned()));
        }
      }
      fixture.drain().forEach(departure -> actual.add(departure.planned()));
      assertThat(actual).isEqualTo(expected);
    }
  }

  @Test
  void shouldFinishThePacketInServiceAtTheNewRate() {
    try (EngineFixture fixture = new EngineFixture(2)) {
      fixture.path(0, 1, shape(5_000_000, 1_000_000, DEEP), 0);
      // 1250 bytes are 10 ms at 1 Mbit/s.
      for (int i = 0; i < 3; i++) {
        fixture.send(0, TestPackets.udp4(0, 1, 1250, i), 0);
      }
      // After 4 ms, 6000 bits are left: 3 ms at 2 Mbit/s; the next takes 5 ms.
      fixture.engine.setRate(1, 2_000_000, 4_000_000);
      // After 9 ms in all, 6000 bits of the second are left: 60 us at 100 Mbit/s; then 100 us.
      fixture.engine.setRate(1, 100_000_000, 9_000_000);
      assertThat(fixture.drain())
          .extracting(EngineFixture.Departure::planned)
          .containsExactly(12_000_000L, 14_060_000L, 14_160_000L);
    }
  }

  @Test
  void shouldFlushTheQueueWhenTheRateBecomesUnlimited() {
    try (EngineFixture fixture = new EngineFixture(2)) {
      fixture.path(0, 1, shape(1_000, 1_000, DEEP), 0);
      for (int i = 0; i < 5; i++) {
        fixture.send(0, TestPackets.udp4(0, 1, 1000, i), 0);
      }
      fixture.engine.setRate(1, UNLIMITED, 500);
      assertThat(fixture.deliver(1500))
          .hasSize(5)
          .allSatisfy(departure -> assertThat(departure.planned()).isEqualTo(1500));
    }
  }

  @Test
  void shouldPassAtOnceWithoutRateAndLatency() {
    try (EngineFixture fixture = new EngineFixture(3)) {
      fixture.path(0, 1, shape(0, UNLIMITED, QueueLimit.DEFAULT), 0);
      fixture.path(0, 2, shape(0, UNLIMITED, QueueLimit.DEFAULT), 0);
      for (int i = 0; i < 10; i++) {
        fixture.send(0, TestPackets.udp4(0, 1 + i % 2, 100, i), 77);
      }
      assertThat(fixture.engine.nextDepartureNanos()).isEqualTo(77);
      List<EngineFixture.Departure> departures = fixture.deliver(77);
      assertThat(departures)
          .extracting(departure -> TestPackets.number(departure.packet()))
          .containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
      assertThat(fixture.engine.nextDepartureNanos()).isEqualTo(Long.MAX_VALUE);
    }
  }

  @Test
  void shouldCountEthernetFramingForEachPacket() {
    try (EngineFixture fixture = new EngineFixture(2)) {
      PathShape shape =
          new PathShape(0, Jitter.NONE, 0, 8_000_000, Framing.ETHERNET, QueueLimit.DEFAULT);
      fixture.path(0, 1, shape, 0);
      fixture.send(0, TestPackets.udp4(0, 1, 962, 0), 0);
      assertThat(fixture.drain().getFirst().planned()).isEqualTo(1_000_000);
    }
  }

  @Test
  void shouldBeginANewBusyPeriodAtTheArrival() {
    try (EngineFixture fixture = new EngineFixture(2)) {
      fixture.path(0, 1, shape(0, 8_000_000, DEEP), 0);
      fixture.send(0, TestPackets.udp4(0, 1, 1000, 0), 0);
      fixture.send(0, TestPackets.udp4(0, 1, 1000, 1), 3_000_000);
      assertThat(fixture.drain())
          .extracting(EngineFixture.Departure::planned)
          .containsExactly(1_000_000L, 4_000_000L);
    }
  }

  @Test
  void shouldSplitSuperPacketsThatWouldOccupyTheRateTooLong() {
    // At 10 Mbit/s a 1500 byte segment takes 1.2 ms: each travels alone.
    assertThat(pieces(10_000_000, 1_000_000)).isEqualTo(40);
    // At 100 Mbit/s 1 ms are 8.33 segments: pieces of 8.
    assertThat(pieces(100_000_000, 1_000_000)).isEqualTo(5);
    // At 10 Gbit/s all 40 take 48 us.
    assertThat(pieces(10_000_000_000L, 1_000_000)).isEqualTo(1);
    assertThat(pieces(10_000_000, EngineLimits.UNBOUNDED_BURST)).isEqualTo(1);
  }

  private static int pieces(long rate, long burstNanos) {
    EngineLimits limits = new EngineLimits(burstNanos, 1500);
    try (EngineFixture fixture = new EngineFixture(2, 1, limits, EngineMemory.MIN_SIZE_BYTES)) {
      fixture.path(0, 1, shape(0, rate, DEEP), 0);
      byte[] packet = TestPackets.tcp(0, 1, TestPackets.plain(40), new SplittableRandom(3));
      fixture.send(0, packet, 0);
      List<EngineFixture.Departure> departures = fixture.drain();
      List<byte[]> segments = new ArrayList<>();
      departures.forEach(departure -> segments.addAll(WireSegments.of(departure.packet())));
      List<byte[]> whole = WireSegments.of(packet);
      assertThat(segments).hasSameSizeAs(whole);
      for (int i = 0; i < whole.size(); i++) {
        assertThat(segments.get(i)).isEqualTo(whole.get(i));
      }
      assertThat(departures.getLast().planned()).isEqualTo(finish(40 * 1500, rate) - START);
      return departures.size();
    }
  }
}
