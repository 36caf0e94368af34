package io.kollaps.cluster.join;

/**
 * The end of a probe.
 *
 * @param probe its number
 * @param outcome what it came to
 */
public record ProbeReport(long probe, ProbeOutcome outcome) {}
