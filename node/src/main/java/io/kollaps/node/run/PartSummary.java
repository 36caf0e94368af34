package io.kollaps.node.run;

import io.kollaps.node.results.RunEnd;
import io.kollaps.node.results.Verdict;

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
    ExchangeCounts exchange) {}
