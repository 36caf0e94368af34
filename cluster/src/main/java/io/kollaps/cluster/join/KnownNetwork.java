package io.kollaps.cluster.join;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.capacity.CapacityMap;
import io.kollaps.cluster.capacity.CapacityMapper;
import io.kollaps.cluster.capacity.NodePair;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What was found out about the network: the mapper's map, and what the mapper has no use for. Apart
 * because probes and tests of ties add to it, and it is both written and shown.
 */
final class KnownNetwork {
  private final CapacityMapper mapper;
  private final Map<NodePair, PathQuality> qualities;
  private final Map<Long, List<NodeId>> confirmed;
  private long confirmations;

  /**
   * Goes on from what was known.
   *
   * @param mapper begun with the same map
   */
  KnownNetwork(CapacityMapper mapper, MeasuredNetwork known) {
    this.mapper = mapper;
    qualities = new HashMap<>(known.qualities());
    confirmed = new HashMap<>(known.confirmed());
  }

  CapacityMap map() {
    return mapper.map();
  }

  boolean has(NodeId node) {
    return mapper.map().has(node);
  }

  void quality(NodePair pair, PathQuality found) {
    qualities.put(pair, found);
  }

  /** Each of the branches that these nodes are of has a link of its own. */
  void confirm(long level, List<NodeId> nodes) {
    confirmed.put(level, nodes);
    confirmations++;
  }

  /** Greater whenever {@link #written} may hold something else than before. */
  long revision() {
    return mapper.revision() + confirmations;
  }

  /** What is written. */
  CapacityRecords.Known written() {
    return new CapacityRecords.Known(mapper.map(), qualities, confirmed, mapper.passedOver());
  }

  /** What is shown: a copy, without what belongs to no pair or level of the map. */
  MeasuredNetwork network() {
    CapacityMap map = mapper.map();
    Map<NodePair, PathQuality> known = new HashMap<>(qualities);
    known.keySet().retainAll(map.measurements().keySet());
    Set<Long> levels = map.levels().stream().map(level -> level.id()).collect(Collectors.toSet());
    Map<Long, List<NodeId>> ties = new HashMap<>(confirmed);
    ties.keySet().retainAll(levels);
    return new MeasuredNetwork(map, known, ties, mapper.passedOver());
  }
}
