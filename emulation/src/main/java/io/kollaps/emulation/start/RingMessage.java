package io.kollaps.emulation.start;

/**
 * What a part tells its successor in the ring. Instants are nanoseconds on the leader's clock.
 *
 * <p>Messages may be lost, repeated, delayed and reordered on their way; whoever carries them must
 * only see to it that they come from a part of the same run.
 */
public sealed interface RingMessage {

  /** Which attempt at the run's start it belongs to. */
  long attempt();

  /** Which of the attempt's proposals it is about, from 1. */
  int round();

  /** The start instant that it is about. */
  long instantNanos();

  /** Largest bound of a clock's offset among the parts that it passed. */
  long largestBoundNanos();

  /**
   * An instant is proposed, and the turn of the ring measured.
   *
   * @param attempt attempt at the run's start
   * @param round number of the proposal, from 1
   * @param instantNanos proposed instant
   * @param largestBoundNanos largest bound of the parts passed, at least 0
   * @param earliestNanos the least of "when it was there at the latest" over the parts passed, each
   *     by its own clock and bound: when the first part's sending is later than this, a clock is
   *     behind by more than its bound
   * @param latestNanos the largest of "when it was there at the earliest": when the first part had
   *     it back earlier than this, a clock is ahead by more than its bound
   */
  record Proposal(
      long attempt,
      int round,
      long instantNanos,
      long largestBoundNanos,
      long earliestNanos,
      long latestNanos)
      implements RingMessage {
    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException naming what is out of range
     */
    public Proposal {
      Checks.message(round, largestBoundNanos);
    }
  }

  /**
   * The instant holds: every part was told of it, and there is time for this turn.
   *
   * @param attempt attempt at the run's start
   * @param round number of the proposal that is confirmed, from 1
   * @param instantNanos the instant
   * @param turnNanos what the proposal's turn took, at least 0
   * @param largestBoundNanos largest bound of all parts, at least 0
   */
  record Confirmation(
      long attempt, int round, long instantNanos, long turnNanos, long largestBoundNanos)
      implements RingMessage {
    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException naming what is out of range
     */
    public Confirmation {
      Checks.message(round, largestBoundNanos);
      if (turnNanos < 0) {
        throw new IllegalArgumentException("a turn takes 0 ns or more, not " + turnNanos);
      }
    }
  }
}
