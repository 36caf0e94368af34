package io.kollaps.node.results;

/**
 * A judged run.
 *
 * @param observations what was observed
 * @param verdict what it is worth
 */
public record RunOutcome(RunObservations observations, Verdict verdict) {}
