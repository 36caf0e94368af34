package io.kollaps.emulation.start;

/**
 * What happens to a start agreement.
 *
 * <p>{@code nowNanos} is the time on the leader's clock as this node estimates it. All events of
 * one agreement must use one estimate, the offset when it began: a better or a new leader's offset
 * in between would be a step of the clock.
 */
public sealed interface StartEvent {

  /**
   * The controller says that every part is ready: agree on the start.
   *
   * @param nowNanos now
   * @param position this part's place in the ring: parts in order of their nodes' ids, from 0
   * @param ringSize number of parts
   * @param boundNanos how far the estimate of the leader's clock may be off, and will be at most
   *     until the start, at least 0
   */
  record Begin(long nowNanos, int position, int ringSize, long boundNanos) implements StartEvent {
    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException naming what is out of range
     */
    public Begin {
      if (position < 0 || position >= ringSize || boundNanos < 0) {
        throw new IllegalArgumentException(
            "position "
                + position
                + " of a ring of "
                + ringSize
                + " with a bound of "
                + boundNanos
                + " ns cannot be; give 0 <= position < size and a bound from 0");
      }
    }
  }

  /** A message of the predecessor came; also before {@link Begin}. */
  record Heard(long nowNanos, RingMessage message) implements StartEvent {}

  /**
   * The successor's node says that the successor's agreement was given this message: the answer of
   * a call, or an acknowledgement. Without it the message is sent again.
   */
  record Taken(long nowNanos, RingMessage message) implements StartEvent {}

  /** Time has passed: to be told at {@link StartAgreement#wakeNanos}, more often does no harm. */
  record TimePassed(long nowNanos) implements StartEvent {}

  /**
   * It is known that the successor cannot be reached: its node is lost or left, or refuses. A
   * single call that failed is no such thing; about that nothing is to be said.
   */
  record SuccessorUnreachable(long nowNanos) implements StartEvent {}

  /** Forget it: the part ends. Nothing is commanded from then on. */
  record Cancel() implements StartEvent {}
}
