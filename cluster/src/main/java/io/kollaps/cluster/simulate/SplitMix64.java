package io.kollaps.cluster.simulate;

/**
 * The generator of Steele, Lea and Flood ("Fast splittable pseudorandom number generators", OOPSLA
 * 2014) with its published constants: the same numbers in every language and version, so that
 * networks are named by their seed.
 */
public final class SplitMix64 {
  private static final long GAMMA = 0x9E3779B97F4A7C15L;
  private static final long FIRST_FACTOR = 0xBF58476D1CE4E5B9L;
  private static final long SECOND_FACTOR = 0x94D049BB133111EBL;
  private static final double UNIT = 0x1.0p-53;

  private long state;

  /** Starts at a seed. */
  public SplitMix64(long seed) {
    this.state = seed;
  }

  /** The next 64 bits. */
  public long nextLong() {
    state += GAMMA;
    long mixed = (state ^ (state >>> 30)) * FIRST_FACTOR;
    mixed = (mixed ^ (mixed >>> 27)) * SECOND_FACTOR;
    return mixed ^ (mixed >>> 31);
  }

  /**
   * A number from 0 to below a bound: the remainder of the next 64 bits, unsigned.
   *
   * @throws IllegalArgumentException for a bound that is not positive
   */
  public int below(int bound) {
    if (bound <= 0) {
      throw new IllegalArgumentException("a bound is positive, not " + bound);
    }
    return (int) Long.remainderUnsigned(nextLong(), bound);
  }

  /** A number from 0 to below 1. */
  public double unit() {
    return (nextLong() >>> 11) * UNIT;
  }
}
