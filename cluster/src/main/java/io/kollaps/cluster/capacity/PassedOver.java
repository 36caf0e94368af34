package io.kollaps.cluster.capacity;

import io.kollaps.cluster.NodeId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Who joined without a probe that might have been with a node, because that was away: the two might
 * be nearer to one another than the map says. It stays noted until a probe between them has ended.
 */
final class PassedOver {
  private final Dendrogram tree;
  private final Map<NodeId, Set<NodeId>> joinedMeanwhile = new TreeMap<>();

  /**
   * As another leader has left it.
   *
   * @param known what {@link #copy} told
   */
  PassedOver(Dendrogram tree, Map<NodeId, Set<NodeId>> known) {
    this.tree = tree;
    known.forEach((node, joined) -> joinedMeanwhile.put(node, new TreeSet<>(joined)));
  }

  /** By the node that was away: who joined meanwhile. */
  Map<NodeId, Set<NodeId>> copy() {
    Map<NodeId, Set<NodeId>> copy = new HashMap<>();
    joinedMeanwhile.forEach((node, joined) -> copy.put(node, Set.copyOf(joined)));
    return copy;
  }

  boolean isEmpty() {
    return joinedMeanwhile.isEmpty();
  }

  /** Whether one of both was passed over when the other one joined. */
  boolean has(NodeId a, NodeId b) {
    return joinedMeanwhile.getOrDefault(a, Set.of()).contains(b)
        || joinedMeanwhile.getOrDefault(b, Set.of()).contains(a);
  }

  /** The node joined, and the other was not asked. */
  void note(NodeId away, NodeId joined) {
    joinedMeanwhile.computeIfAbsent(away, _ -> new TreeSet<>()).add(joined);
  }

  /** What is not known of a node, is not known of who hangs nearer to it either: of this one. */
  void inherit(NodeId node) {
    for (NodePair pair : inTheMap()) {
      if (!pair.has(node)) {
        Vertex level = tree.between(pair.first(), pair.second());
        if (nearer(node, pair.first(), level)) {
          note(pair.second(), node);
        } else if (nearer(node, pair.second(), level)) {
          note(pair.first(), node);
        }
      }
    }
  }

  /** All pairs whose nodes are in the map. */
  List<NodePair> inTheMap() {
    return all().stream()
        .filter(pair -> tree.has(pair.first()) && tree.has(pair.second()))
        .toList();
  }

  /** All pairs; one twice when each of both joined while the other was away. */
  List<NodePair> all() {
    List<NodePair> pairs = new ArrayList<>();
    joinedMeanwhile.forEach(
        (node, joined) -> joined.forEach(other -> pairs.add(NodePair.of(node, other))));
    return pairs;
  }

  /** They were measured with one another, or need not be any more. */
  void forget(NodeId a, NodeId b) {
    forgetOneWay(a, b);
    forgetOneWay(b, a);
  }

  private void forgetOneWay(NodeId away, NodeId joined) {
    Set<NodeId> all = joinedMeanwhile.get(away);
    if (all != null) {
      all.remove(joined);
      if (all.isEmpty()) {
        joinedMeanwhile.remove(away);
      }
    }
  }

  /**
   * Two nodes were measured, and the map had told right: between who hangs nearer to either of them
   * than they to one another lies the same level.
   */
  void forgetImplied(NodeId a, NodeId b) {
    Vertex level = tree.between(a, b);
    inTheMap().stream()
        .filter(pair -> implied(pair, a, b, level))
        .forEach(pair -> forget(pair.first(), pair.second()));
  }

  private boolean implied(NodePair pair, NodeId a, NodeId b, Vertex level) {
    return (nearer(pair.first(), a, level) && nearer(pair.second(), b, level))
        || (nearer(pair.first(), b, level) && nearer(pair.second(), a, level));
  }

  private boolean nearer(NodeId node, NodeId to, Vertex than) {
    return node.equals(to) || tree.between(node, to).bitsPerSecond() > than.bitsPerSecond();
  }

  /** The node is not in the map any more. */
  void drop(NodeId node) {
    joinedMeanwhile.remove(node);
    joinedMeanwhile.values().forEach(joined -> joined.remove(node));
    joinedMeanwhile.values().removeIf(Set::isEmpty);
  }
}
