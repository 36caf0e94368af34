package io.kollaps.node.verdict;

import static io.kollaps.node.results.Verdict.Level.DEGRADED;
import static io.kollaps.node.results.Verdict.Level.INFO;
import static io.kollaps.node.results.Verdict.Level.INVALID;

import io.kollaps.node.results.EventRecord;
import io.kollaps.node.results.Figures;
import io.kollaps.node.results.FlowSummary;
import io.kollaps.node.results.LatenessSummary;
import io.kollaps.node.results.ProgramRecord;
import io.kollaps.node.results.RunEnd;
import io.kollaps.node.results.RunObservations;
import io.kollaps.node.results.Verdict;
import io.kollaps.node.results.Verdict.Level;
import io.kollaps.node.results.Verdict.Measure;
import io.kollaps.node.results.Verdict.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Judges a run. Pure: the same observations give the same verdict.
 *
 * <p>What belongs to the emulated network (loss, full queues, cut endpoints) is never held against
 * a run; what Kollaps or the machine did to it is.
 */
public final class Judge {
  static final String NO_TRAFFIC = "no-traffic";

  private final RunObservations seen;
  private final List<Reason> reasons = new ArrayList<>();

  private Judge(RunObservations seen) {
    this.seen = seen;
  }

  /** The verdict on a run, each reason with its figure, its bound and what to do about it. */
  public static Verdict judge(RunObservations seen) {
    Judge judge = new Judge(seen);
    judge.end();
    judge.programs();
    judge.events();
    MachineRules.judge(seen, judge.reasons);
    judge.flows();
    judge.recording();
    judge.notices();
    return Verdict.of(judge.reasons);
  }

  /**
   * The verdict on one part of a run: as of a whole run, but for what only all parts together can
   * tell, such as that nobody sent anything.
   */
  public static Verdict judgePart(RunObservations seen) {
    return Verdict.of(
        judge(seen).reasons().stream().filter(r -> !r.code().equals(NO_TRAFFIC)).toList());
  }

  private void end() {
    RunEnd end = seen.end();
    switch (end.kind()) {
      case COMPLETED -> {}
      case INTERRUPTED ->
          add(
              DEGRADED,
              "ended-early",
              "The run was ended early by its user, after "
                  + Figures.seconds(seen.durationNanos())
                  + ".",
              "What is here is right as far as it goes; let the run end for the whole of it.");
      case FAILED ->
          add(
              INVALID,
              "run-failed",
              "The run could not go on: " + end.detail(),
              "Remove the cause and run again; `kollaps doctor` shows what this machine lacks.");
      case KILLED ->
          add(
              INVALID,
              "killed",
              "The run was killed before its end.",
              "Run the experiment again and let it end, or end it with Ctrl-C.");
    }
  }

  private void programs() {
    each(
        "program-not-started",
        INVALID,
        seen.programs().stream().filter(p -> p.cause() == ProgramRecord.Cause.NOT_STARTED).toList(),
        p -> "The program of " + p.endpoint() + " could not be started: " + p.detail(),
        "Correct the command or what it needs, then run again.");
    each(
        "start-condition-timed-out",
        INVALID,
        seen.programs().stream()
            .filter(p -> p.cause() == ProgramRecord.Cause.START_CONDITION_TIMED_OUT)
            .toList(),
        p -> p.endpoint() + " never started, what it waits for was not there: " + p.detail(),
        "Look into the log of the service that it waits for, or correct the port in wait-for.");
    each(
        "start-condition-never-held",
        INVALID,
        seen.end().kind() == RunEnd.Kind.COMPLETED ? stillWaiting() : List.of(),
        p -> p.endpoint() + " never started, it waited to its end: " + p.detail(),
        "Look into the log of the service that it waits for, or let the run last longer.");
    each(
        "program-failed",
        DEGRADED,
        seen.programs().stream().filter(ProgramRecord::failedByItself).toList(),
        p -> "The program of " + p.endpoint() + " ended by itself with " + exit(p) + ".",
        "Look into its logs in the folder endpoints; if the failure is what you study, this is"
            + " fine.");
  }

  // A run that its user ended, or that failed, says so: what waited at that moment is no surprise.
  private List<ProgramRecord> stillWaiting() {
    return seen.programs().stream()
        .filter(p -> p.cause() == ProgramRecord.Cause.STILL_WAITING)
        .toList();
  }

  private static String exit(ProgramRecord program) {
    int code = program.exitCode().orElse(0);
    return "exit code " + code + (code > 128 ? " (signal " + (code - 128) + ")" : "");
  }

  private void events() {
    each(
        "event-failed",
        INVALID,
        seen.events().stream().filter(e -> e.failure().isPresent()).toList(),
        e ->
            name(e)
                + " at "
                + Figures.seconds(e.plannedNanos())
                + " could not be done: "
                + e.failure().orElse(""),
        "From then on the network was not the described one. Remove the cause and run again.");
    LatenessSummary lateness = LatenessSummary.of(seen.events());
    Optional<Level> level =
        level(
            lateness.p99Nanos(),
            Thresholds.EVENT_LATENESS_DEGRADED_NANOS,
            Thresholds.EVENT_LATENESS_INVALID_NANOS);
    if (level.isPresent()) {
      long bound =
          level.get() == INVALID
              ? Thresholds.EVENT_LATENESS_INVALID_NANOS
              : Thresholds.EVENT_LATENESS_DEGRADED_NANOS;
      reasons.add(
          new Reason(
              level.get(),
              "event-late",
              "Events happened up to "
                  + Figures.time(lateness.maxNanos())
                  + " from their times (99th percentile "
                  + Figures.time(lateness.p99Nanos())
                  + ", bound "
                  + Figures.time(bound)
                  + ").",
              Optional.of(new Measure(lateness.p99Nanos() / 1e6, bound / 1e6, "ms")),
              "Free the machine of other work, or run fewer endpoints on it. Times in events.jsonl"
                  + " are the actual ones: use them when you evaluate."));
    }
  }

  private static String name(EventRecord event) {
    return "The event " + event.kind() + " " + event.subject();
  }

  private void flows() {
    if (seen.flows().isEmpty()
        && seen.health().fabric().deliveredPackets() == 0
        && seen.end().kind() == RunEnd.Kind.COMPLETED) {
      add(
          INFO,
          NO_TRAFFIC,
          "No endpoint sent anything to another.",
          "If it should have: look into the logs, and let the programs use the endpoints' names.");
    }
    List<FlowSummary> missed =
        seen.flows().stream()
            .filter(f -> f.settledNanos() >= Thresholds.SHARE_ERROR_MIN_SETTLED_NANOS)
            .filter(
                f -> Math.abs(f.errorPercent().orElse(0)) > Thresholds.SHARE_ERROR_DEGRADED_PERCENT)
            .sorted(
                (a, b) ->
                    Double.compare(
                        Math.abs(b.errorPercent().orElse(0)), Math.abs(a.errorPercent().orElse(0))))
            .toList();
    bounded(
        "share-missed",
        DEGRADED,
        missed,
        f ->
            new Reason(
                DEGRADED,
                "share-missed",
                "The flow "
                    + f.from()
                    + " to "
                    + f.to()
                    + " wanted all of its share and was off it by "
                    + Figures.signedPercent(f.errorPercent().orElse(0))
                    + " over "
                    + Figures.seconds(f.settledNanos())
                    + " (bound "
                    + Thresholds.SHARE_ERROR_DEGRADED_PERCENT
                    + " %).",
                Optional.of(
                    new Measure(
                        f.errorPercent().orElse(0), Thresholds.SHARE_ERROR_DEGRADED_PERCENT, "%")),
                "The machine did not keep up: lower the rates, run fewer flows, or free"
                    + " processors."));
  }

  private void recording() {
    each(
        "results-incomplete",
        DEGRADED,
        seen.recordingFailures(),
        why -> "Results are incomplete: " + why + ".",
        "Free space on the disk or give --results on a faster one. The summaries are complete.");
  }

  private void notices() {
    for (String notice : seen.facts().notices()) {
      add(INFO, "notice", notice, "");
    }
  }

  private void add(Level level, String code, String message, String remedy) {
    reasons.add(new Reason(level, code, message, Optional.empty(), remedy));
  }

  private <T> void each(
      String code, Level level, List<T> items, Function<T, String> message, String remedy) {
    bounded(
        code,
        level,
        items,
        item -> new Reason(level, code, message.apply(item), Optional.empty(), remedy));
  }

  private <T> void bounded(String code, Level level, List<T> items, Function<T, Reason> toReason) {
    items.stream().limit(Thresholds.MAX_REASONS_PER_RULE).map(toReason).forEach(reasons::add);
    int left = items.size() - Thresholds.MAX_REASONS_PER_RULE;
    if (left > 0) {
      add(level, code, left + " more of the same kind.", "The tables name them all.");
    }
  }

  /** The level of a figure that has two bounds. */
  static Optional<Level> level(long figure, long degradedBeyond, long invalidBeyond) {
    if (figure > invalidBeyond) {
      return Optional.of(INVALID);
    }
    return figure > degradedBeyond ? Optional.of(DEGRADED) : Optional.empty();
  }
}
