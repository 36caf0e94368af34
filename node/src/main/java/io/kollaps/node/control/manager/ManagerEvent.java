package io.kollaps.node.control.manager;

import io.kollaps.cluster.NodeId;
import io.kollaps.node.control.Instruction;
import io.kollaps.node.control.PartKey;
import io.kollaps.node.control.PartResult;
import io.kollaps.node.control.RingEnvelope;

/**
 * What happens to {@link EmulationManager}. Times are {@code nowNanos} on this machine's clock that
 * never goes back.
 */
public sealed interface ManagerEvent {
  /** When it happened. */
  long nowNanos();

  /**
   * The daemon begins.
   *
   * @param nowNanos when
   */
  record Began(long nowNanos) implements ManagerEvent {}

  /**
   * What earlier daemons left on this machine is swept; nothing is made before.
   *
   * @param nowNanos when
   */
  record Swept(long nowNanos) implements ManagerEvent {}

  /**
   * The leader told something.
   *
   * @param nowNanos when
   * @param instruction what
   */
  record Instructed(long nowNanos, Instruction instruction) implements ManagerEvent {}

  /**
   * Another node leads, as far as this one knows; its reports go there.
   *
   * @param nowNanos when
   * @param leader who
   */
  record LeaderKnown(long nowNanos, NodeId leader) implements ManagerEvent {}

  /**
   * How far a node's clock is from this one's, whenever that is estimated anew. For this node's own
   * clock, 0 and 0.
   *
   * @param nowNanos when
   * @param node whose clock
   * @param offsetNanos its time minus this machine's
   * @param boundNanos how wrong that may be
   */
  record ClockKnown(long nowNanos, NodeId node, long offsetNanos, long boundNanos)
      implements ManagerEvent {}

  /**
   * Another part's manager said something about the start.
   *
   * @param nowNanos when
   * @param envelope what
   */
  record RingHeard(long nowNanos, RingEnvelope envelope) implements ManagerEvent {}

  /**
   * The next part's manager has given a message to its agreement.
   *
   * @param nowNanos when
   * @param envelope as it was sent
   */
  record RingTaken(long nowNanos, RingEnvelope envelope) implements ManagerEvent {}

  /**
   * A node is gone for good, or lost: it cannot be the next in a ring. A single call that failed is
   * no such thing.
   *
   * @param nowNanos when
   * @param node which
   */
  record NodeGone(long nowNanos, NodeId node) implements ManagerEvent {}

  /**
   * A part is made.
   *
   * @param nowNanos when
   * @param key which
   * @param overlayPort UDP port at which it hears packets of the other parts
   */
  record PartPrepared(long nowNanos, PartKey key, int overlayPort) implements ManagerEvent {}

  /**
   * A part has tried the ways to the others.
   *
   * @param nowNanos when
   * @param key which
   */
  record PartReady(long nowNanos, PartKey key) implements ManagerEvent {}

  /**
   * A part has started.
   *
   * @param nowNanos when
   * @param key which
   * @param latenessNanos how long after the agreed instant
   */
  record PartStarted(long nowNanos, PartKey key, long latenessNanos) implements ManagerEvent {}

  /**
   * No awaited program of a part runs or is still to join; or one does again.
   *
   * @param nowNanos when
   * @param key which
   * @param idle whether none does
   */
  record PartIdle(long nowNanos, PartKey key, boolean idle) implements ManagerEvent {}

  /**
   * A part could not be made, or broke.
   *
   * @param nowNanos when
   * @param key which
   * @param why for people
   */
  record PartFailed(long nowNanos, PartKey key, String why) implements ManagerEvent {}

  /**
   * A part is gone, with everything that it made.
   *
   * @param nowNanos when
   * @param key which
   * @param result what its numbers are worth
   */
  record PartEnded(long nowNanos, PartKey key, PartResult result) implements ManagerEvent {}

  /**
   * Time has passed; to be told every {@link ManagerSettings#tickNanos}, and at {@link
   * EmulationManager#wakeNanos} where that is earlier.
   *
   * @param nowNanos when
   */
  record TimePassed(long nowNanos) implements ManagerEvent {}
}
