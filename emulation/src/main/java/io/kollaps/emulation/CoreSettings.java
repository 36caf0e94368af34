package io.kollaps.emulation;

/**
 * Thresholds and times of an emulation core. The defaults were measured with real TCP flows (cubic
 * and bbr) under a 25 ms period; those for peers are the thesis' (4.9.1).
 *
 * @param activeFraction a flow begins with the first reading above this part of its path's rate; in
 *     (0, 0.5]
 * @param silenceNanos a flow ends after this long without traffic; 1 ms to 10 s
 * @param demandWindowNanos how far back usage counts for a flow's demand: must span a congestion
 *     control's cycle; 50 ms to 60 s
 * @param demandMeanNanos usage is averaged over this long before the largest is taken, so that the
 *     grain of packets does not count as demand; 1 ms to the demand window
 * @param greedyFraction a reading of this part of the grant shows that a flow wants more; in [0.5,
 *     1]
 * @param headroom factor on the usage of a flow that is limited by its application but near its
 *     fair share; 1 to 2
 * @param headroomFraction usage below this part of the fair share gets no headroom; 0 to 1 /
 *     headroom
 * @param rateChangeFraction a smaller relative change of a rate is not commanded; 0 to 0.004
 * @param demandChangeFraction a smaller relative change of a demand does not count; 0 to 0.5
 * @param demandChangeFloorBitsPerSecond nor does a change smaller than this; 0 or more
 * @param demandEffectFraction nor, until the next full report, a change of a demand that alters
 *     nobody's share by more than this; 0 to 0.01
 * @param numberDelayNanos a changed number is told to the other parts within this time, together
 *     with others; 0 to 1 s
 * @param fullReportNanos how often all flows are told to the other parts, and own demands are taken
 *     over exactly; 10 ms to 60 s
 * @param changeReports in how many reports each change is told, against loss; 1 to 10
 * @param changeRepeatNanos time between these; 0 to 1 s
 * @param reportSpacingNanos two reports of changes are at least this far apart; 0 to 1 s
 * @param peerExpiryNanos a part that says nothing for this long has no flows; at least two full
 *     reports, to 10 minutes; a safety net that must outlast several lost reports
 */
public record CoreSettings(
    double activeFraction,
    long silenceNanos,
    long demandWindowNanos,
    long demandMeanNanos,
    double greedyFraction,
    double headroom,
    double headroomFraction,
    double rateChangeFraction,
    double demandChangeFraction,
    long demandChangeFloorBitsPerSecond,
    double demandEffectFraction,
    long numberDelayNanos,
    long fullReportNanos,
    int changeReports,
    long changeRepeatNanos,
    long reportSpacingNanos,
    long peerExpiryNanos) {

  private static final long MILLI = 1_000_000L;
  private static final long SECOND = 1_000_000_000L;

  /** What is used when nothing else is set. */
  public static final CoreSettings DEFAULT =
      new CoreSettings(
          0.01,
          100 * MILLI,
          700 * MILLI,
          100 * MILLI,
          0.85,
          1.3,
          0.5,
          0.001,
          0.05,
          5_000,
          0.001,
          100 * MILLI,
          SECOND,
          3,
          50 * MILLI,
          40 * MILLI,
          10 * SECOND);

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException naming the setting, its value and its range
   */
  public CoreSettings {
    within("activeFraction", activeFraction, Double.MIN_VALUE, 0.5);
    within("silenceNanos", silenceNanos, MILLI, 10 * SECOND);
    within("demandWindowNanos", demandWindowNanos, 50 * MILLI, 60 * SECOND);
    within("demandMeanNanos", demandMeanNanos, MILLI, demandWindowNanos);
    within("greedyFraction", greedyFraction, 0.5, 1.0);
    within("headroom", headroom, 1.0, 2.0);
    within("headroomFraction", headroomFraction, 0.0, 1 / headroom);
    within("rateChangeFraction", rateChangeFraction, 0.0, 0.004);
    within("demandChangeFraction", demandChangeFraction, 0.0, 0.5);
    within("demandChangeFloorBitsPerSecond", demandChangeFloorBitsPerSecond, 0, Long.MAX_VALUE);
    within("demandEffectFraction", demandEffectFraction, 0.0, 0.01);
    within("numberDelayNanos", numberDelayNanos, 0, SECOND);
    within("fullReportNanos", fullReportNanos, 10 * MILLI, 60 * SECOND);
    within("changeReports", changeReports, 1, 10);
    within("changeRepeatNanos", changeRepeatNanos, 0, SECOND);
    within("reportSpacingNanos", reportSpacingNanos, 0, SECOND);
    within("peerExpiryNanos", peerExpiryNanos, 2 * fullReportNanos, 600 * SECOND);
  }

  private static void within(String name, long value, long low, long high) {
    if (value < low || value > high) {
      throw new IllegalArgumentException(
          name + " is " + value + "; give a value from " + low + " to " + high);
    }
  }

  private static void within(String name, double value, double low, double high) {
    if (!(value >= low && value <= high)) {
      throw new IllegalArgumentException(
          name + " is " + value + "; give a value from " + low + " to " + high);
    }
  }

  /**
   * What a flow that is limited by its application is taken to want.
   *
   * <p>Far below its fair share it wants what it uses: the rest goes to the others, and its rate
   * stands at the fair share all the same, so that it can grow. Near its fair share it gets
   * headroom, growing without a jump to the full factor where that reaches the fair share.
   *
   * @param usage largest usage within the window, in bits per second
   * @param fairShare what it would get if all flows were greedy
   */
  double demand(double usage, double fairShare) {
    double reached = 1 / headroom;
    double part = (usage / fairShare - headroomFraction) / (reached - headroomFraction + 1e-12);
    return usage * (1 + (headroom - 1) * Math.clamp(part, 0.0, 1.0));
  }
}
