package io.kollaps.cluster.membership;

import io.kollaps.cluster.NodeId;

/** What {@link Liveness} wants done or known. */
public sealed interface LivenessCommand {

  /**
   * Send a ping; the node answers at once with the same number.
   *
   * @param node to whom
   * @param sequence number of the ping
   */
  record Ping(NodeId node, long sequence) implements LivenessCommand {}

  /**
   * A node has been silent for too long and is pinged densely now.
   *
   * @param node the node
   */
  record Suspected(NodeId node) implements LivenessCommand {}

  /**
   * A suspected node has answered.
   *
   * @param node the node
   */
  record Cleared(NodeId node) implements LivenessCommand {}

  /**
   * A node is given up. It is still pinged once a period, in case it comes back.
   *
   * @param node the node
   * @param silentNanos time since the last ping that it answered
   */
  record Lost(NodeId node, long silentNanos) implements LivenessCommand {}

  /**
   * A lost node has answered a ping that was sent after it was given up.
   *
   * @param node the node
   */
  record Returned(NodeId node) implements LivenessCommand {}
}
