package io.kollaps.cluster.capacity;

import io.kollaps.cluster.NodeId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.ObjDoubleConsumer;
import org.jspecify.annotations.Nullable;

/** The tree of levels with the nodes as its leaves; nodes keep the order in which they came. */
final class Dendrogram {
  private final Map<NodeId, Vertex> leaves = new LinkedHashMap<>();
  private @Nullable Vertex root;
  private long nextLevel = 1;

  int size() {
    return leaves.size();
  }

  boolean has(NodeId node) {
    return leaves.containsKey(node);
  }

  Optional<Vertex> root() {
    return Optional.ofNullable(root);
  }

  Collection<Vertex> leaves() {
    return leaves.values();
  }

  /**
   * The leaf of a node.
   *
   * @throws IllegalArgumentException when the node is not here
   */
  Vertex leaf(NodeId node) {
    Vertex leaf = leaves.get(node);
    if (leaf == null) {
      throw new IllegalArgumentException("node " + node + " is not in the capacity map");
    }
    return leaf;
  }

  /** Every vertex, each after its parent. */
  List<Vertex> topDown() {
    return root == null ? List.of() : below(root);
  }

  /** A vertex and all below it, each after its parent. */
  static List<Vertex> below(Vertex top) {
    List<Vertex> found = new ArrayList<>();
    Deque<Vertex> open = new ArrayDeque<>();
    open.push(top);
    while (!open.isEmpty()) {
      Vertex next = open.pop();
      found.add(next);
      next.children().reversed().forEach(open::push);
    }
    return found;
  }

  /** The first node. */
  void first(NodeProfile node, long atNanos) {
    if (root != null) {
      throw new IllegalStateException("the capacity map has its first node");
    }
    root = enter(node, atNanos);
  }

  private Vertex enter(NodeProfile node, long atNanos) {
    Vertex leaf = Vertex.leaf(node, atNanos);
    leaves.put(node.id(), leaf);
    return leaf;
  }

  /**
   * Hangs a node on the chain above another at a level: into the nearest level that cannot be told
   * from it, or into a new one.
   *
   * @param sample its value is the level
   * @param tolerance relative difference up to which two levels are one
   */
  void insert(NodeProfile node, NodeId witness, Sample sample, double tolerance) {
    Vertex beside = leaf(witness);
    Vertex leaf = enter(node, sample.atNanos());
    Vertex nearest = nearest(beside, sample.bitsPerSecond(), tolerance);
    if (nearest != null) {
      nearest.adopt(leaf);
      nearest.add(sample);
      return;
    }
    Vertex below = beside;
    Vertex above = below.parent();
    while (above != null && above.bitsPerSecond() > sample.bitsPerSecond()) {
      below = above;
      above = below.parent();
    }
    Vertex level = Vertex.level(sample, nextLevel++);
    if (above == null) {
      root = level;
    } else {
      above.replace(below, level);
    }
    level.adopt(below);
    level.adopt(leaf);
  }

  private static @Nullable Vertex nearest(Vertex leaf, double value, double tolerance) {
    Vertex nearest = null;
    double distance = Double.POSITIVE_INFINITY;
    for (Vertex above = leaf.parent(); above != null; above = above.parent()) {
      double apart = Math.abs(above.bitsPerSecond() - value);
      if (apart <= tolerance * Math.max(above.bitsPerSecond(), value) && apart < distance) {
        nearest = above;
        distance = apart;
      }
    }
    return nearest;
  }

  /** Takes a node out; a level that then has one child goes with it. */
  void remove(NodeId node) {
    Vertex leaf = leaf(node);
    leaves.remove(node);
    Vertex above = leaf.parent();
    if (above == null) {
      root = null;
      return;
    }
    above.release(leaf);
    if (above.children().size() == 1) {
      splice(above);
    }
  }

  private void splice(Vertex level) {
    Vertex only = level.children().getFirst();
    level.release(only);
    Vertex above = level.parent();
    if (above == null) {
      root = only;
    } else {
      above.replace(level, only);
    }
  }

  /** The level of two different nodes. */
  Vertex between(NodeId a, NodeId b) {
    Set<Vertex> chain = new HashSet<>(chain(leaf(a)));
    for (Vertex above = leaf(b).parent(); above != null; above = above.parent()) {
      if (chain.contains(above)) {
        return above;
      }
    }
    throw new IllegalArgumentException("a node has no level with itself: " + a + ", " + b);
  }

  /** The levels above a vertex, from the nearest to the top. */
  static List<Vertex> chain(Vertex vertex) {
    List<Vertex> chain = new ArrayList<>();
    for (Vertex above = vertex.parent(); above != null; above = above.parent()) {
      chain.add(above);
    }
    return chain;
  }

  /** Tells the capacity between a node and every other one. */
  void forEachOther(NodeId node, ObjDoubleConsumer<NodeId> capacity) {
    Vertex below = leaf(node);
    for (Vertex level : chain(below)) {
      double value = level.bitsPerSecond();
      for (Vertex sibling : level.children()) {
        if (sibling != below) {
          below(sibling).stream()
              .filter(Vertex::isLeaf)
              .forEach(leaf -> capacity.accept(leaf.id(), value));
        }
      }
      below = level;
    }
  }

  /** Builds the tree again from what {@link CapacityMap} holds. */
  static Dendrogram restored(CapacityMap map) {
    Dendrogram built = new Dendrogram();
    List<Vertex> levels = new ArrayList<>();
    for (Level saved : map.levels()) {
      Vertex level = Vertex.restored(saved);
      built.nextLevel = Math.max(built.nextLevel, saved.id() + 1);
      levels.add(level);
      saved.parent().ifPresent(parent -> levels.get(parent).adopt(level));
    }
    for (CapacityMap.Placed placed : map.nodes()) {
      Vertex leaf = built.enter(placed.profile(), placed.placedAtNanos());
      placed.level().ifPresent(level -> levels.get(level).adopt(leaf));
      built.root = levels.isEmpty() ? leaf : levels.getFirst();
    }
    return built;
  }

  /** What {@link #restored} builds the tree from, with the nodes in their order. */
  Saved saved() {
    List<Level> levels = new ArrayList<>();
    Map<Vertex, Integer> numbers = new HashMap<>();
    for (Vertex vertex : topDown()) {
      if (!vertex.isLeaf()) {
        numbers.put(vertex, levels.size());
        levels.add(level(vertex, number(numbers, vertex.parent())));
      }
    }
    List<CapacityMap.Placed> nodes =
        leaves.values().stream()
            .map(
                leaf ->
                    new CapacityMap.Placed(
                        leaf.node(), number(numbers, leaf.parent()), leaf.sampledAtNanos()))
            .toList();
    return new Saved(nodes, levels);
  }

  /** The tree as values. */
  record Saved(List<CapacityMap.Placed> nodes, List<Level> levels) {}

  private static OptionalInt number(Map<Vertex, Integer> numbers, @Nullable Vertex vertex) {
    Integer number = vertex == null ? null : numbers.get(vertex);
    return number == null ? OptionalInt.empty() : OptionalInt.of(number);
  }

  private static Level level(Vertex vertex, OptionalInt parent) {
    return new Level(
        vertex.number(),
        parent,
        vertex.bitsPerSecond(),
        vertex.span().low(),
        vertex.span().high(),
        vertex.samples(),
        vertex.asymmetric(),
        vertex.sampledAtNanos(),
        vertex.basis());
  }
}
