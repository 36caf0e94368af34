package io.kollaps.node.results;

import java.util.List;
import java.util.Optional;

/**
 * Whether the numbers of a run can be trusted.
 *
 * @param grade the worst level of the reasons
 * @param reasons why, the worst first; informations may stand under any grade
 */
public record Verdict(Grade grade, List<Reason> reasons) {

  /** Copies the list. */
  public Verdict {
    reasons = List.copyOf(reasons);
  }

  /** The verdict that these reasons make: their worst level, and the worst first. */
  public static Verdict of(List<Reason> reasons) {
    List<Reason> sorted =
        reasons.stream().sorted((a, b) -> b.level().compareTo(a.level())).toList();
    Grade grade =
        sorted.isEmpty()
            ? Grade.PASS
            : switch (sorted.getFirst().level()) {
              case INFO -> Grade.PASS;
              case DEGRADED -> Grade.DEGRADED;
              case INVALID -> Grade.INVALID;
            };
    return new Verdict(grade, sorted);
  }

  /** The three verdicts. */
  public enum Grade {
    /** The emulated network was what the file says. */
    PASS,
    /** Something was not as it should be: look at the reasons before using the numbers. */
    DEGRADED,
    /** Do not use the numbers. */
    INVALID
  }

  /** What a reason does to the verdict. */
  public enum Level {
    /** Nothing. */
    INFO,
    /** PASS becomes DEGRADED. */
    DEGRADED,
    /** The verdict is INVALID. */
    INVALID
  }

  /**
   * One reason.
   *
   * @param level what it does to the verdict
   * @param code stable name of the rule, e.g. {@code event-late}
   * @param message what was seen, with figure and bound
   * @param measure figure and bound as numbers, where there are
   * @param remedy what to do about it
   */
  public record Reason(
      Level level, String code, String message, Optional<Measure> measure, String remedy) {}

  /**
   * A figure and the bound that it passed.
   *
   * @param figure what was measured
   * @param bound what it must not pass
   * @param unit unit of both
   */
  public record Measure(double figure, double bound, String unit) {}
}
