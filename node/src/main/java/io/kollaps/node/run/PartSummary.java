package io.kollaps.node.run;

import io.kollaps.node.results.ExchangeCounts;
import io.kollaps.node.results.RunEnd;
import io.kollaps.node.results.RunObservations;
import io.kollaps.node.results.RunOutcome;
import io.kollaps.node.results.Verdict;
import java.util.List;
import java.util.Optional;

/**
 * What became of a part, in a few figures; everything else is in its results folder.
 *
 * @param end how it ended
 * @param verdict what its own numbers are worth, with the reasons
 * @param durationNanos from the start to the end; 0 when it never started
 * @param events events of the timeline that it played
 * @param failedEvents those that could not be done
 * @param programs runs of programs
 * @param failedPrograms those that ended by themselves with an exit code other than 0, or never ran
 * @param exchange what it told the other parts, and heard of them
 */
public record PartSummary(
    RunEnd end,
    Verdict verdict,
    long durationNanos,
    int events,
    int failedEvents,
    int programs,
    int failedPrograms,
    ExchangeCounts exchange) {

  /** Of a judged part. */
  static PartSummary of(RunOutcome outcome, ExchangeCounts exchange) {
    RunObservations seen = outcome.observations();
    return new PartSummary(
        seen.end(),
        outcome.verdict(),
        seen.durationNanos(),
        seen.events().size(),
        (int) seen.events().stream().filter(e -> e.failure().isPresent()).count(),
        seen.programs().size(),
        (int) seen.programs().stream().filter(p -> p.failedByItself() || p.neverRan()).count(),
        exchange);
  }

  /** Of a part that ended before there was anything to judge; it has no results folder. */
  static PartSummary ofNothing(RunEnd end) {
    Verdict.Reason reason =
        new Verdict.Reason(
            Verdict.Level.INVALID,
            "never-prepared",
            "The part ended before it was prepared: " + end.detail(),
            Optional.empty(),
            "Remove the cause and run again.");
    return new PartSummary(end, Verdict.of(List.of(reason)), 0, 0, 0, 0, 0, ExchangeCounts.NONE);
  }
}
