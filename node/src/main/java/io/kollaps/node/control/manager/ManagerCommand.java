package io.kollaps.node.control.manager;

import io.kollaps.cluster.NodeId;
import io.kollaps.node.control.EndKind;
import io.kollaps.node.control.NodeReport;
import io.kollaps.node.control.PartAddress;
import io.kollaps.node.control.PartDescription;
import io.kollaps.node.control.PartKey;
import io.kollaps.node.control.RingEnvelope;
import java.util.List;

/** What {@link EmulationManager} wants done, in this order. */
public sealed interface ManagerCommand {

  /**
   * Create a part and prepare it; answered by {@link ManagerEvent.PartPrepared} or {@link
   * ManagerEvent.PartFailed}.
   *
   * @param key which
   * @param part what it is
   */
  record CreatePart(PartKey key, PartDescription part) implements ManagerCommand {}

  /**
   * Tell a part where the others are.
   *
   * @param key which
   * @param overlays by the index of the node
   */
  record LinkPart(PartKey key, List<PartAddress> overlays) implements ManagerCommand {
    /** Copies the list. */
    public LinkPart {
      overlays = List.copyOf(overlays);
    }
  }

  /**
   * Start a part.
   *
   * @param key which
   * @param localNanos the instant on this machine's clock that never goes back
   * @param boundNanos how far that may be off the agreed instant, both ways
   */
  record StartPart(PartKey key, long localNanos, long boundNanos) implements ManagerCommand {}

  /**
   * End a part, however far it is; answered by {@link ManagerEvent.PartEnded}.
   *
   * @param key which
   * @param why kind of the end
   * @param reason for people
   */
  record EndPart(PartKey key, EndKind why, String reason) implements ManagerCommand {}

  /**
   * A part does not end: close it, and sweep what the run owns on this machine.
   *
   * @param key which
   */
  record AbandonPart(PartKey key) implements ManagerCommand {}

  /**
   * Send a message of the start agreement; it may be lost.
   *
   * @param to to whom
   * @param envelope what
   */
  record SendRing(NodeId to, RingEnvelope envelope) implements ManagerCommand {}

  /**
   * Tell who sent a message of the start agreement that it was given to the agreement: {@link
   * ManagerEvent.RingTaken} there. It may be lost.
   *
   * @param to to whom
   * @param envelope as it came
   */
  record TakeRing(NodeId to, RingEnvelope envelope) implements ManagerCommand {}

  /** Sweep what earlier daemons left on this machine; answered by {@link ManagerEvent.Swept}. */
  record Sweep() implements ManagerCommand {}

  /**
   * Tell the leader what this node has; it may be lost.
   *
   * @param leader to whom, maybe this node
   * @param report what
   */
  record Report(NodeId leader, NodeReport report) implements ManagerCommand {}
}
