package io.kollaps.cluster.join;

/**
 * How long and how often a capacity probe measures. Comes from the leader, so that all probes of a
 * cluster are alike.
 *
 * @param durationNanos longest time of a transfer in one direction
 * @param stableShare a transfer ends early when the rates of its last second-long or shorter parts
 *     differ by less than this share; 0: never early
 * @param datagrams number of datagrams for round-trip time, jitter and loss; 0: none are sent
 */
public record ProbePlan(long durationNanos, double stableShare, int datagrams) {
  /** Longest transfer. */
  public static final long MAX_DURATION_NANOS = 120_000_000_000L;

  /** Most datagrams. */
  public static final int MAX_DATAGRAMS = 10_000;

  /** 10 s, ended early within 1 %, 50 datagrams. */
  public static final ProbePlan DEFAULT = new ProbePlan(10_000_000_000L, 0.01, 50);

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException naming the value and its range
   */
  public ProbePlan {
    if (durationNanos < 1 || durationNanos > MAX_DURATION_NANOS) {
      throw new IllegalArgumentException("a probe takes up to 120 s, not " + durationNanos + " ns");
    }
    if (!(stableShare >= 0 && stableShare < 1)) {
      throw new IllegalArgumentException("the stable share is 0 to below 1, not " + stableShare);
    }
    if (datagrams < 0 || datagrams > MAX_DATAGRAMS) {
      throw new IllegalArgumentException(
          "a probe sends 0 to " + MAX_DATAGRAMS + " datagrams, not " + datagrams);
    }
  }
}
