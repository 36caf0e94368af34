package io.kollaps.topology.path;

import io.kollaps.topology.Experiment;

/**
 * Expands replicas, assigns addresses, chooses replicas for events, and collapses the paths of
 * every epoch.
 */
public final class ExperimentCompiler {
  private ExperimentCompiler() {}

  /**
   * Compiles an experiment; the same experiment and seed give the same result.
   *
   * @param experiment a validated experiment
   * @param seed the run's seed, decides which replicas an {@code Amount} means
   */
  @SuppressWarnings("DoNotCallSuggester")
  public static CompiledExperiment compile(Experiment experiment, long seed) {
    throw new UnsupportedOperationException(experiment.name() + seed);
  }
}
