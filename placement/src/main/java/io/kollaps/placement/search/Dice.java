package io.kollaps.placement.search;

import java.util.SplittableRandom;

/**
 * Numbers by chance for loops that need some hundred million of them: without the divisions that
 * exactly even numbers cost. A number below n is off from even by less than n in 2^32. The
 * generator is that of {@link SplittableRandom} (SplitMix64), so that a seed gives the same
 * everywhere.
 */
final class Dice {
  private static final long STEP = 0x9E3779B97F4A7C15L;
  private static final double UNIT = 0x1.0p-53;

  private long state;

  Dice(long seed) {
    this.state = seed;
  }

  private long next() {
    state += STEP;
    long mixed = (state ^ (state >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return mixed ^ (mixed >>> 31);
  }

  /**
   * A number from 0 to below a bound.
   *
   * @param bound at least 1
   */
  int below(int bound) {
    return (int) (((next() >>> 32) * bound) >>> 32);
  }

  /** A number from 0 to below 1. */
  double fraction() {
    return (next() >>> 11) * UNIT;
  }
}
