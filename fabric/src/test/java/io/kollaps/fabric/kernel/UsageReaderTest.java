package io.kollaps.fabric.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.fabric.PathShape;
import io.kollaps.fabric.conformance.TestNetwork;
import org.junit.jupiter.api.Test;

class UsageReaderTest {
  @Test
  void shouldKnowHowMuchOfWhatWasFixedIsStillAhead() {
    assertThat(UsageReader.ahead(-5, 8_000_000)).isZero();
    assertThat(UsageReader.ahead(1_000_000, 8_000_000)).isEqualTo(1000);
    assertThat(UsageReader.ahead(1_000_001, 8_000_000)).isEqualTo(1001);
    assertThat(UsageReader.ahead(10_000_000, 100_000_000_000L)).isEqualTo(125_000_000);
  }

  @Test
  void shouldBoundEachBucketOfLateness() {
    assertThat(FabricTotals.upperBound(0)).isZero();
    assertThat(FabricTotals.upperBound(7)).isEqualTo(7);
    assertThat(FabricTotals.upperBound(8)).isEqualTo(8);
    assertThat(FabricTotals.upperBound(15)).isEqualTo(15);
    assertThat(FabricTotals.upperBound(16)).isEqualTo(17);
    assertThat(FabricTotals.upperBound(24)).isEqualTo(35);
    assertThat(FabricTotals.upperBound(PathLayout.BUCKETS - 1)).isEqualTo((1L << 41) - 1);
  }

  @Test
  void shouldTakeSuperPacketsByLossAndRate() {
    assertThat(SegmentLimits.segments(shape(0.01, 1_000_000_000))).isEqualTo(1);
    assertThat(SegmentLimits.segments(shape(0, Long.MAX_VALUE))).isEqualTo(SegmentLimits.UNLIMITED);
    assertThat(SegmentLimits.segments(shape(0, 1_000_000))).isEqualTo(1);
    // 12 500 bytes in a millisecond
    assertThat(SegmentLimits.segments(shape(0, 100_000_000))).isEqualTo(8);
    assertThat(SegmentLimits.segments(shape(0, 10_000_000_000L))).isEqualTo(833);
  }

  private static PathShape shape(double loss, long rate) {
    return TestNetwork.shape(0, loss, rate);
  }

  @Test
  void shouldCompareLossWith63Bits() {
    assertThat(PathTable.loss(0)).isZero();
    assertThat(PathTable.loss(0.5)).isEqualTo(1L << 62);
    assertThat(PathTable.loss(1)).isEqualTo(Long.MIN_VALUE);
  }
}
