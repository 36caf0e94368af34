package io.kollaps.cluster.capacity;

import io.kollaps.cluster.NodeId;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Which entry of the map needs a probe most. */
final class Verification {
  private Verification() {}

  /**
   * A pair of the level whose last sample is the oldest; each time another pair of it.
   *
   * @param tree the map's tree
   * @param oldestNanos levels with a later sample need none
   */
  static Optional<NodePair> next(Dendrogram tree, long oldestNanos) {
    Vertex oldest = null;
    for (Vertex vertex : tree.topDown()) {
      boolean due = !vertex.isLeaf() && vertex.sampledAtNanos() <= oldestNanos;
      if (due && (oldest == null || vertex.sampledAtNanos() < oldest.sampledAtNanos())) {
        oldest = vertex;
      }
    }
    return oldest == null ? Optional.empty() : Optional.of(pair(oldest));
  }

  private static NodePair pair(Vertex level) {
    List<Vertex> branches = level.children();
    int turn = level.samples();
    Vertex one = branches.get(turn % branches.size());
    Vertex other = branches.get((turn + 1) % branches.size());
    return NodePair.of(leaf(one, turn / branches.size()), leaf(other, turn / branches.size()));
  }

  private static NodeId leaf(Vertex branch, int turn) {
    Collection<Vertex> below = Dendrogram.below(branch);
    List<Vertex> leaves = below.stream().filter(Vertex::isLeaf).toList();
    return leaves.get(turn % leaves.size()).id();
  }
}
