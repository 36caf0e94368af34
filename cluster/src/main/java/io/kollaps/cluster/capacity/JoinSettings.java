package io.kollaps.cluster.capacity;

/**
 * How nodes' places are found.
 *
 * @param relativeNoise bound of the relative error of one probe, 0 to 0.2; rates closer than two
 *     such errors are never told apart. Above 0.05 real capacities are hardly separable: probe
 *     longer instead
 * @param goodputFactor what a TCP transfer gets of an interface's speed, above 0 and at most 1
 * @param fastestFirstUpTo clusters up to this size ask the node with the fastest interface first
 * @param freshNanos a node that comes back within this time after its measurements is not measured
 *     again
 * @param verifyAfterNanos levels without a sample for this time are verified when the cluster idles
 * @param probeAttempts how often a probe is tried before its join is given up, 1 to 10
 * @param parallelJoins how many joining nodes are probed at once, each with a partner of its own; 1
 *     for one after the other
 */
public record JoinSettings(
    double relativeNoise,
    double goodputFactor,
    int fastestFirstUpTo,
    long freshNanos,
    long verifyAfterNanos,
    int probeAttempts,
    int parallelJoins) {

  /**
   * Full packets of 1500 bytes: 1448 bytes of TCP payload in 1538 bytes on an Ethernet wire.
   * Without it a gigabit interface looks as if it never were the limit.
   */
  public static final double ETHERNET_GOODPUT = 0.9415;

  /** Up to this size the fastest interface first needs fewer probes on random trees. */
  public static final int SMALL_CLUSTER = 20;

  private static final double MAX_NOISE = 0.2;
  private static final int MAX_ATTEMPTS = 10;
  private static final int MAX_PARALLEL = 4096;
  private static final long HOUR_NANOS = 3_600_000_000_000L;

  /** 3 % noise, Ethernet, measurements fresh for a day, verified every hour, one join at a time. */
  public static final JoinSettings DEFAULT =
      new JoinSettings(0.03, ETHERNET_GOODPUT, SMALL_CLUSTER, 24 * HOUR_NANOS, HOUR_NANOS, 4, 1);

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException naming the value and its range
   */
  public JoinSettings {
    check(relativeNoise >= 0 && relativeNoise <= MAX_NOISE, "relative noise", "0 to 0.2");
    check(goodputFactor > 0 && goodputFactor <= 1, "goodput factor", "above 0 and at most 1");
    check(fastestFirstUpTo >= 0, "size of a small cluster", "0 or more");
    check(freshNanos >= 0 && verifyAfterNanos >= 0, "time", "0 or more");
    check(probeAttempts >= 1 && probeAttempts <= MAX_ATTEMPTS, "probe attempts", "1 to 10");
    check(parallelJoins >= 1 && parallelJoins <= MAX_PARALLEL, "parallel joins", "1 to 4096");
  }

  private static void check(boolean good, String what, String range) {
    if (!good) {
      throw new IllegalArgumentException("the " + what + " must be " + range);
    }
  }

  /** The same with another bound of the noise. */
  public JoinSettings withNoise(double bound) {
    return new JoinSettings(
        bound,
        goodputFactor,
        fastestFirstUpTo,
        freshNanos,
        verifyAfterNanos,
        probeAttempts,
        parallelJoins);
  }

  /** The same with another goodput factor. */
  public JoinSettings withGoodput(double factor) {
    return new JoinSettings(
        relativeNoise,
        factor,
        fastestFirstUpTo,
        freshNanos,
        verifyAfterNanos,
        probeAttempts,
        parallelJoins);
  }

  /** The same with another number of joining nodes at once. */
  public JoinSettings withParallelJoins(int count) {
    return new JoinSettings(
        relativeNoise,
        goodputFactor,
        fastestFirstUpTo,
        freshNanos,
        verifyAfterNanos,
        probeAttempts,
        count);
  }

  /**
   * Relative difference up to which two levels are one. Two errors are the most that noise
   * explains, but that far apart two levels are more often different: 1.5 halves the wrong joins.
   */
  double tolerance() {
    return 1.5 * relativeNoise;
  }
}
