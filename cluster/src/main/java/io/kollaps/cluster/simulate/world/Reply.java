package io.kollaps.cluster.simulate.world;

/**
 * How a call ended for who made it.
 *
 * @param <M> messages
 */
public sealed interface Reply<M> {
  /**
   * The other side has answered.
   *
   * @param message what it said
   * @param <M> messages
   */
  record Answered<M>(M message) implements Reply<M> {}

  /**
   * No answer: whether the request was handled is unknown, unless it was not even taken.
   *
   * @param reason for people
   * @param refused true when the other host was reached and is down: certainly not handled
   * @param <M> messages
   */
  record Failed<M>(String reason, boolean refused) implements Reply<M> {}
}
