package io.kollaps.benchmarks.simulate;

import java.util.List;

/**
 * What a campaign of simulated clusters found.
 *
 * @param seeds how many were played
 * @param firstSeed the first of them
 * @param failures seeds in which something happened that must not
 * @param seconds real time that it took
 * @param virtualSeconds virtual time of all clusters together
 * @param events that happened
 * @param messages that were sent
 * @param faults things that went wrong on purpose
 * @param admissions nodes that were admitted
 * @param leaders that were elected
 * @param losses how often a leader gave a member up
 * @param probes transfers that were begun
 * @param checkedEntries entries of capacity maps that were compared with the true network
 * @param slowestSettleSeconds longest virtual time from the end of the faults until all was right
 */
public record SimulationReport(
    int seeds,
    long firstSeed,
    List<SimulationFailure> failures,
    double seconds,
    double virtualSeconds,
    long events,
    long messages,
    long faults,
    long admissions,
    long leaders,
    long losses,
    long probes,
    long checkedEntries,
    double slowestSettleSeconds) {
  /** Copies the list. */
  public SimulationReport {
    failures = List.copyOf(failures);
  }
}
