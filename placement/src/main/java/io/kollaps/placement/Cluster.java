package io.kollaps.placement;

import io.kollaps.placement.network.PhysicalNetwork;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The nodes that can run endpoints, and the network between them.
 *
 * @param nodes by the numbers that the network uses
 * @param network what is known of the network
 */
public record Cluster(List<NodeCapacity> nodes, PhysicalNetwork network) {

  /**
   * Copies the list.
   *
   * @throws IllegalArgumentException when there is no node, the network has another number of
   *     nodes, or two nodes have one name
   */
  public Cluster {
    nodes = List.copyOf(nodes);
    if (nodes.isEmpty() || nodes.size() != network.nodeCount()) {
      throw new IllegalArgumentException(
          nodes.size() + " nodes on a network of " + network.nodeCount());
    }
    Map<String, NodeCapacity> byName = new HashMap<>();
    for (NodeCapacity node : nodes) {
      if (byName.put(node.name(), node) != null) {
        throw new IllegalArgumentException("two nodes have the name " + node.name());
      }
    }
  }

  /** Number of a node by its name. */
  public Optional<Integer> find(String name) {
    for (int i = 0; i < nodes.size(); i++) {
      if (nodes.get(i).name().equals(name)) {
        return Optional.of(i);
      }
    }
    return Optional.empty();
  }
}
