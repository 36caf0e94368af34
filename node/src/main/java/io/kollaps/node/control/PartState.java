package io.kollaps.node.control;

import io.kollaps.cluster.NodeId;

/** How far a part is. */
public sealed interface PartState {

  /** Its endpoints and ports are being made. */
  record Preparing() implements PartState {}

  /**
   * It waits to learn where the other parts are.
   *
   * @param overlayPort UDP port at which it hears packets of the others
   */
  record Prepared(int overlayPort) implements PartState {}

  /**
   * It tries the ways to the others.
   *
   * @param overlayPort as before
   */
  record Linking(int overlayPort) implements PartState {}

  /**
   * It waits for the start agreement.
   *
   * @param overlayPort as before
   */
  record Ready(int overlayPort) implements PartState {}

  /**
   * It takes part in the start agreement.
   *
   * @param clock node whose clock the agreement uses
   */
  record Agreeing(NodeId clock) implements PartState {}

  /**
   * The start is agreed on, and lies ahead.
   *
   * @param clock node whose clock the instant is on
   * @param instantNanos the agreed start
   */
  record Agreed(NodeId clock, long instantNanos) implements PartState {}

  /**
   * It runs.
   *
   * @param clock node whose clock the instant is on
   * @param instantNanos the agreed start
   * @param latenessNanos how much later it started
   * @param idle no awaited program of it runs or is still to join
   */
  record Running(NodeId clock, long instantNanos, long latenessNanos, boolean idle)
      implements PartState {}

  /**
   * It was told to end, or failed, and is being taken down.
   *
   * @param why kind of the end
   * @param reason for people
   */
  record Ending(EndKind why, String reason) implements PartState {}

  /**
   * It is gone; nothing of it is left but its results.
   *
   * @param why kind of the end
   * @param reason for people
   * @param result what its numbers are worth
   */
  record Ended(EndKind why, String reason, PartResult result) implements PartState {}
}
