package io.kollaps.cluster.capacity;

import io.kollaps.cluster.NodeId;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One node's way into the map. */
final class Join {
  private final NodeProfile node;
  private final Hints hints;
  private final long beganAtNanos;
  private final Map<NodeId, Measurement> measured = new HashMap<>();
  private final Map<NodeId, Measurement> recalled = new HashMap<>();
  private @Nullable JoinSearch search;
  private @Nullable NodeId partner;
  private OptionalDouble expected = OptionalDouble.empty();
  private int attempts;
  private int probes;

  Join(NodeProfile node, Hints hints, long beganAtNanos) {
    this.node = node;
    this.hints = hints;
    this.beganAtNanos = beganAtNanos;
  }

  NodeProfile node() {
    return node;
  }

  long beganAtNanos() {
    return beganAtNanos;
  }

  int probes() {
    return probes;
  }

  /** What was measured in this join, forward from the joining node. */
  Map<NodeId, Measurement> measured() {
    return measured;
  }

  /** Takes over what is still fresh from before: it answers without a probe. */
  void recall(Map<NodeId, Measurement> row) {
    recalled.putAll(row);
  }

  Optional<NodeId> partner() {
    return Optional.ofNullable(partner);
  }

  boolean waitsFor(NodeId other) {
    return other.equals(partner);
  }

  /**
   * Starts, or starts again after the tree changed; what was measured answers at once.
   *
   * @return the node to probe with, empty when the place is known
   */
  Optional<NodeId> start(
      Dendrogram tree,
      JoinSettings settings,
      ExpectedCapacities capacities,
      Set<NodeId> busy,
      Set<NodeId> away) {
    Map<NodeId, Measurement> known = new HashMap<>(recalled);
    known.putAll(measured);
    known.keySet().removeIf(other -> !tree.has(other));
    expected = OptionalDouble.empty();
    JoinSearch started = new JoinSearch(tree, node, hints, known, away, settings);
    search = started;
    Optional<NodeId> nearest = known.isEmpty() ? nearest(tree, capacities, away) : Optional.empty();
    partner = nearest.or(() -> started.next(busy)).orElse(null);
    attempts = 0;
    return partner();
  }

  /** The member with the highest expected capacity. */
  private Optional<NodeId> nearest(
      Dendrogram tree, ExpectedCapacities capacities, Set<NodeId> away) {
    Optional<NodeId> nearest = Optional.empty();
    for (Vertex leaf : tree.leaves()) {
      OptionalDouble told = capacities.bitsPerSecond(node, leaf.node());
      boolean higher = told.isPresent() && told.getAsDouble() > expected.orElse(-1);
      if (higher && !away.contains(leaf.id())) {
        expected = told;
        nearest = Optional.of(leaf.id());
      }
    }
    return nearest;
  }

  /** What an administrator's topology says the running probe should find. */
  OptionalDouble expected() {
    return expected;
  }

  JoinSearch search() {
    if (search == null) {
      throw new IllegalStateException("the join of " + node.id() + " has not started");
    }
    return search;
  }

  /** Notes a result. */
  void note(NodeId with, Measurement result) {
    measured.put(with, result);
    probes++;
    partner = null;
    attempts = 0;
  }

  /** Notes a result that other transfers may have lowered. */
  void discard() {
    probes++;
    partner = null;
  }

  /** The next node to probe with, empty when the place is known. */
  Optional<NodeId> next() {
    partner = search().next(Set.of()).orElse(null);
    return partner();
  }

  /** Counts a failed attempt; true while there may be another. */
  boolean mayTryAgain(int most) {
    attempts++;
    return attempts < most;
  }
}
