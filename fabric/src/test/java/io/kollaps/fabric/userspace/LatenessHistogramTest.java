package io.kollaps.fabric.userspace;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LatenessHistogramTest {

  @Test
  void shouldGiveQuantilesAtMostOneSixteenthTooHigh() {
    long seed = new SplittableRandom().nextLong();
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < 50; round++) {
      LatenessHistogram histogram = new LatenessHistogram();
      long[] values = new long[1 + random.nextInt(500)];
      for (int i = 0; i < values.length; i++) {
        values[i] = random.nextLong() >>> (4 + random.nextInt(60));
        histogram.record(values[i]);
      }
      Arrays.sort(values);
      for (double share : new double[] {0.01, 0.5, 0.99, 1}) {
        long exact = values[(int) Math.ceil(values.length * share) - 1];
        assertThat(histogram.quantile(share))
            .as("seed %d, share %s of %d", seed, share, values.length)
            .isBetween(exact, exact + exact / 16 + 1);
      }
      assertThat(histogram.max()).isEqualTo(values[values.length - 1]);
      assertThat(histogram.count()).isEqualTo(values.length);
    }
  }

  @Test
  void shouldCountWhatIsEarlyAsPunctual() {
    LatenessHistogram histogram = new LatenessHistogram();
    histogram.record(-5);
    assertThat(histogram.quantile(1)).isZero();
    assertThat(histogram.count()).isEqualTo(1);
  }

  @Test
  void shouldBeZeroWhenEmpty() {
    assertThat(new LatenessHistogram().quantile(0.5)).isZero();
  }
}
