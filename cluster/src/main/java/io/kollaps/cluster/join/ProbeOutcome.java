package io.kollaps.cluster.join;

import java.util.Optional;

/** What a probe came to. */
public sealed interface ProbeOutcome {

  /**
   * It measured.
   *
   * @param forwardBitsPerSecond received by the node that served, from the one that began it
   * @param backwardBitsPerSecond received by the node that began it
   * @param quality round-trip time, jitter and loss, where they were measured
   */
  record Measured(
      long forwardBitsPerSecond, long backwardBitsPerSecond, Optional<PathQuality> quality)
      implements ProbeOutcome {
    /**
     * Checks the rates.
     *
     * @throws IllegalArgumentException for a negative rate
     */
    public Measured {
      if (forwardBitsPerSecond < 0 || backwardBitsPerSecond < 0) {
        throw new IllegalArgumentException("measured rates are not negative");
      }
    }
  }

  /**
   * It gave no result.
   *
   * @param why for people
   */
  record Failed(String why) implements ProbeOutcome {}
}
