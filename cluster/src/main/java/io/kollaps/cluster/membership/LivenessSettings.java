package io.kollaps.cluster.membership;

/**
 * How soon a silent node is given up.
 *
 * @param periodNanos time between two pings of a node, 10 ms to 60 s
 * @param misses periods without a sign of life after which a node is suspected, 1 to 100
 * @param confirmNanos how long a suspected node is pinged densely before it is given up, 0 to 60 s
 * @param confirmPeriodNanos time between two of those pings, 1 ms to the period
 */
public record LivenessSettings(
    long periodNanos, int misses, long confirmNanos, long confirmPeriodNanos) {
  private static final long MILLI = 1_000_000;
  private static final long MAX_NANOS = 60_000 * MILLI;
  private static final long MIN_PERIOD_NANOS = 10 * MILLI;
  private static final int MAX_MISSES = 100;

  /**
   * 500 ms, 3 misses, then 50 pings in a second: a dead node is given up 2.5 s after its last sign
   * of life. With 20 % loss each way a ping goes unanswered with probability 0.36; three in a row
   * are common (5 %), fifty more are not (10^-22).
   */
  public static final LivenessSettings DEFAULT =
      new LivenessSettings(500 * MILLI, 3, 1000 * MILLI, 20 * MILLI);

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException naming the value and its range
   */
  public LivenessSettings {
    check(periodNanos >= MIN_PERIOD_NANOS && periodNanos <= MAX_NANOS, "period", "10 ms to 60 s");
    check(misses >= 1 && misses <= MAX_MISSES, "number of misses", "1 to 100");
    check(confirmNanos >= 0 && confirmNanos <= MAX_NANOS, "confirmation", "0 to 60 s");
    check(
        confirmPeriodNanos >= MILLI && confirmPeriodNanos <= periodNanos,
        "period of the confirmation",
        "1 ms to the heartbeat's period");
  }

  private static void check(boolean good, String what, String range) {
    if (!good) {
      throw new IllegalArgumentException("the heartbeat's " + what + " must be " + range);
    }
  }

  /** Silence after which a node is suspected, in nanoseconds. */
  public long suspectAfterNanos() {
    return periodNanos * misses;
  }

  /** Silence after which a node is given up, in nanoseconds. */
  public long lostAfterNanos() {
    return suspectAfterNanos() + confirmNanos;
  }
}
