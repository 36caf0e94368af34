package io.kollaps.cluster.join;

import io.kollaps.cluster.NodeId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Members without a place in the map, and when each may be measured. Apart because many things cost
 * a member its place, or put its measuring off, and only one begins it.
 */
final class Unmeasured {
  private static final long BEING_MEASURED = Long.MAX_VALUE;

  private final Members members;
  private final Map<NodeId, Long> fromNanos = new LinkedHashMap<>();

  Unmeasured(Members members) {
    this.members = members;
  }

  boolean isEmpty() {
    return fromNanos.isEmpty();
  }

  /** It may be measured from this time on. */
  void put(NodeId node, long atNanos) {
    fromNanos.put(node, atNanos);
  }

  void begun(NodeId node) {
    fromNanos.put(node, BEING_MEASURED);
  }

  /** It has a place, or needs none. */
  void remove(NodeId node) {
    fromNanos.remove(node);
  }

  /** It answers again: unless it is being measured, it need not wait any longer. */
  void back(NodeId node, long nowNanos) {
    fromNanos.computeIfPresent(node, (_, at) -> at == BEING_MEASURED ? at : Math.min(at, nowNanos));
  }

  /** Who may be measured now, and answers. */
  List<NodeId> due(long nowNanos) {
    return fromNanos.entrySet().stream()
        .filter(entry -> entry.getValue() <= nowNanos && !members.isLost(entry.getKey()))
        .map(Map.Entry::getKey)
        .toList();
  }

  /** True while a member that answers is being measured. */
  boolean anyBegun() {
    return fromNanos.entrySet().stream()
        .anyMatch(entry -> entry.getValue() == BEING_MEASURED && !members.isLost(entry.getKey()));
  }
}
