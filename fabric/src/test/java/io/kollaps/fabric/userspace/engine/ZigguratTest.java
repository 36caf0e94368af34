package io.kollaps.fabric.userspace.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Normal draws against the normal distribution itself. */
class ZigguratTest {
  private static final int DRAWS = 2_000_000;

  private static double[] draws(long seed) {
    double[] draws = new double[DRAWS];
    long state = RandomStream.start(seed, 0);
    for (int i = 0; i < DRAWS; i++) {
      long second = RandomStream.next(state);
      draws[i] = RandomStream.normal(state, second);
      state = RandomStream.next(second);
    }
    return draws;
  }

  /** The normal distribution function by its series (Marsaglia 2004, exact to 1e-15). */
  private static double distribution(double x) {
    if (Math.abs(x) > 8) {
      return x < 0 ? 0 : 1;
    }
    double term = x;
    double sum = x;
    for (int i = 3; Math.abs(term) > 1e-18; i += 2) {
      term *= x * x / i;
      sum += term;
    }
    return 0.5 + sum * Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
  }

  @Test
  void shouldBeNormallyDistributed() {
    for (long seed = 1; seed <= 3; seed++) {
      double[] sorted = draws(seed);
      Arrays.sort(sorted);
      double largest = 0;
      for (int i = 0; i < DRAWS; i++) {
        double exact = distribution(sorted[i]);
        largest = Math.max(largest, Math.abs(exact - (double) i / DRAWS));
        largest = Math.max(largest, Math.abs(exact - (i + 1.0) / DRAWS));
      }
      // Kolmogorov and Smirnov: exceeded with probability 1e-6 by truly normal draws
      assertThat(largest).as("seed %d", seed).isLessThan(2.69 / Math.sqrt(DRAWS));
    }
  }

  @Test
  void shouldHaveAsManyDrawsAsItShouldFarOut() {
    double[] draws = draws(4);
    for (double bound : new double[] {2, 3, 3.4, 3.5, 4, 4.5}) {
      double probability = 1 - distribution(bound);
      double sigma = Math.sqrt(DRAWS * probability);
      for (int sign : new int[] {-1, 1}) {
        long beyond = Arrays.stream(draws).filter(x -> sign * x > bound).count();
        assertThat((double) beyond)
            .as("beyond %s", sign * bound)
            .isCloseTo(DRAWS * probability, within(5 * sigma));
      }
    }
  }

  @Test
  void shouldNotDependOnTheDrawBefore() {
    double[] draws = draws(5);
    double sum = 0;
    double squares = 0;
    for (int i = 1; i < DRAWS; i++) {
      sum += draws[i] * draws[i - 1];
      squares += (draws[i] * draws[i] - 1) * (draws[i - 1] * draws[i - 1] - 1);
    }
    // products of independent draws have deviation 1; those of their squares less one, 2
    assertThat(sum / DRAWS).isCloseTo(0, within(5 / Math.sqrt(DRAWS)));
    assertThat(squares / DRAWS).isCloseTo(0, within(10 / Math.sqrt(DRAWS)));
  }

  @Test
  void shouldDrawTheSameForTheSameStates() {
    assertThat(draws(6)).isEqualTo(draws(6));
  }
}
