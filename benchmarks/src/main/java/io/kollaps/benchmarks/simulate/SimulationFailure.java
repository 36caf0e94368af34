package io.kollaps.benchmarks.simulate;

import java.util.List;

/**
 * A seed that failed.
 *
 * @param seed of it
 * @param nodes that took part
 * @param reason the invariant that broke
 * @param replay the command that plays it again
 * @param trace the last lines of what happened
 */
public record SimulationFailure(
    long seed, int nodes, String reason, String replay, List<String> trace) {
  /** Copies the list. */
  public SimulationFailure {
    trace = List.copyOf(trace);
  }
}
