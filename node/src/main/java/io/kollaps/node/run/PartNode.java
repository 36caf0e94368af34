package io.kollaps.node.run;

import io.kollaps.cluster.NodeId;

/**
 * A node that has a part of a run, as another (or the same) node of the run sees it.
 *
 * @param id its identity
 * @param name its name for people
 * @param host address by which the other nodes of the run reach it, as text: an address or a host
 *     name
 * @param transitNanos one-way latency of the physical network from the node that the plan is for to
 *     this one; 0 for itself, and where it is not known. The fabric takes it off the paths' latency
 */
public record PartNode(NodeId id, String name, String host, long transitNanos) {

  /**
   * Checks the latency.
   *
   * @throws IllegalArgumentException when it is below 0
   */
  public PartNode {
    if (transitNanos < 0) {
      throw new IllegalArgumentException("a latency of " + transitNanos + " ns to node " + name);
    }
  }
}
