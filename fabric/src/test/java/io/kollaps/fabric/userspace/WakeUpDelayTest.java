package io.kollaps.fabric.userspace;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class WakeUpDelayTest {
  private static final long SLEEP = 10_000_000;

  @Test
  void shouldEstimateNothingBeforeItKnowsEnough() {
    WakeUpDelay delay = new WakeUpDelay();
    for (int i = 1; i < WakeUpDelay.LEAST_SAMPLES; i++) {
      delay.alarmed(SLEEP, 50_000);
      assertThat(delay.estimateNanos(SLEEP)).isZero();
    }
    delay.alarmed(SLEEP, 50_000);
    assertThat(delay.estimateNanos(SLEEP)).isEqualTo(50_000);
  }

  @Test
  void shouldTakeTheLowerQuartileOfTheLastAlarms() {
    for (long seed = 1; seed <= 100; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      long[] lateness = random.longs(100, 0, WakeUpDelay.MAX_NANOS).toArray();
      WakeUpDelay delay = new WakeUpDelay();
      for (int i = 0; i < lateness.length; i++) {
        delay.alarmed(SLEEP, lateness[i]);
        int from = Math.max(0, i + 1 - WakeUpDelay.SAMPLES);
        long[] sorted = Arrays.copyOfRange(lateness, from, i + 1);
        Arrays.sort(sorted);
        if (sorted.length >= WakeUpDelay.LEAST_SAMPLES) {
          assertThat(delay.estimateNanos(SLEEP))
              .as("seed %d, alarm %d", seed, i)
              .isEqualTo(sorted[(sorted.length - 1) / 4]);
        }
      }
    }
  }

  @Test
  void shouldNotMixShortAndLongSleeps() {
    WakeUpDelay delay = new WakeUpDelay();
    for (int i = 0; i < WakeUpDelay.SAMPLES; i++) {
      delay.alarmed(100_000, 5_000);
      delay.alarmed(50_000_000, 90_000);
    }
    assertThat(delay.estimateNanos(100_000)).isEqualTo(5_000);
    assertThat(delay.estimateNanos(50_000_000)).isEqualTo(90_000);
    assertThat(delay.estimateNanos(3_000_000)).isZero();
  }

  @Test
  void shouldNotEstimateMoreThanTheSleepOrTheBound() {
    WakeUpDelay delay = new WakeUpDelay();
    for (int i = 0; i < WakeUpDelay.SAMPLES; i++) {
      delay.alarmed(60_000, 50_000);
      delay.alarmed(SLEEP, 5_000_000);
    }
    assertThat(delay.estimateNanos(40_000)).isEqualTo(40_000);
    assertThat(delay.estimateNanos(SLEEP)).isEqualTo(WakeUpDelay.MAX_NANOS);
    assertThat(delay.estimateNanos(0)).isZero();
  }
}
