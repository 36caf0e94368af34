package io.kollaps.cluster.capacity;

import io.kollaps.cluster.NodeId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedMap;
import java.util.Set;

/**
 * The known capacity between every two nodes, as a value: what is replicated, shown, and read by
 * placement. Complete at all times: every node in it has a capacity to every other one.
 */
public final class CapacityMap {
  /** A map without nodes. */
  public static final CapacityMap EMPTY = new CapacityMap(List.of(), List.of(), Map.of(), Map.of());

  private final List<Placed> nodes;
  private final List<Level> levels;
  private final Map<NodePair, Measurement> measurements;
  private final Map<Direction, Long> directions;
  private final Map<NodeId, Integer> numbers = new HashMap<>();
  private final int[] branches;

  /**
   * A node and the level that it hangs at.
   *
   * @param profile the node
   * @param level number of its level; empty only when the node is alone
   * @param placedAtNanos when its place was found, on the leader's clock
   */
  public record Placed(NodeProfile profile, OptionalInt level, long placedAtNanos) {}

  /**
   * Makes a map from its parts.
   *
   * @param nodes in the order in which they came
   * @param levels each after the one above it, the top first
   * @param measurements probes of pairs of these nodes, forward from the pair's first node
   * @param directions capacities of directions that were inferred, in bits per second; the other
   *     directions of asymmetric levels are known as lower bounds only
   * @throws IllegalArgumentException when the parts do not belong together
   */
  public CapacityMap(
      List<Placed> nodes,
      List<Level> levels,
      Map<NodePair, Measurement> measurements,
      Map<Direction, Long> directions) {
    this.nodes = List.copyOf(nodes);
    this.levels = List.copyOf(levels);
    // a leader makes a map at each join: this is twice as fast as an immutable map of the JDK
    this.measurements = Collections.unmodifiableMap(new HashMap<>(measurements));
    this.directions = Collections.unmodifiableMap(new HashMap<>(directions));
    this.branches = new int[levels.size()];
    for (int i = 0; i < levels.size(); i++) {
      OptionalInt parent = levels.get(i).parent();
      check(parent.isPresent() == i > 0, "level " + i + " is not below the top");
      if (i > 0) {
        check(parent.getAsInt() >= 0 && parent.getAsInt() < i, "level " + i + " precedes its top");
        branches[parent.getAsInt()]++;
      }
    }
    for (Placed placed : nodes) {
      NodeId id = placed.profile().id();
      check(numbers.put(id, numbers.size()) == null, "node " + id + " is there twice");
      check(placed.level().isPresent() == nodes.size() > 1, "node " + id + " hangs nowhere");
      if (placed.level().isPresent()) {
        int level = placed.level().getAsInt();
        check(level >= 0 && level < levels.size(), "node " + id + " hangs at no level");
        branches[level]++;
      }
    }
    for (int i = 0; i < branches.length; i++) {
      check(branches[i] > 1, "level " + i + " joins nothing");
    }
    measurements.keySet().forEach(p -> check(has(p.first()) && has(p.second()), "no pair: " + p));
    directions.keySet().forEach(d -> check(has(d.from()) && has(d.to()), "no direction: " + d));
  }

  private static void check(boolean good, String problem) {
    if (!good) {
      throw new IllegalArgumentException("this is no capacity map: " + problem);
    }
  }

  /** Nodes in the order in which they came. */
  public List<Placed> nodes() {
    return nodes;
  }

  /** Levels, each after the one above it. */
  public List<Level> levels() {
    return levels;
  }

  /** Latest probe of each pair that was probed, forward from the pair's first node. */
  public Map<NodePair, Measurement> measurements() {
    return measurements;
  }

  /** Capacities of directions that were inferred where a path's directions differ. */
  public Map<Direction, Long> directions() {
    return directions;
  }

  /** True when the node's capacities are known. */
  public boolean has(NodeId node) {
    return numbers.containsKey(node);
  }

  /** How many branches meet at a level; three or more are a tie. */
  public int branches(int level) {
    return branches[level];
  }

  /** At how many of the branches that meet at a level one of some nodes is. */
  public int branchesWith(int level, Collection<NodeId> nodes) {
    Set<String> found = new HashSet<>();
    for (NodeId node : nodes) {
      branch(level, node).ifPresent(found::add);
    }
    return found.size();
  }

  /** Names the branch of a level that a node hangs in; empty when it is not below the level. */
  private Optional<String> branch(int level, NodeId node) {
    if (!has(node) || nodes.size() < 2) {
      return Optional.empty();
    }
    int at = level(node);
    String branch = "node " + node;
    while (at > level) {
      branch = "level " + at;
      at = levels.get(at).parent().orElseThrow();
    }
    return at == level ? Optional.of(branch) : Optional.empty();
  }

  /** The nodes of each branch that meets at a level. */
  public List<List<NodeId>> membersOf(int level) {
    Map<String, List<NodeId>> found = new LinkedHashMap<>();
    for (Placed placed : nodes) {
      NodeId node = placed.profile().id();
      branch(level, node)
          .ifPresent(branch -> found.computeIfAbsent(branch, _ -> new ArrayList<>()).add(node));
    }
    return List.copyOf(found.values());
  }

  /** The level between two nodes; empty when one is unknown or both are the same. */
  public OptionalInt levelBetween(NodeId a, NodeId b) {
    if (a.equals(b) || !has(a) || !has(b)) {
      return OptionalInt.empty();
    }
    int at = level(a);
    int other = level(b);
    while (at != other) {
      if (at > other) {
        at = levels.get(at).parent().orElseThrow();
      } else {
        other = levels.get(other).parent().orElseThrow();
      }
    }
    return OptionalInt.of(at);
  }

  private int level(NodeId node) {
    return nodes.get(numbers.getOrDefault(node, -1)).level().orElseThrow();
  }

  /** The capacity from one node to another; empty when one is unknown or both are the same. */
  public Optional<CapacityEntry> entry(NodeId from, NodeId to) {
    OptionalInt between = levelBetween(from, to);
    return between.isEmpty()
        ? Optional.empty()
        : Optional.of(entry(new Direction(from, to), between.getAsInt()));
  }

  private CapacityEntry entry(Direction direction, int number) {
    NodePair pair = NodePair.of(direction.from(), direction.to());
    Measurement measured = measurements.get(pair);
    if (measured != null) {
      boolean forward = pair.first().equals(direction.from());
      return new CapacityEntry(
          direction.from(),
          direction.to(),
          forward ? measured.forwardBitsPerSecond() : measured.backwardBitsPerSecond(),
          false,
          new CapacityEntry.Source.Measured(),
          measured.atNanos());
    }
    Level level = levels.get(number);
    Long directed = directions.get(direction);
    return new CapacityEntry(
        direction.from(),
        direction.to(),
        directed == null ? Math.round(level.meanBitsPerSecond()) : directed,
        directed == null && level.asymmetric(),
        new CapacityEntry.Source.Inferred(level.basis(), level.samples(), branches[number] > 2),
        level.sampledAtNanos());
  }

  /** The capacities from one node to every other one, in the nodes' order. */
  public SequencedMap<NodeId, CapacityEntry> row(NodeId from) {
    SequencedMap<NodeId, CapacityEntry> row = new LinkedHashMap<>();
    for (Placed placed : nodes) {
      NodeId to = placed.profile().id();
      entry(from, to).ifPresent(entry -> row.put(to, entry));
    }
    return row;
  }

  /**
   * What every two nodes can send one another in both directions: the level between them, in bits
   * per second. Rows follow {@link #nodes}; the diagonal is the largest long.
   */
  public SymmetricMatrix bothDirections() {
    return SymmetricMatrix.of(
        nodes.size(),
        (i, j) ->
            i == j
                ? Long.MAX_VALUE
                : Math.round(
                    levels
                        .get(
                            levelBetween(nodes.get(i).profile().id(), nodes.get(j).profile().id())
                                .orElseThrow())
                        .meanBitsPerSecond()));
  }
}
