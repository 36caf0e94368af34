package io.kollaps.fabric.userspace.engine;

/**
 * Random numbers as functions of a 64-bit state that the caller keeps, so that each path can own
 * its streams in a few bytes. The generator is SplitMix64 (Steele, Lea, Flood, "Fast Splittable
 * Pseudorandom Number Generators", OOPSLA 2014). Logarithms and cosines are {@link StrictMath}'s:
 * the same seed gives the same draws on every machine.
 */
final class RandomStream {
  private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;
  private static final double UNIT = 0x1.0p-53;
  private static final double SQRT_3 = Math.sqrt(3);

  private RandomStream() {}

  /** First state of a stream of a seed; streams of different numbers are independent. */
  static long start(long seed, long stream) {
    return mix(seed + mix(stream * GOLDEN_GAMMA + 1));
  }

  /** The state that follows; the draws below belong to the state they are given. */
  static long next(long state) {
    return state + GOLDEN_GAMMA;
  }

  /** The 64 bits of a state. */
  static long mix(long state) {
    long z = (state ^ (state >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  /** Uniform in (0, 1]. */
  static double unit(long state) {
    return ((mix(state) >>> 11) + 1) * UNIT;
  }

  /** Uniform with mean 0 and deviation 1: over plus or minus the root of three. */
  static double uniform(long state) {
    return (2 * unit(state) - 1) * SQRT_3;
  }

  /**
   * Normal with mean 0 and deviation 1; uses two states, whatever it draws. The exact distribution,
   * by {@link Ziggurat}.
   */
  static double normal(long first, long second) {
    return Ziggurat.normal(first, second);
  }

  /** The same by the formula of Box and Muller (1958), which takes many times as long. */
  static double boxMuller(long first, long second) {
    return StrictMath.sqrt(-2 * StrictMath.log(unit(first)))
        * StrictMath.cos(2 * Math.PI * unit(second));
  }

  /**
   * Number of packets that survive before the next is lost, when each is lost with probability p:
   * geometric, by inversion.
   *
   * @param logSurvival ln(1 - p), at most 0
   */
  static long gap(long state, double logSurvival) {
    if (logSurvival == 0) {
      return Long.MAX_VALUE;
    }
    // The cast saturates at Long.MAX_VALUE.
    return (long) (StrictMath.log(unit(state)) / logSurvival);
  }
}
