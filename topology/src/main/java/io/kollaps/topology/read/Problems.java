package io.kollaps.topology.read;

import io.kollaps.topology.Problem;
import io.kollaps.topology.SourcePosition;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * Collects problems and notices; keeps the first {@link ReadLimits#MAX_PROBLEMS} of each in file
 * order, whatever order they are found in.
 */
final class Problems {
  private final Kept problems = new Kept("problems", "correct the ones above first");
  private final Kept notices = new Kept("notices", "see the ones above");

  /** So many problems that the rest of the file is not worth judging; they are all collected. */
  static final class TooMany extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TooMany() {
      super("more than " + ReadLimits.MAX_FOUND + " problems", null, false, false);
    }
  }

  /**
   * Adds a problem.
   *
   * @throws TooMany when there are more than {@link ReadLimits#MAX_FOUND}
   */
  void add(SourcePosition position, String message, String remedy) {
    add(new Problem(position, message, remedy));
  }

  /** Adds a problem as {@link #add(SourcePosition, String, String)} does. */
  void add(Problem problem) {
    problems.add(problem);
    if (problems.found > ReadLimits.MAX_FOUND) {
      throw new TooMany();
    }
  }

  /** True when so many notices are there that looking for slips is not worth the time. */
  boolean manyNotices() {
    return notices.found > ReadLimits.MAX_FOUND;
  }

  void notice(SourcePosition position, String message, String remedy) {
    notices.add(new Problem(position, message, remedy));
  }

  /** Number of problems so far, those not kept included. */
  long count() {
    return problems.found;
  }

  /** The problems in file order; a last one without position says how many were not kept. */
  List<Problem> problems() {
    return problems.inFileOrder();
  }

  /** The notices in file order, bounded like the problems. */
  List<Problem> notices() {
    return notices.inFileOrder();
  }

  /** A text of the file as a message shows it: in quotes, short, without control characters. */
  static String quote(String text) {
    boolean tooLong = text.length() > ReadLimits.MAX_QUOTED_CHARS;
    String shown = tooLong ? text.substring(0, ReadLimits.MAX_QUOTED_CHARS) : text;
    return "'" + shown.replaceAll("\\p{Cntrl}|\\p{Cs}", "\u00b7") + (tooLong ? "...'" : "'");
  }

  /** The first problems by position, each only once. */
  private static final class Kept {
    private static final Comparator<Problem> FILE_ORDER =
        Comparator.comparingInt((Problem p) -> p.position().line())
            .thenComparingInt(p -> p.position().column())
            .thenComparing(Problem::message)
            .thenComparing(Problem::remedy);

    private final String what;
    private final String remedy;
    private final NavigableSet<Problem> first = new TreeSet<>(FILE_ORDER);
    private long found;

    Kept(String what, String remedy) {
      this.what = what;
      this.remedy = remedy;
    }

    void add(Problem problem) {
      if (!first.add(problem)) {
        return;
      }
      found++;
      if (first.size() > ReadLimits.MAX_PROBLEMS) {
        first.pollLast();
      }
    }

    List<Problem> inFileOrder() {
      List<Problem> all = new ArrayList<>(first);
      if (found > all.size()) {
        all.add(
            new Problem(
                SourcePosition.UNKNOWN,
                (found - all.size()) + " more " + what + " are not shown",
                remedy));
      }
      return all;
    }
  }
}
