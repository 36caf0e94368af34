package io.kollaps.cluster.capacity;

import io.kollaps.cluster.NodeId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Probes of pairs, and what they tell of the directions of other pairs. */
final class DirectionBook {
  private final Dendrogram tree;
  private final double relativeNoise;
  private final Map<NodePair, Measurement> measurements = new HashMap<>();
  private final Map<NodeId, Set<NodeId>> partners = new HashMap<>();
  private final Map<Direction, Long> inferred = new HashMap<>();

  DirectionBook(Dendrogram tree, double relativeNoise) {
    this.tree = tree;
    this.relativeNoise = relativeNoise;
  }

  Map<NodePair, Measurement> measurements() {
    return measurements;
  }

  Map<Direction, Long> inferred() {
    return inferred;
  }

  /** Notes a probe, forward from the first node. */
  void note(NodeId from, NodeId to, Measurement measured) {
    NodePair pair = NodePair.of(from, to);
    measurements.put(pair, pair.first().equals(from) ? measured : measured.reversed());
    partners.computeIfAbsent(from, _ -> new HashSet<>()).add(to);
    partners.computeIfAbsent(to, _ -> new HashSet<>()).add(from);
  }

  void restore(Map<Direction, Long> directions) {
    inferred.putAll(directions);
  }

  private Set<NodeId> partners(NodeId node) {
    return partners.getOrDefault(node, Set.of());
  }

  /** What was measured with a node, forward from it. */
  Map<NodeId, Measurement> measuredWith(NodeId node) {
    Map<NodeId, Measurement> found = new HashMap<>();
    for (NodeId other : partners(node)) {
      NodePair pair = NodePair.of(node, other);
      Measurement measured = measurements.get(pair);
      if (measured != null) {
        found.put(other, pair.first().equals(node) ? measured : measured.reversed());
      }
    }
    return found;
  }

  /** Forgets everything about a node. */
  void remove(NodeId node) {
    for (NodeId other : partners(node)) {
      measurements.remove(NodePair.of(node, other));
      partners(other).remove(node);
    }
    partners.remove(node);
    inferred.keySet().removeIf(d -> d.from().equals(node) || d.to().equals(node));
  }

  /** Infers directions between a node that was just placed and the others, where they differ. */
  void infer(NodeId node) {
    tree.forEachOther(
        node,
        (other, _) -> {
          if (tree.between(node, other).asymmetric() && !partners(node).contains(other)) {
            infer(new Direction(node, other));
            infer(new Direction(other, node));
          }
        });
  }

  private void infer(Direction direction) {
    Set<NodeId> between = new HashSet<>(partners(direction.from()));
    between.addAll(partners(direction.to()));
    for (NodeId node : between.stream().sorted().toList()) {
      if (!node.equals(direction.from()) && !node.equals(direction.to())) {
        DirectedCapacity.inferred(
                capacity(direction.from(), node),
                capacity(node, direction.from()),
                capacity(node, direction.to()),
                capacity(direction.to(), node),
                relativeNoise)
            .ifPresent(found -> inferred.put(direction, Math.round(found)));
      }
      if (inferred.containsKey(direction)) {
        return;
      }
    }
  }

  private DirectedCapacity capacity(NodeId from, NodeId to) {
    NodePair pair = NodePair.of(from, to);
    Measurement measured = measurements.get(pair);
    if (measured != null) {
      boolean forward = pair.first().equals(from);
      return new DirectedCapacity(
          forward ? measured.forwardBitsPerSecond() : measured.backwardBitsPerSecond(), true);
    }
    Long known = inferred.get(new Direction(from, to));
    if (known != null) {
      return new DirectedCapacity(known, true);
    }
    Vertex level = tree.between(from, to);
    return new DirectedCapacity(level.bitsPerSecond(), !level.asymmetric());
  }
}
