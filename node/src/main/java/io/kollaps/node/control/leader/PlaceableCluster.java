package io.kollaps.node.control.leader;

import io.kollaps.cluster.NodeId;
import io.kollaps.placement.Cluster;
import java.util.List;
import java.util.Optional;

/**
 * The cluster as the placer sees it. Members that get nothing new (drained, lost, not yet measured)
 * have no slot, or are left out where nothing runs on them.
 *
 * @param cluster nodes and network
 * @param ids the nodes' ids, by their numbers in the cluster
 * @param absences nodes that get nothing new for another reason than that they are full; they may
 *     be left out of the cluster
 */
public record PlaceableCluster(Cluster cluster, List<NodeId> ids, List<Absence> absences) {

  /**
   * Copies the lists.
   *
   * @throws IllegalArgumentException when there is not one id for each node
   */
  public PlaceableCluster {
    ids = List.copyOf(ids);
    absences = List.copyOf(absences);
    if (ids.size() != cluster.nodes().size()) {
      throw new IllegalArgumentException(
          ids.size() + " ids for " + cluster.nodes().size() + " nodes");
    }
  }

  /**
   * A cluster in which no node is known to be absent.
   *
   * @throws IllegalArgumentException when there is not one id for each node
   */
  public PlaceableCluster(Cluster cluster, List<NodeId> ids) {
    this(cluster, ids, List.of());
  }

  /** The id of a node that has a name. */
  NodeId id(String name) {
    return ids.get(cluster.find(name).orElseThrow());
  }

  /** The name of a node that has an id. */
  Optional<String> name(NodeId id) {
    int index = ids.indexOf(id);
    return index < 0 ? Optional.empty() : Optional.of(cluster.nodes().get(index).name());
  }
}
