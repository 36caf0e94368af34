package io.kollaps.cluster.capacity;

import io.kollaps.cluster.NodeId;

/**
 * From one node to another.
 *
 * @param from the sender
 * @param to the receiver
 */
public record Direction(NodeId from, NodeId to) {
  /**
   * Checks that there are two.
   *
   * @throws IllegalArgumentException when both are the same node
   */
  public Direction {
    if (from.equals(to)) {
      throw new IllegalArgumentException("a direction is between two nodes, not within " + from);
    }
  }

  /** The other way. */
  public Direction reversed() {
    return new Direction(to, from);
  }
}
