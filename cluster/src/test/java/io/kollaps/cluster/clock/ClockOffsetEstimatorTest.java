package io.kollaps.cluster.clock;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ClockOffsetEstimatorTest {
  private static final long SECOND = 1_000_000_000L;

  @Test
  void shouldKnowNothingBeforeTheFirstSample() {
    assertThat(new ClockOffsetEstimator().at(0)).isEmpty();
  }

  @Test
  void shouldTakeTheMiddleOfASymmetricExchange() {
    ClockOffsetEstimator estimator = new ClockOffsetEstimator();
    // the leader is 5000 ahead; 100 there, 40 to answer, 100 back
    estimator.add(new ClockSample(1000, 6100, 6140, 1240));

    ClockOffset offset = estimator.at(1240).orElseThrow();

    assertThat(offset.offsetNanos()).isEqualTo(5000);
    assertThat(offset.roundTripNanos()).isEqualTo(200);
    assertThat(offset.leaderNanos(2000)).isEqualTo(7000);
    assertThat(offset.localNanos(7000)).isEqualTo(2000);
  }

  @Test
  void shouldRefuseWhatCannotBe() {
    ClockOffsetEstimator estimator = new ClockOffsetEstimator();

    assertThat(estimator.add(new ClockSample(10, 0, 0, 9))).isFalse();
    assertThat(estimator.add(new ClockSample(0, 10, 9, 5))).isFalse();
    assertThat(estimator.add(new ClockSample(0, 0, 50, 10))).isFalse();
    assertThat(estimator.at(100)).isEmpty();
  }

  @Test
  void shouldForgetAnotherLeadersClock() {
    ClockOffsetEstimator estimator = new ClockOffsetEstimator();
    estimator.add(new ClockSample(0, 50, 50, 100));
    estimator.clear();

    assertThat(estimator.at(100)).isEmpty();
  }

  /**
   * The network and both clocks are simulated with a true time of their own: whatever the delays,
   * the asymmetry and the drift within its limit, the true offset lies within the bound.
   */
  @Test
  void shouldHoldTheTrueOffsetWithinItsBoundWhateverTheNetworkDoes() {
    for (long seed = 0; seed < 500; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      double localRate = 1 + random.nextDouble(-100e-6, 100e-6);
      double leaderRate = 1 + random.nextDouble(-100e-6, 100e-6);
      long localStart = random.nextLong(-3 * SECOND, 3 * SECOND);
      long leaderStart = random.nextLong(-3 * SECOND, 3 * SECOND);
      ClockOffsetEstimator estimator = new ClockOffsetEstimator();
      long time = 0;
      for (int exchange = 0; exchange < 300; exchange++) {
        long asked = time + delay(random);
        long answered = asked + random.nextLong(0, 2_000_000);
        long back = answered + delay(random);
        estimator.add(
            new ClockSample(
                localStart + (long) (time * localRate),
                leaderStart + (long) (asked * leaderRate),
                leaderStart + (long) (answered * leaderRate),
                localStart + (long) (back * localRate)));
        long local = localStart + (long) (back * localRate);
        long trueOffset = leaderStart + (long) (back * leaderRate) - local;
        ClockOffset estimate = estimator.at(local).orElseThrow();

        assertThat(Math.abs(estimate.offsetNanos() - trueOffset))
            .as("seed %d, exchange %d: %s, true %d", seed, exchange, estimate, trueOffset)
            .isLessThanOrEqualTo(estimate.boundNanos());
        time = back + random.nextLong(SECOND / 4, 2 * SECOND);
      }
    }
  }

  @Test
  void shouldPreferTheQuickestExchange() {
    ClockOffsetEstimator estimator = new ClockOffsetEstimator();
    estimator.add(new ClockSample(0, 9_000_000, 9_000_000, 10_000_000)); // 10 ms, very unequal
    estimator.add(new ClockSample(SECOND, SECOND + 100_000, SECOND + 100_000, SECOND + 200_000));
    estimator.add(
        new ClockSample(
            2 * SECOND, 2 * SECOND + 1_000_000, 2 * SECOND + 1_000_000, 2 * SECOND + 8_000_000));

    ClockOffset offset = estimator.at(2 * SECOND + 8_000_000).orElseThrow();

    assertThat(offset.roundTripNanos()).isEqualTo(200_000);
    assertThat(offset.offsetNanos()).isZero();
  }

  private static long delay(SplittableRandom random) {
    // mostly short, sometimes a queue of up to 200 ms
    return random.nextInt(10) == 0
        ? random.nextLong(50_000, 200_000_000)
        : random.nextLong(50_000, 400_000);
  }
}
