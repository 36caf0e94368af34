package io.kollaps.node.control;

import io.kollaps.linux.ownership.RunId;

/**
 * Names the parts of one attempt of a run; with a node, one part.
 *
 * @param run the run
 * @param attempt counts how often the run was started, from 1: late words about an older attempt
 *     harm nobody
 */
public record PartKey(RunId run, int attempt) implements Comparable<PartKey> {

  /**
   * Checks the number.
   *
   * @throws IllegalArgumentException when the attempt is below 1
   */
  public PartKey {
    if (attempt < 1) {
      throw new IllegalArgumentException("attempts count from 1, not " + attempt);
    }
  }

  /** Orders by run, then by attempt. */
  @Override
  public int compareTo(PartKey other) {
    int byRun = run.compareTo(other.run);
    return byRun != 0 ? byRun : Integer.compare(attempt, other.attempt);
  }

  @Override
  public String toString() {
    return run + "/" + attempt;
  }
}
