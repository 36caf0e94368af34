package io.kollaps.node.run;

import io.kollaps.node.fabric.FabricChoice;
import io.kollaps.node.load.LoadResult;
import java.nio.file.Path;

/**
 * A run to make.
 *
 * @param loaded the experiment
 * @param fabric the fabric that carries it, and why this one
 * @param seed seed of every random draw
 * @param resultsFolder folder for the results, made when it is not there
 * @param stateFolder folder in which runs of this user keep what they own
 * @param version version of Kollaps, for the results
 * @param startConditionTimeoutNanos longest wait for what an endpoint waits for
 */
public record RunRequest(
    LoadResult.Loaded loaded,
    FabricChoice fabric,
    long seed,
    Path resultsFolder,
    Path stateFolder,
    String version,
    long startConditionTimeoutNanos) {

  /** Longest wait for what an endpoint waits for, when nothing else is asked: 30 s. */
  public static final long DEFAULT_START_CONDITION_TIMEOUT_NANOS = 30_000_000_000L;
}
