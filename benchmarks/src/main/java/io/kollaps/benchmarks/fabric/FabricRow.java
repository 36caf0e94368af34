package io.kollaps.benchmarks.fabric;

import io.kollaps.benchmarks.Statistics;

/**
 * One figure. The names of the fields, written as {@code error_percent}, are a contract.
 *
 * @param fabric which fabric
 * @param what what was measured, and how
 * @param nominal what was set: a rate, a latency, a probability, a number of pairs
 * @param ideal what a perfect fabric would give, or what the baseline gave in the same minute
 * @param measured the median of the repetitions
 * @param errorPercent how far measured is above ideal, in percent of ideal
 * @param unit unit of ideal and measured
 */
public record FabricRow(
    String fabric,
    String what,
    double nominal,
    double ideal,
    double measured,
    double errorPercent,
    String unit) {

  /** A figure with its error. */
  static FabricRow of(
      String fabric, String what, double nominal, double ideal, double measured, String unit) {
    return new FabricRow(
        fabric, what, nominal, ideal, measured, Statistics.errorPercent(measured, ideal), unit);
  }
}
