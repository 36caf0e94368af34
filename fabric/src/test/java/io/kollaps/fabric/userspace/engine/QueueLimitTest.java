package io.kollaps.fabric.userspace.engine;

import static io.kollaps.fabric.userspace.engine.EngineFixture.shape;
import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.topology.QueueLimit;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class QueueLimitTest {
  private static int admitted(QueueLimit limit, long rate, int packets, int length) {
    try (EngineFixture fixture = new EngineFixture(2)) {
      fixture.path(0, 1, shape(0, rate, limit), 0);
      for (int i = 0; i < packets; i++) {
        fixture.send(0, TestPackets.udp4(0, 1, length, i), 0);
      }
      int delivered = fixture.drain().size();
      assertThat(fixture.counters(0, 1).queueDroppedPackets()).isEqualTo(packets - delivered);
      return delivered;
    }
  }

  @Test
  void shouldLetNoPacketWaitLongerThanALimitInTime() {
    // 1000 bytes are 1 ms: the packet that would wait 20 ms is the last to be let in.
    assertThat(admitted(new QueueLimit.Time(20_000_000), 8_000_000, 100, 1000)).isEqualTo(21);
    assertThat(admitted(new QueueLimit.Time(19_999_999), 8_000_000, 100, 1000)).isEqualTo(20);
  }

  @Test
  void shouldHoldNoMoreBytesThanALimitInBytes() {
    assertThat(admitted(new QueueLimit.Bytes(20_000), 8_000_000, 100, 1000)).isEqualTo(20);
    assertThat(admitted(new QueueLimit.Bytes(19_999), 8_000_000, 100, 1000)).isEqualTo(19);
  }

  @Test
  void shouldAlwaysLetTwoFullPacketsIn() {
    assertThat(admitted(new QueueLimit.Bytes(0), 1_000, 10, 1500)).isEqualTo(2);
    assertThat(admitted(new QueueLimit.Time(0), 1_000, 10, 1500)).isEqualTo(2);
    assertThat(admitted(new QueueLimit.Time(0), 1_000, 10, 9000)).isEqualTo(2);
    assertThat(admitted(new QueueLimit.Bytes(0), 1_000, 10, 1000)).isEqualTo(3);
  }

  @Test
  void shouldTakeAFullPacketFromTheSendersDevice() {
    try (EngineFixture fixture = new EngineFixture(2)) {
      fixture.engine.attached(0, 9000, 0);
      fixture.path(0, 1, shape(0, 1_000, new QueueLimit.Bytes(0)), 0);
      fixture.path(1, 0, shape(0, 1_000, new QueueLimit.Bytes(0)), 0);
      for (int i = 0; i < 30; i++) {
        fixture.send(0, TestPackets.udp4(0, 1, 1500, i), 0);
        fixture.send(1, TestPackets.udp4(1, 0, 1500, i), 0);
      }
      assertThat(30 - fixture.counters(0, 1).queueDroppedPackets()).isEqualTo(18_000 / 1500);
      assertThat(30 - fixture.counters(1, 0).queueDroppedPackets()).isEqualTo(2);
    }
  }

  @Test
  void shouldNotOverflowWithTheLargestLimits() {
    QueueLimit time = new QueueLimit.Time(Long.MAX_VALUE);
    QueueLimit bytes = new QueueLimit.Bytes(Long.MAX_VALUE);
    assertThat(admitted(time, 100_000_000_000L, 100, 9000)).isEqualTo(100);
    assertThat(admitted(bytes, 1_000, 100, 9000)).isEqualTo(100);
  }

  @Test
  void shouldMakeRoomAsTheRateServes() {
    try (EngineFixture fixture = new EngineFixture(2)) {
      fixture.path(0, 1, shape(0, 8_000_000, new QueueLimit.Bytes(5_000)), 0);
      for (int i = 0; i < 6; i++) {
        fixture.send(0, TestPackets.udp4(0, 1, 1000, i), 0);
      }
      assertThat(fixture.counters(0, 1).queueDroppedPackets()).isEqualTo(1);
      // Half a packet served makes no room for a whole one; a whole one does.
      fixture.send(0, TestPackets.udp4(0, 1, 1000, 6), 500_000);
      assertThat(fixture.counters(0, 1).queueDroppedPackets()).isEqualTo(2);
      fixture.send(0, TestPackets.udp4(0, 1, 1000, 7), 1_000_000);
      assertThat(fixture.counters(0, 1).queueDroppedPackets()).isEqualTo(2);
    }
  }

  @Test
  void shouldJudgeALimitInTimeByTheRateOfTheMoment() {
    try (EngineFixture fixture = new EngineFixture(2)) {
      fixture.path(0, 1, shape(0, 80_000_000, new QueueLimit.Time(10_000_000)), 0);
      for (int i = 0; i < 50; i++) {
        fixture.send(0, TestPackets.udp4(0, 1, 1000, i), 0);
      }
      fixture.engine.setRate(1, 8_000_000, 0);
      fixture.send(0, TestPackets.udp4(0, 1, 1000, 50), 0);
      assertThat(fixture.counters(0, 1).queueDroppedPackets()).isEqualTo(1);
      assertThat(fixture.drain()).hasSize(50);
    }
  }

  @Test
  void shouldDropOnlyTheSegmentsOfASuperPacketThatDoNotFit() {
    try (EngineFixture fixture = new EngineFixture(2)) {
      fixture.path(0, 1, shape(0, 1_000_000_000, new QueueLimit.Bytes(15_100)), 0);
      byte[] packet = TestPackets.tcp(0, 1, TestPackets.plain(40), new SplittableRandom(5));
      fixture.send(0, packet, 0);
      EngineFixture.Departure only = fixture.drain().getFirst();
      assertThat(WireSegments.of(only.packet())).hasSize(10);
      assertThat(WireSegments.of(only.packet()).getLast())
          .isEqualTo(WireSegments.of(packet).get(9));
      assertThat(fixture.counters(0, 1).queueDroppedPackets()).isEqualTo(30);
      assertThat(fixture.counters(0, 1).offeredBytes()).isEqualTo(40 * 1500);
      assertThat(fixture.counters(0, 1).deliveredBytes()).isEqualTo(10 * 1500);
    }
  }
}
