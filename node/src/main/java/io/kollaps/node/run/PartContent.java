package io.kollaps.node.run;

import io.kollaps.node.fabric.FabricChoice;
import io.kollaps.node.load.LoadResult;
import io.kollaps.topology.path.CompiledExperiment;

/**
 * What a part plays.
 *
 * @param loaded the experiment
 * @param fabric the fabric that carries it here, and why this one
 * @param seed seed of every random draw
 * @param homes which part runs each endpoint
 */
record PartContent(LoadResult.Loaded loaded, FabricChoice fabric, long seed, Homes homes) {

  /** 2^64 by the golden ratio, odd: consecutive multiples are far apart. */
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  /** The experiment, compiled. */
  CompiledExperiment compiled() {
    return loaded.compiled();
  }

  /** Seed of the fabric here: parts must not lose the same packets of their own. */
  long fabricSeed() {
    return seed + homes.self() * GOLDEN;
  }

  /** Makes it, on the part's own thread: compiling a large experiment takes its time. */
  @FunctionalInterface
  interface Source {
    /**
     * Makes it.
     *
     * @throws RunFailedException when the part cannot be made here
     */
    PartContent get() throws RunFailedException;
  }
}
