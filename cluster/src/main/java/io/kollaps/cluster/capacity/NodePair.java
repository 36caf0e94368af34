package io.kollaps.cluster.capacity;

import io.kollaps.cluster.NodeId;

/**
 * Two nodes, in the order of their identities.
 *
 * @param first the smaller identity
 * @param second the larger identity
 */
public record NodePair(NodeId first, NodeId second) {
  /**
   * Checks the order.
   *
   * @throws IllegalArgumentException when the nodes are the same or in the other order
   */
  public NodePair {
    if (first.compareTo(second) >= 0) {
      throw new IllegalArgumentException("not two nodes in order: " + first + ", " + second);
    }
  }

  /** The pair of two nodes given in any order. */
  public static NodePair of(NodeId a, NodeId b) {
    return a.compareTo(b) < 0 ? new NodePair(a, b) : new NodePair(b, a);
  }

  /** True when the node is one of the two. */
  public boolean has(NodeId node) {
    return first.equals(node) || second.equals(node);
  }
}
