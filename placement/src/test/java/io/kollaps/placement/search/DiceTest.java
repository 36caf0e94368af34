package io.kollaps.placement.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DiceTest {
  private static final int THROWS = 600_000;

  @Test
  void shouldThrowEveryNumberAboutAsOften() {
    Dice dice = new Dice(1);
    int[] seen = new int[6];
    for (int i = 0; i < THROWS; i++) {
      seen[dice.below(6)]++;
    }
    for (int count : seen) {
      assertThat(count).isCloseTo(THROWS / 6, within(2000));
    }
  }

  @Test
  void shouldStayWithinBounds() {
    Dice dice = new Dice(2);
    for (int bound : new int[] {1, 2, 3, Integer.MAX_VALUE}) {
      for (int i = 0; i < 1000; i++) {
        assertThat(dice.below(bound)).isBetween(0, bound - 1);
      }
    }
    double sum = 0;
    for (int i = 0; i < THROWS; i++) {
      double fraction = dice.fraction();
      assertThat(fraction >= 0 && fraction < 1).isTrue();
      sum += fraction;
    }
    assertThat(sum / THROWS).isCloseTo(0.5, within(0.01));
  }

  /** The same generator, so the same numbers where exactly even ones are asked for by bits. */
  @Test
  void shouldBeTheGeneratorOfSplittableRandom() {
    Dice dice = new Dice(3);
    SplittableRandom same = new SplittableRandom(3);
    for (int i = 0; i < 100; i++) {
      assertThat(dice.fraction()).isEqualTo((same.nextLong() >>> 11) * 0x1.0p-53);
    }
  }
}
