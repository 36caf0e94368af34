package io.kollaps.fabric.tc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kollaps.fabric.PathShape;
import io.kollaps.linux.traffic.DelayDistribution;
import io.kollaps.linux.traffic.HtbClass;
import io.kollaps.linux.traffic.Qdisc.Netem;
import io.kollaps.topology.Jitter;
import io.kollaps.topology.Jitter.Distribution;
import io.kollaps.topology.LinkProperties;
import io.kollaps.topology.LinkProperties.Framing;
import io.kollaps.topology.QueueLimit;
import org.junit.jupiter.api.Test;

class ShapeTranslationTest {
  private static final int MTU = 1500;

  private static PathShape shape(long rate, Framing framing, QueueLimit limit) {
    return new PathShape(10_000_000, Jitter.NONE, 0.25, rate, framing, limit);
  }

  @Test
  void shouldBoundTheQueueInBytesOfInternetPackets() {
    // 8 Mbit/s are 1000 bytes a millisecond
    assertThat(bytes(8_000_000, Framing.IP, new QueueLimit.Time(100_000_000))).isEqualTo(100_000);
    assertThat(bytes(8_000_000, Framing.IP, new QueueLimit.Bytes(50_000))).isEqualTo(50_000);
    // 65 packets of 1538 bytes fill 100 000; those have 97 500 bytes of Internet packets
    assertThat(bytes(8_000_000, Framing.ETHERNET, new QueueLimit.Bytes(100_000)))
        .isBetween(97_500L, 97_600L);
  }

  @Test
  void shouldAlwaysHaveRoomForTwoFullPackets() {
    assertThat(bytes(1000, Framing.IP, new QueueLimit.Time(1))).isEqualTo(3000);
    assertThat(bytes(1000, Framing.ETHERNET, new QueueLimit.Bytes(0))).isEqualTo(3000);
  }

  @Test
  void shouldBoundTheQueueOfAPathWithoutLimit() {
    assertThat(bytes(LinkProperties.UNLIMITED_RATE, Framing.IP, new QueueLimit.Time(1L << 60)))
        .isEqualTo(1L << 30);
  }

  private static long bytes(long rate, Framing framing, QueueLimit limit) {
    return ShapeTranslation.queue(shape(rate, framing, limit), MTU).limitBytes();
  }

  @Test
  void shouldRoundRatesToWholeBytes() {
    assertThat(rate(1)).isEqualTo(1);
    assertThat(rate(11)).isEqualTo(1);
    assertThat(rate(12)).isEqualTo(2);
    assertThat(rate(100_000_000)).isEqualTo(12_500_000);
    assertThat(rate(LinkProperties.UNLIMITED_RATE))
        .isEqualTo(ShapeTranslation.UNLIMITED_BYTES_PER_SECOND);
  }

  private static long rate(long bits) {
    return ShapeTranslation.htbClass(shape(bits, Framing.IP, QueueLimit.DEFAULT), MTU)
        .rateBytesPerSecond();
  }

  @Test
  void shouldCountTheFramingInTheClass() {
    HtbClass made =
        ShapeTranslation.htbClass(shape(8_000, Framing.ETHERNET, QueueLimit.DEFAULT), MTU);
    assertThat(made.overheadBytes()).isEqualTo(38);
    assertThat(made.ceilBytesPerSecond()).isEqualTo(made.rateBytesPerSecond()).isEqualTo(1000);
    assertThat(made.burstNanos()).isEqualTo(made.ceilBurstNanos()).isPositive();
    assertThat(made.quantumBytes()).isEqualTo(MTU);
  }

  @Test
  void shouldLoseEverythingWhereThePathIsCut() {
    PathShape shape = shape(8_000, Framing.IP, QueueLimit.DEFAULT);
    assertThat(ShapeTranslation.delayLine(shape, true, true, 1).lossProbability()).isEqualTo(0.25);
    assertThat(ShapeTranslation.delayLine(shape, false, true, 1).lossProbability()).isEqualTo(1);
  }

  @Test
  void shouldReorderOnlyWhereAsked() {
    Jitter ordered = new Jitter(1_000_000, Distribution.NORMAL, false);
    Jitter free = new Jitter(1_000_000, Distribution.UNIFORM, true);
    assertThat(line(ordered).rateBytesPerSecond()).isPositive();
    assertThat(line(ordered).distribution()).isSameAs(DelayDistribution.NORMAL);
    assertThat(line(free).rateBytesPerSecond()).isZero();
    assertThat(line(free).distribution()).isSameAs(DelayDistribution.UNIFORM);
    // without a rate netem would leave a packet without delay on its socket's account
    assertThat(line(Jitter.NONE).rateBytesPerSecond()).isPositive();
    assertThat(line(Jitter.NONE).distribution().isEmpty()).isTrue();
  }

  private static Netem line(Jitter jitter) {
    return ShapeTranslation.delayLine(
        new PathShape(0, jitter, 0, 8_000, Framing.IP, QueueLimit.DEFAULT), true, true, 1);
  }

  @Test
  void shouldHaveRoomForTheBandwidthDelayProduct() {
    // 1 Gbit/s for 100 ms are 12.5 MB, some 8300 full packets
    PathShape shape =
        new PathShape(100_000_000, Jitter.NONE, 0, 1_000_000_000, Framing.IP, QueueLimit.DEFAULT);
    assertThat(ShapeTranslation.delayedPackets(shape)).isBetween(4 * 8300, 1_000_000);
    PathShape longest =
        new PathShape(
            ShapeTranslation.MAX_DELAY_NANOS,
            Jitter.NONE,
            0,
            LinkProperties.UNLIMITED_RATE,
            Framing.IP,
            QueueLimit.DEFAULT);
    assertThat(ShapeTranslation.delayedPackets(longest)).isEqualTo(1_000_000);
  }

  @Test
  void shouldRefuseWhatMakesNoSense() {
    for (PathShape bad :
        new PathShape[] {
          new PathShape(-1, Jitter.NONE, 0, 1, Framing.IP, QueueLimit.DEFAULT),
          new PathShape(Long.MAX_VALUE, Jitter.NONE, 0, 1, Framing.IP, QueueLimit.DEFAULT),
          new PathShape(0, Jitter.NONE, 1.1, 1, Framing.IP, QueueLimit.DEFAULT),
          new PathShape(0, Jitter.NONE, Double.NaN, 1, Framing.IP, QueueLimit.DEFAULT),
          new PathShape(0, Jitter.NONE, 0, 0, Framing.IP, QueueLimit.DEFAULT),
          new PathShape(0, Jitter.NONE, 0, 1, Framing.IP, new QueueLimit.Time(-1))
        }) {
      assertThatThrownBy(() -> ShapeTranslation.check(bad))
          .as("%s", bad)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
