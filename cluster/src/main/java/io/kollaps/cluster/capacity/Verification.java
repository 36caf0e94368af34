package io.kollaps.cluster.capacity;

import io.kollaps.cluster.NodeId;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Which entry of the map needs a probe most. */
final class Verification {
  private Verification() {}

  /**
   * A pair of the level whose last sample is the oldest; each time another pair of it.
   *
   * @param tree the map's tree
   * @param oldestNanos levels with a later sample need none
   * @param away nodes that cannot be probed; a level needs present ones in two branches
   */
  static Optional<NodePair> next(Dendrogram tree, long oldestNanos, Set<NodeId> away) {
    Vertex oldest = null;
    Optional<NodePair> found = Optional.empty();
    for (Vertex vertex : tree.topDown()) {
      boolean due = !vertex.isLeaf() && vertex.sampledAtNanos() <= oldestNanos;
      if (due && (oldest == null || vertex.sampledAtNanos() < oldest.sampledAtNanos())) {
        Optional<NodePair> pair = pair(vertex, away);
        if (pair.isPresent()) {
          oldest = vertex;
          found = pair;
        }
      }
    }
    return found;
  }

  private static Optional<NodePair> pair(Vertex level, Set<NodeId> away) {
    List<List<NodeId>> branches =
        level.children().stream()
            .map(branch -> present(branch, away))
            .filter(leaves -> !leaves.isEmpty())
            .toList();
    if (branches.size() < 2) {
      return Optional.empty();
    }
    int turn = level.samples();
    int round = turn / branches.size();
    List<NodeId> one = branches.get(turn % branches.size());
    List<NodeId> other = branches.get((turn + 1) % branches.size());
    return Optional.of(NodePair.of(one.get(round % one.size()), other.get(round % other.size())));
  }

  private static List<NodeId> present(Vertex branch, Set<NodeId> away) {
    return Dendrogram.below(branch).stream()
        .filter(Vertex::isLeaf)
        .map(Vertex::id)
        .filter(node -> !away.contains(node))
        .toList();
  }
}
