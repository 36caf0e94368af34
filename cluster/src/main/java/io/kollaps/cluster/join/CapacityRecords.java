package io.kollaps.cluster.join;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.capacity.CapacityMap;
import io.kollaps.cluster.capacity.Direction;
import io.kollaps.cluster.capacity.Level;
import io.kollaps.cluster.capacity.Measurement;
import io.kollaps.cluster.capacity.NodePair;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/** Takes a map apart into records, and puts it together again. */
public final class CapacityRecords {
  private CapacityRecords() {}

  /**
   * What a leader knows, without a copy: it is told of at each change of the map, and is large.
   *
   * @param qualities of pairs; those that the map has no measurement of do not count
   * @param confirmed as in {@link MeasuredNetwork}; levels that the map does not have do not count
   * @param passedOver as in {@link MeasuredNetwork}
   */
  record Known(
      CapacityMap map,
      Map<NodePair, PathQuality> qualities,
      Map<Long, List<NodeId>> confirmed,
      Map<NodeId, Set<NodeId>> passedOver) {}

  /**
   * The records of a network.
   *
   * @param order numbers of nodes that have one; others are numbered on in the map's order
   */
  static Map<String, CapacityRecord> of(Known network, Map<NodeId, Long> order) {
    CapacityMap map = network.map();
    Map<NodeId, Long> numbers = numbered(map, order);
    Map<NodeId, List<CapacityRecord.Probe>> probes = probes(network, numbers);
    Map<NodeId, List<CapacityRecord.Inferred>> directions = directions(map, numbers);
    Map<NodeId, List<NodeId>> unseen = new HashMap<>();
    network
        .passedOver()
        .forEach(
            (node, joined) ->
                joined.forEach(
                    other -> unseen.computeIfAbsent(other, _ -> new ArrayList<>()).add(node)));
    Map<String, CapacityRecord> records = new LinkedHashMap<>();
    for (Level level : map.levels()) {
      OptionalLong parent =
          level.parent().isPresent()
              ? OptionalLong.of(map.levels().get(level.parent().getAsInt()).id())
              : OptionalLong.empty();
      put(
          records,
          new CapacityRecord.OfLevel(
              parent, level, network.confirmed().getOrDefault(level.id(), List.of())));
    }
    for (CapacityMap.Placed placed : map.nodes()) {
      NodeId id = placed.profile().id();
      put(
          records,
          new CapacityRecord.OfNode(
              numbers.getOrDefault(id, 0L),
              placed.profile(),
              placed.level().isPresent()
                  ? OptionalLong.of(map.levels().get(placed.level().getAsInt()).id())
                  : OptionalLong.empty(),
              placed.placedAtNanos(),
              probes.getOrDefault(id, List.of()),
              directions.getOrDefault(id, List.of()),
              unseen.getOrDefault(id, List.of()).stream().sorted().toList()));
    }
    return records;
  }

  private static void put(Map<String, CapacityRecord> records, CapacityRecord record) {
    records.put(record.key(), normal(record));
  }

  /** A level is found by its parent's identity; its number changes with every other level. */
  private static CapacityRecord normal(CapacityRecord record) {
    return record instanceof CapacityRecord.OfLevel(OptionalLong parent, Level level, var confirmed)
        ? new CapacityRecord.OfLevel(parent, below(level, OptionalInt.empty()), confirmed)
        : record;
  }

  private static Level below(Level level, OptionalInt parent) {
    return new Level(
        level.id(),
        parent,
        level.meanBitsPerSecond(),
        level.lowBitsPerSecond(),
        level.highBitsPerSecond(),
        level.samples(),
        level.asymmetric(),
        level.sampledAtNanos(),
        level.basis());
  }

  private static Map<NodeId, Long> numbered(CapacityMap map, Map<NodeId, Long> order) {
    Map<NodeId, Long> numbers = new HashMap<>();
    long last = order.values().stream().mapToLong(Long::longValue).max().orElse(0);
    long previous = 0;
    for (CapacityMap.Placed placed : map.nodes()) {
      NodeId id = placed.profile().id();
      Long known = order.get(id);
      // who came back stands at the end of the map, and so needs a new number
      long number = known != null && known > previous ? known : ++last;
      previous = number;
      numbers.put(id, number);
    }
    return numbers;
  }

  /** The later of two nodes keeps what was measured between them. */
  private static NodeId later(NodeId a, NodeId b, Map<NodeId, Long> numbers) {
    return numbers.getOrDefault(a, 0L) > numbers.getOrDefault(b, 0L) ? a : b;
  }

  private static Map<NodeId, List<CapacityRecord.Probe>> probes(
      Known network, Map<NodeId, Long> numbers) {
    Map<NodeId, List<CapacityRecord.Probe>> probes = new HashMap<>();
    network
        .map()
        .measurements()
        .forEach(
            (pair, measured) -> {
              NodeId keeper = later(pair.first(), pair.second(), numbers);
              boolean first = keeper.equals(pair.first());
              probes
                  .computeIfAbsent(keeper, _ -> new ArrayList<>())
                  .add(
                      new CapacityRecord.Probe(
                          first ? pair.second() : pair.first(),
                          first ? measured : measured.reversed(),
                          Optional.ofNullable(network.qualities().get(pair))));
            });
    probes.values().forEach(list -> list.sort(Comparator.comparing(CapacityRecord.Probe::with)));
    return probes;
  }

  private static Map<NodeId, List<CapacityRecord.Inferred>> directions(
      CapacityMap map, Map<NodeId, Long> numbers) {
    Map<NodeId, List<CapacityRecord.Inferred>> directions = new HashMap<>();
    Set<NodePair> pairs = new LinkedHashSet<>();
    map.directions().keySet().forEach(d -> pairs.add(NodePair.of(d.from(), d.to())));
    for (NodePair pair : pairs) {
      NodeId keeper = later(pair.first(), pair.second(), numbers);
      NodeId other = keeper.equals(pair.first()) ? pair.second() : pair.first();
      directions
          .computeIfAbsent(keeper, _ -> new ArrayList<>())
          .add(
              new CapacityRecord.Inferred(
                  other,
                  rate(map.directions().get(new Direction(keeper, other))),
                  rate(map.directions().get(new Direction(other, keeper)))));
    }
    directions
        .values()
        .forEach(list -> list.sort(Comparator.comparing(CapacityRecord.Inferred::with)));
    return directions;
  }

  private static OptionalLong rate(@org.jspecify.annotations.Nullable Long known) {
    return known == null ? OptionalLong.empty() : OptionalLong.of(known);
  }

  /**
   * Puts a network together. Records that do not fit together, as a leader leaves them that ends in
   * the middle of a write, are left out: what remains is a map, perhaps without some nodes.
   *
   * @param kept whose records count; others are of nodes that are no members
   */
  public static MeasuredNetwork restore(
      Collection<CapacityRecord> records, Predicate<NodeId> kept) {
    return new Restoring(records, kept).network();
  }

  /** Numbers of the nodes in records. */
  static Map<NodeId, Long> order(Collection<CapacityRecord> records) {
    Map<NodeId, Long> order = new HashMap<>();
    for (CapacityRecord record : records) {
      if (record instanceof CapacityRecord.OfNode node) {
        order.put(node.profile().id(), node.order());
      }
    }
    return order;
  }

  /** Records while they become a tree. */
  private static final class Restoring {
    private final Map<Long, CapacityRecord.OfLevel> levels = new TreeMap<>();
    private final Map<Long, Long> parents = new HashMap<>();
    private final List<CapacityRecord.OfNode> nodes = new ArrayList<>();
    private final Map<NodeId, Long> hangs = new HashMap<>();
    private final Map<Long, Integer> numbers = new HashMap<>();

    Restoring(Collection<CapacityRecord> records, Predicate<NodeId> kept) {
      for (CapacityRecord record : records) {
        switch (record) {
          case CapacityRecord.OfLevel level -> levels.put(level.level().id(), level);
          case CapacityRecord.OfNode node -> {
            if (kept.test(node.profile().id())) {
              nodes.add(node);
            }
          }
        }
      }
      nodes.sort(
          Comparator.comparingLong(CapacityRecord.OfNode::order)
              .thenComparing(node -> node.profile().id()));
    }

    MeasuredNetwork network() {
      levels.forEach(
          (id, level) -> {
            if (level.parent().isPresent() && levels.containsKey(level.parent().getAsLong())) {
              parents.put(id, level.parent().getAsLong());
            }
          });
      keepOneTree();
      splice();
      List<Level> ordered = topDown();
      List<CapacityMap.Placed> placed = new ArrayList<>();
      for (CapacityRecord.OfNode node : nodes) {
        Long level = hangs.get(node.profile().id());
        Integer number = level == null ? null : numbers.get(level);
        placed.add(
            new CapacityMap.Placed(
                node.profile(),
                number == null ? OptionalInt.empty() : OptionalInt.of(number),
                node.placedAtNanos()));
      }
      return network(placed, ordered);
    }

    /** The top above a level; empty in a circle. */
    private Optional<Long> top(long level) {
      Set<Long> seen = new LinkedHashSet<>();
      long at = level;
      while (parents.containsKey(at)) {
        if (!seen.add(at)) {
          return Optional.empty();
        }
        at = parents.getOrDefault(at, at);
      }
      return Optional.of(at);
    }

    /** Nodes that hang below other tops than most are left out. */
    private void keepOneTree() {
      Map<Long, Optional<Long>> tops = new HashMap<>();
      Map<Long, List<CapacityRecord.OfNode>> below = new TreeMap<>();
      for (CapacityRecord.OfNode node : nodes) {
        if (node.level().isPresent() && levels.containsKey(node.level().getAsLong())) {
          long level = node.level().getAsLong();
          tops.computeIfAbsent(level, this::top)
              .ifPresent(top -> below.computeIfAbsent(top, _ -> new ArrayList<>()).add(node));
        }
      }
      Optional<List<CapacityRecord.OfNode>> most =
          below.values().stream().max(Comparator.comparingInt(List::size));
      List<CapacityRecord.OfNode> alone = nodes.isEmpty() ? List.of() : List.of(nodes.getFirst());
      List<CapacityRecord.OfNode> kept =
          most.isPresent() && most.get().size() > 1 ? most.get() : alone;
      Set<NodeId> ids = new LinkedHashSet<>();
      kept.forEach(node -> ids.add(node.profile().id()));
      nodes.removeIf(node -> !ids.contains(node.profile().id()));
      if (nodes.size() > 1) {
        nodes.forEach(node -> hangs.put(node.profile().id(), node.level().orElseThrow()));
      }
    }

    /** Takes out levels with fewer than two branches. */
    private void splice() {
      Map<Long, Integer> branches = new HashMap<>();
      Set<Long> used = new LinkedHashSet<>();
      for (long level : hangs.values()) {
        branches.merge(level, 1, Integer::sum);
        long at = level;
        while (used.add(at) && parents.containsKey(at)) {
          at = parents.getOrDefault(at, at);
          branches.merge(at, 1, Integer::sum);
        }
      }
      levels.keySet().retainAll(used);
      Predicate<Long> joins = level -> branches.getOrDefault(level, 0) > 1;
      hangs.replaceAll((_, level) -> up(level, joins));
      for (long level : List.copyOf(levels.keySet())) {
        Long parent = parents.get(level);
        if (parent != null) {
          long above = up(parent, joins);
          if (joins.test(above)) {
            parents.put(level, above);
          } else {
            parents.remove(level);
          }
        }
      }
      levels.keySet().removeIf(level -> !joins.test(level));
    }

    /** The lowest level, this one or above, that joins something; the top where none does. */
    private long up(long level, Predicate<Long> joins) {
      long at = level;
      while (!joins.test(at) && parents.containsKey(at)) {
        at = parents.getOrDefault(at, at);
      }
      return at;
    }

    private List<Level> topDown() {
      Map<Long, List<Long>> children = new TreeMap<>();
      List<Long> open = new ArrayList<>();
      for (long level : levels.keySet()) {
        Long parent = parents.get(level);
        if (parent == null) {
          open.add(level);
        } else {
          children.computeIfAbsent(parent, _ -> new ArrayList<>()).add(level);
        }
      }
      List<Level> ordered = new ArrayList<>();
      for (int i = 0; i < open.size(); i++) {
        long id = open.get(i);
        CapacityRecord.OfLevel record = levels.get(id);
        if (record == null) {
          throw new IllegalStateException("a level without a record");
        }
        Long parent = parents.get(id);
        Integer above = parent == null ? null : numbers.get(parent);
        numbers.put(id, i);
        ordered.add(
            below(record.level(), above == null ? OptionalInt.empty() : OptionalInt.of(above)));
        open.addAll(children.getOrDefault(id, List.of()));
      }
      return ordered;
    }

    private MeasuredNetwork network(List<CapacityMap.Placed> placed, List<Level> ordered) {
      Set<NodeId> there = new LinkedHashSet<>();
      placed.forEach(node -> there.add(node.profile().id()));
      Map<NodePair, Measurement> measurements = new HashMap<>();
      Map<NodePair, PathQuality> qualities = new HashMap<>();
      Map<Direction, Long> directions = new HashMap<>();
      Map<NodeId, Set<NodeId>> passedOver = new HashMap<>();
      for (CapacityRecord.OfNode node : nodes) {
        NodeId id = node.profile().id();
        node.probes().stream()
            .filter(probe -> there.contains(probe.with()) && !probe.with().equals(id))
            .forEach(
                probe -> {
                  NodePair pair = NodePair.of(id, probe.with());
                  boolean first = pair.first().equals(id);
                  measurements.put(pair, first ? probe.measured() : probe.measured().reversed());
                  probe.quality().ifPresent(quality -> qualities.put(pair, quality));
                });
        node.directions().stream()
            .filter(each -> there.contains(each.with()) && !each.with().equals(id))
            .forEach(
                each -> {
                  Direction towards = new Direction(id, each.with());
                  each.towardsBitsPerSecond().ifPresent(rate -> directions.put(towards, rate));
                  each.fromBitsPerSecond()
                      .ifPresent(rate -> directions.put(towards.reversed(), rate));
                });
        node.unseen().stream()
            .filter(there::contains)
            .forEach(
                other -> passedOver.computeIfAbsent(other, _ -> new LinkedHashSet<>()).add(id));
      }
      Map<Long, List<NodeId>> confirmed = new HashMap<>();
      levels.forEach(
          (id, level) -> {
            if (!level.confirmed().isEmpty()) {
              confirmed.put(id, level.confirmed());
            }
          });
      return new MeasuredNetwork(
          new CapacityMap(placed, ordered, measurements, directions),
          qualities,
          confirmed,
          passedOver);
    }
  }
}
