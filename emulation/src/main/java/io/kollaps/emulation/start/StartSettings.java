package io.kollaps.emulation.start;

/**
 * Times and limits of a start agreement.
 *
 * @param leadNanos how far ahead the first instant is proposed, and a ring of one starts; 1 ms to
 *     the largest lead
 * @param leadPerPartNanos and this more for each further part; 0 to 1 s
 * @param marginNanos room beside turn and bounds when an instant is confirmed, for what nodes do
 *     themselves; at least {@code armNanos}, to 10 s
 * @param armNanos how long before its instant a start must be commanded; 0 to 1 s
 * @param maxLeadNanos an instant is never proposed further ahead; to 10 minutes
 * @param maxBoundNanos a node whose clock is less sure than this gives up; 1 ms to 10 s
 * @param resendNanos a message that was not taken is sent again after this, then after twice as
 *     long and so on to eight times; 1 ms to 10 s
 * @param hopTimeoutNanos a successor that did not take a message by then is unreachable; to 60 s
 * @param turnTimeoutNanos a proposal that did not come back by then is lost, and a part waits this
 *     long after an instant that was proposed but not confirmed; to 10 minutes
 * @param beginTimeoutNanos how long a part waits for the first proposal; to 10 minutes
 * @param maxRounds proposals at most; 1 to 100
 */
public record StartSettings(
    long leadNanos,
    long leadPerPartNanos,
    long marginNanos,
    long armNanos,
    long maxLeadNanos,
    long maxBoundNanos,
    long resendNanos,
    long hopTimeoutNanos,
    long turnTimeoutNanos,
    long beginTimeoutNanos,
    int maxRounds) {

  private static final long MILLI = 1_000_000L;
  private static final long SECOND = 1_000_000_000L;

  /**
   * A quarter of a second ahead and 4 ms for each part: two turns of 2 ms a hop. A bound of 250 ms
   * is half of the round trip to the far side of the earth; beyond it a common start means nothing.
   * A hop is tried 12 times within its two seconds: with 20 % loss each way all fail once in 200
   * 000 times.
   */
  public static final StartSettings DEFAULT =
      new StartSettings(
          250 * MILLI,
          4 * MILLI,
          50 * MILLI,
          5 * MILLI,
          20 * SECOND,
          250 * MILLI,
          25 * MILLI,
          2 * SECOND,
          5 * SECOND,
          10 * SECOND,
          6);

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException naming the setting, its value and its range
   */
  public StartSettings {
    within("maxLeadNanos", maxLeadNanos, MILLI, 600 * SECOND);
    within("leadNanos", leadNanos, MILLI, maxLeadNanos);
    within("leadPerPartNanos", leadPerPartNanos, 0, SECOND);
    within("armNanos", armNanos, 0, SECOND);
    within("marginNanos", marginNanos, armNanos, 10 * SECOND);
    within("maxBoundNanos", maxBoundNanos, MILLI, 10 * SECOND);
    within("resendNanos", resendNanos, MILLI, 10 * SECOND);
    within("hopTimeoutNanos", hopTimeoutNanos, resendNanos, 60 * SECOND);
    within("turnTimeoutNanos", turnTimeoutNanos, MILLI, 600 * SECOND);
    within("beginTimeoutNanos", beginTimeoutNanos, MILLI, 600 * SECOND);
    within("maxRounds", maxRounds, 1, 100);
  }

  private static void within(String name, long value, long low, long high) {
    if (value < low || value > high) {
      throw new IllegalArgumentException(
          name + " is " + value + "; give a value from " + low + " to " + high);
    }
  }

  /** How far ahead a ring of this size has its first instant proposed. */
  long firstLeadNanos(int ringSize) {
    return Math.min(maxLeadNanos, leadNanos + (ringSize - 1) * leadPerPartNanos);
  }

  /**
   * Room that a confirmation needs: a turn as measured and as long again, the clocks of two parts
   * apart by both their bounds, and the margin.
   */
  long roomNanos(long turnNanos, long largestBoundNanos) {
    return 2 * turnNanos + 2 * largestBoundNanos + marginNanos;
  }

  /**
   * No agreement lasts longer than this after its begin: until it there is a start or a giving up,
   * provided that it is told the time.
   */
  public long longestNanos() {
    return beginTimeoutNanos + maxRounds * (maxLeadNanos + turnTimeoutNanos);
  }
}
