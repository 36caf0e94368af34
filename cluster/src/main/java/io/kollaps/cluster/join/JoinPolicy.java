package io.kollaps.cluster.join;

/**
 * Times and limits of joins at the leader.
 *
 * @param measure whether joining nodes are measured; without it they are admitted at once and there
 *     is no capacity map
 * @param leaseNanos a joining node that is not heard of for this long is given up
 * @param renewNanos how often it is to be heard of; below half of the lease
 * @param waitNanos how soon a node that waits for its turn asks again; below half of the lease
 * @param pollNanos how soon a node asks again that has nothing to do for the moment
 * @param probeNanos a probe that has not ended after this time has failed
 * @param retryNanos time between a failed probe and the next attempt; attempts times this should be
 *     above the time in which a dead member is found lost
 * @param settleNanos how long a node that was just admitted may take to serve its first probe
 * @param remeasureNanos time until a member that could not be measured is tried again
 * @param holdNanos while a member is being measured again, the map in the state stays as it is for
 *     at most this time
 * @param maxCandidates most nodes that join or wait
 * @param plan how probes measure
 */
public record JoinPolicy(
    boolean measure,
    long leaseNanos,
    long renewNanos,
    long waitNanos,
    long pollNanos,
    long probeNanos,
    long retryNanos,
    long settleNanos,
    long remeasureNanos,
    long holdNanos,
    int maxCandidates,
    ProbePlan plan) {
  private static final long SECOND = 1_000_000_000L;

  /** Besides two directions of at most twice the longest transfer: beginning, datagrams, end. */
  private static final long PROBE_MARGIN_NANOS = 15 * SECOND;

  /** Lease of 6 s, a probe of at most 10 s each way, four attempts a second apart. */
  public static final JoinPolicy DEFAULT = of(ProbePlan.DEFAULT);

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException naming the value and its range
   */
  public JoinPolicy {
    check(leaseNanos > 0 && probeNanos > 0, "lease and the time of a probe", "above 0");
    check(renewNanos > 0 && renewNanos <= leaseNanos / 2, "renewal", "at most half of the lease");
    check(waitNanos > 0 && waitNanos <= leaseNanos / 2, "wait", "at most half of the lease");
    check(pollNanos > 0 && pollNanos <= renewNanos, "poll", "at most the renewal");
    check(retryNanos >= 0 && settleNanos >= 0, "retry and settling", "0 or more");
    check(remeasureNanos >= 0 && holdNanos >= 0, "measuring again", "0 or more");
    check(maxCandidates >= 1, "number of candidates", "1 or more");
  }

  private static void check(boolean good, String what, String range) {
    if (!good) {
      throw new IllegalArgumentException("the " + what + " must be " + range);
    }
  }

  /** The default with other probes. */
  public static JoinPolicy of(ProbePlan plan) {
    return new JoinPolicy(
        true,
        6 * SECOND,
        SECOND,
        SECOND,
        SECOND / 10,
        4 * plan.durationNanos() + PROBE_MARGIN_NANOS,
        SECOND,
        20 * SECOND,
        30 * SECOND,
        60 * SECOND,
        4096,
        plan);
  }

  /** The same without measuring. */
  public JoinPolicy unmeasured() {
    return new JoinPolicy(
        false,
        leaseNanos,
        renewNanos,
        waitNanos,
        pollNanos,
        probeNanos,
        retryNanos,
        settleNanos,
        remeasureNanos,
        holdNanos,
        maxCandidates,
        plan);
  }
}
