package io.kollaps.node.deploy;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.state.ControlState;
import io.kollaps.node.network.ClusterNetwork;
import java.util.List;
import java.util.Optional;

/** What is known of the network between nodes. */
@FunctionalInterface
public interface NetworkSource {
  /**
   * The network between nodes; those of which nothing is known are left out.
   *
   * @param state as this node knows it
   * @param nodes the members
   * @return empty while nothing is measured or described
   */
  Optional<ClusterNetwork> between(ControlState state, List<NodeId> nodes);
}
