package io.kollaps.node.results;

import java.time.Instant;
import java.util.List;

/**
 * What is known of a run before it starts; written to {@code run.json} first of all.
 *
 * @param runId unique name of the run
 * @param experiment name of the experiment
 * @param seed seed of every random draw of the run
 * @param startedAt wall clock of the start
 * @param version version of Kollaps
 * @param fabric the fabric's name
 * @param fabricReason why this fabric was chosen
 * @param sharingPeriodNanos period of the sharing loop
 * @param host the machine
 * @param topology what was run
 * @param notices what the reader of the file or the set-up wants the user to know, one sentence
 *     each
 */
public record RunFacts(
    String runId,
    String experiment,
    long seed,
    Instant startedAt,
    String version,
    String fabric,
    String fabricReason,
    long sharingPeriodNanos,
    HostFacts host,
    TopologySummary topology,
    List<String> notices) {

  /** Copies the list. */
  public RunFacts {
    notices = List.copyOf(notices);
  }
}
