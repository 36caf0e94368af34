package io.kollaps.node.network;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.capacity.JoinSettings;
import io.kollaps.cluster.capacity.Level;
import io.kollaps.cluster.capacity.NodeProfile;
import io.kollaps.cluster.join.MeasuredNetwork;
import io.kollaps.placement.network.CapacityMap;
import io.kollaps.placement.network.CapacityTree;
import io.kollaps.placement.network.KnownTree;
import io.kollaps.placement.network.PhysicalNetwork;
import io.kollaps.topology.physical.PhysicalSwitch;
import io.kollaps.topology.physical.PhysicalTopology;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/** Turns what the cluster knows of its network into what the placer needs. */
public final class ClusterNetwork {
  private ClusterNetwork() {}

  /**
   * From the capacity map: levels are groups, nodes are leaves with what their interface carries. A
   * level that noise has put below the one around it counts as that one. Nodes without a place in
   * the map cannot send anything to others.
   *
   * @param measured what the probes found
   * @param nodes in the order in which they are numbered, each once
   * @param names of the nodes, for people
   * @return empty when none of them has a place
   */
  public static Optional<PhysicalNetwork> measured(
      MeasuredNetwork measured, List<NodeId> nodes, Function<NodeId, String> names) {
    return nodes.stream().anyMatch(measured.map()::has)
        ? Optional.of(new CapacityMap(nodes.size(), new Building(measured, nodes, names).tree()))
        : Optional.empty();
  }

  /**
   * From an administrator's description: its switches, and each node on the one that its address
   * hangs on.
   *
   * @param profiles of the nodes, in the order in which they are numbered
   * @param names of the nodes, for people
   * @return empty when the description does not place all of them
   */
  public static Optional<PhysicalNetwork> described(
      PhysicalTopology topology, List<NodeProfile> profiles, Function<NodeId, String> names) {
    List<KnownTree.Vertex> vertices = new ArrayList<>();
    for (NodeProfile profile : profiles) {
      OptionalInt at = profile.address().map(topology::switchOf).orElseGet(OptionalInt::empty);
      if (at.isEmpty()) {
        return Optional.empty();
      }
      PhysicalSwitch hangsOn = topology.switches().get(at.getAsInt());
      long rate =
          Math.min(
              hangsOn.nodeBitsPerSecond().orElse(Long.MAX_VALUE),
              profile.nicBitsPerSecond().orElse(Long.MAX_VALUE));
      vertices.add(
          new KnownTree.Vertex(
              names.apply(profile.id()),
              Optional.of(profiles.size() + at.getAsInt()),
              goodput(rate),
              goodput(rate)));
    }
    for (PhysicalSwitch each : topology.switches()) {
      vertices.add(
          new KnownTree.Vertex(
              "switch " + each.name(),
              each.parent() < 0 ? Optional.empty() : Optional.of(profiles.size() + each.parent()),
              goodput(each.upBitsPerSecond()),
              goodput(each.downBitsPerSecond())));
    }
    return profiles.isEmpty()
        ? Optional.empty()
        : Optional.of(new KnownTree(profiles.size(), vertices));
  }

  private static long goodput(long rate) {
    return rate == Long.MAX_VALUE
        ? PhysicalNetwork.UNLIMITED
        : Math.round(rate * JoinSettings.ETHERNET_GOODPUT);
  }

  /** A capacity map while it becomes the placer's. */
  private static final class Building {
    private final MeasuredNetwork measured;
    private final Map<Integer, List<Integer>> levelsBelow = new HashMap<>();
    private final Map<Integer, List<CapacityTree>> leavesBelow = new HashMap<>();
    private final List<CapacityTree> apart = new ArrayList<>();

    Building(MeasuredNetwork measured, List<NodeId> nodes, Function<NodeId, String> names) {
      this.measured = measured;
      Map<NodeId, Integer> numbers = new HashMap<>();
      nodes.forEach(node -> numbers.put(node, numbers.size()));
      List<Level> levels = measured.map().levels();
      for (int i = 1; i < levels.size(); i++) {
        levelsBelow
            .computeIfAbsent(levels.get(i).parent().orElseThrow(), _ -> new ArrayList<>())
            .add(i);
      }
      for (var placed : measured.map().nodes()) {
        NodeProfile profile = placed.profile();
        Integer number = numbers.remove(profile.id());
        if (number != null) {
          long rate = goodput(profile.nicBitsPerSecond().orElse(Long.MAX_VALUE));
          CapacityTree leaf = new CapacityTree.Leaf(number, names.apply(profile.id()), rate, rate);
          if (placed.level().isPresent()) {
            leavesBelow
                .computeIfAbsent(placed.level().getAsInt(), _ -> new ArrayList<>())
                .add(leaf);
          } else {
            apart.add(leaf);
          }
        }
      }
      numbers.forEach(
          (node, number) -> apart.add(new CapacityTree.Leaf(number, names.apply(node), 0, 0)));
    }

    CapacityTree tree() {
      List<CapacityTree> members = new ArrayList<>(apart);
      if (!measured.map().levels().isEmpty()) {
        below(0, 0).ifPresent(members::add);
      }
      return members.size() == 1 ? members.getFirst() : new CapacityTree.Group(0, true, members);
    }

    /** What hangs at a level; empty when none of the nodes does. */
    private Optional<CapacityTree> below(int level, long around) {
      long rate =
          Math.max(around, Math.round(measured.map().levels().get(level).meanBitsPerSecond()));
      List<CapacityTree> members = new ArrayList<>();
      for (int each : levelsBelow.getOrDefault(level, List.of())) {
        below(each, rate).ifPresent(members::add);
      }
      members.addAll(leavesBelow.getOrDefault(level, List.of()));
      return switch (members.size()) {
        case 0 -> Optional.empty();
        case 1 -> Optional.of(members.getFirst());
        default -> Optional.of(new CapacityTree.Group(rate, measured.tieConfirmed(level), members));
      };
    }
  }
}
