package io.kollaps.cluster.join;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.capacity.CapacityMap;
import io.kollaps.cluster.capacity.NodePair;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Everything that is known of the network between the nodes.
 *
 * @param map the capacities
 * @param qualities round-trip times, jitter and loss of pairs that were probed
 * @param confirmed for levels, by identity: the nodes for whose branches it was found that each has
 *     a link of its own
 * @param passedOver as {@link io.kollaps.cluster.capacity.CapacityMapper#passedOver}
 */
public record MeasuredNetwork(
    CapacityMap map,
    Map<NodePair, PathQuality> qualities,
    Map<Long, List<NodeId>> confirmed,
    Map<NodeId, Set<NodeId>> passedOver) {
  /** Nothing is known. */
  public static final MeasuredNetwork EMPTY =
      new MeasuredNetwork(CapacityMap.EMPTY, Map.of(), Map.of(), Map.of());

  /** Copies the maps. */
  public MeasuredNetwork {
    qualities = Map.copyOf(qualities);
    confirmed = Map.copyOf(confirmed);
    passedOver = Map.copyOf(passedOver);
  }

  /**
   * True when it was found, for every branch that meets at a level now, that it has a link of its
   * own of that level.
   *
   * @param level number of the level in the map
   */
  public boolean tieConfirmed(int level) {
    List<NodeId> tested = confirmed.getOrDefault(map.levels().get(level).id(), List.of());
    return !tested.isEmpty() && map.branchesWith(level, tested) == map.branches(level);
  }
}
