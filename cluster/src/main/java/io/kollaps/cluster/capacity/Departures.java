package io.kollaps.cluster.capacity;

import io.kollaps.cluster.NodeId;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What was known of nodes that left, so that they are not measured again when they come back. */
final class Departures {
  /** Nodes that are remembered; of more, the ones that left first are forgotten. */
  static final int MAX_NODES = 1024;

  private final Map<NodeId, Departed> departed = new LinkedHashMap<>();

  /**
   * A node that left.
   *
   * @param node what was known of it
   * @param row its capacity with every other node where that is known for certain, as old as its
   *     place
   * @param measured what was measured with it, forward from it
   * @param placedAtNanos when its place was found
   */
  record Departed(
      NodeProfile node,
      Map<NodeId, Measurement> row,
      Map<NodeId, Measurement> measured,
      long placedAtNanos) {}

  /**
   * Notes a node that leaves. Where directions differ, the tree knows the lower one of a pair that
   * was not probed: that is no measurement, and is not noted.
   *
   * @param certain false while nodes may be nearer to one another than the tree says: then what it
   *     implies must not be taken for a measurement later
   */
  void note(Dendrogram tree, NodeId node, Map<NodeId, Measurement> measured, boolean certain) {
    Vertex leaf = tree.leaf(node);
    Map<NodeId, Measurement> row = new HashMap<>();
    if (certain) {
      tree.forEachOther(
          node,
          (other, value) -> {
            if (!tree.between(node, other).asymmetric()) {
              row.put(other, Measurement.symmetric(Math.round(value), leaf.sampledAtNanos()));
            }
          });
    }
    row.putAll(measured);
    departed.put(node, new Departed(leaf.node(), row, measured, leaf.sampledAtNanos()));
    if (departed.size() > MAX_NODES) {
      departed.remove(departed.keySet().iterator().next());
    }
  }

  /** Takes out what is known of a node, unless it is older than this or of another interface. */
  Optional<Departed> recall(NodeProfile node, long oldestNanos) {
    return Optional.ofNullable(departed.remove(node.id()))
        .filter(known -> known.placedAtNanos() >= oldestNanos)
        .filter(known -> known.node().nicBitsPerSecond().equals(node.nicBitsPerSecond()));
  }
}
