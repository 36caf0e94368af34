package io.kollaps.node.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.node.results.FlowSample;
import org.junit.jupiter.api.Test;

class SeriesTest {
  private static FlowSample sample(long end, long interval, long granted, long measured) {
    return new FlowSample(end, interval, "a", "b", granted, measured, FlowSample.Limit.SHARE, 0);
  }

  @Test
  void shouldKeepASpikeAmongAHundredThousandSamples() {
    Series series = new Series(100, 10_000);
    for (int i = 1; i <= 100_000; i++) {
      series.add(sample(i * 10L, 10, i == 50_500 ? 900 : 500, i == 77_777 ? 5_000 : 400));
    }
    assertThat(series.measuredMax(77)).isEqualTo(5_000);
    assertThat(series.measuredMin(77)).isEqualTo(400);
    assertThat(series.measuredMean(77)).isEqualTo(405);
    assertThat(series.grantedMax(50)).isEqualTo(900);
    assertThat(series.grantedMin(50)).isEqualTo(500);
    assertThat(series.measuredMax(76)).isEqualTo(400);
  }

  @Test
  void shouldCoverEveryBucketThatAnIntervalOverlaps() {
    Series series = new Series(6, 100);
    series.add(sample(350, 250, 10, 7));
    assertThat(series.active(0)).isFalse();
    assertThat(series.active(1)).isTrue();
    assertThat(series.active(2)).isTrue();
    assertThat(series.active(3)).isTrue();
    assertThat(series.active(4)).isFalse();
    assertThat(series.measuredMean(2)).isEqualTo(7);
  }

  @Test
  void shouldWeighByOverlap() {
    Series series = new Series(2, 100);
    series.add(sample(25, 25, 10, 100));
    series.add(sample(100, 75, 20, 200));
    assertThat(series.measuredMean(0)).isEqualTo(175);
    assertThat(series.granted(0)).isEqualTo(20);
  }
}
