package io.kollaps.node.daemon;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.capacity.CapacityMap;
import io.kollaps.cluster.capacity.NodeProfile;
import io.kollaps.cluster.join.CapacityCodec;
import io.kollaps.cluster.join.MeasuredNetwork;
import io.kollaps.cluster.state.ControlState;
import io.kollaps.cluster.state.Document;
import io.kollaps.cluster.state.Member;
import io.kollaps.cluster.state.UnknownFormatException;
import io.kollaps.node.deploy.NetworkSource;
import io.kollaps.node.network.ClusterNetwork;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The network for placements: as an administrator described it, else as the probes found it. */
final class KnownNetworks implements NetworkSource {
  private static final Logger LOG = LoggerFactory.getLogger(KnownNetworks.class);

  @Override
  public Optional<ClusterNetwork> between(ControlState state, List<NodeId> nodes) {
    Function<NodeId, String> names =
        node -> {
          Member member = state.members().get(node);
          return member == null ? node.value() : member.name();
        };
    try {
      MeasuredNetwork measured = CapacityCodec.network(state);
      List<NodeProfile> profiles =
          measured.map().nodes().stream()
              .map(CapacityMap.Placed::profile)
              .filter(profile -> nodes.contains(profile.id()))
              .toList();
      Optional<ClusterNetwork> described = described(state, profiles, names);
      return described.isPresent() ? described : ClusterNetwork.of(measured, nodes, names);
    } catch (UnknownFormatException e) {
      LOG.warn("the network between the nodes does not count: {}", e.getMessage());
      return Optional.empty();
    }
  }

  private static Optional<ClusterNetwork> described(
      ControlState state, List<NodeProfile> profiles, Function<NodeId, String> names) {
    return Optional.ofNullable(
            state
                .documents()
                .get(new Document.Key(CapacityDescription.ROOM, CapacityDescription.KEY)))
        .flatMap(CapacityDescription::topology)
        .flatMap(topology -> ClusterNetwork.described(topology, profiles, names));
  }
}
