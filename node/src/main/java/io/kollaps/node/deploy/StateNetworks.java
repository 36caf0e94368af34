package io.kollaps.node.deploy;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.capacity.DescribedCapacities;
import io.kollaps.cluster.capacity.JoinSettings;
import io.kollaps.cluster.capacity.Measurement;
import io.kollaps.cluster.capacity.NodePair;
import io.kollaps.cluster.capacity.NodeProfile;
import io.kollaps.cluster.join.CapacityCodec;
import io.kollaps.cluster.join.CapacityRecord;
import io.kollaps.cluster.join.MeasuredNetwork;
import io.kollaps.cluster.state.ControlState;
import io.kollaps.cluster.state.Document;
import io.kollaps.cluster.state.Member;
import io.kollaps.cluster.state.UnknownFormatException;
import io.kollaps.node.network.CapacityDescription;
import io.kollaps.node.network.ClusterNetwork;
import io.kollaps.placement.network.PhysicalNetwork;
import io.kollaps.topology.physical.PhysicalTopology;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The network by the replicated state: an administrator's description where there is one that
 * places all nodes and that no probe contradicts, else the capacity map. Not for several threads.
 */
final class StateNetworks implements ClusterForPlacing.Networks {
  /** A probe this much below what the description says contradicts it: more than noise. */
  private static final double CONTRADICTION = 0.15;

  private static final Logger LOG = LoggerFactory.getLogger(StateNetworks.class);

  private Map<Document.Key, Long> seen = Map.of();
  private List<Member> seenMembers = List.of();
  private List<NodeId> seenNodes = List.of();
  private Optional<PhysicalNetwork> last = Optional.empty();

  @Override
  public Optional<PhysicalNetwork> between(ControlState state, List<NodeId> nodes) {
    Map<Document.Key, Long> versions = new HashMap<>();
    for (Document document : state.documents().values()) {
      if (document.room().equals(CapacityRecord.ROOM)
          || document.room().equals(CapacityDescription.ROOM)) {
        versions.put(new Document.Key(document.room(), document.key()), document.version());
      }
    }
    List<Member> members = state.membersByAdmission();
    if (!versions.equals(seen) || !members.equals(seenMembers) || !nodes.equals(seenNodes)) {
      seen = versions;
      seenMembers = members;
      seenNodes = List.copyOf(nodes);
      last = read(state, nodes);
    }
    return last;
  }

  private static Optional<PhysicalNetwork> read(ControlState state, List<NodeId> nodes) {
    try {
      MeasuredNetwork measured = CapacityCodec.network(state);
      Map<NodeId, NodeProfile> profiles = new HashMap<>();
      measured.map().nodes().forEach(each -> profiles.put(each.profile().id(), each.profile()));
      List<NodeProfile> wanted = new ArrayList<>();
      for (NodeId node : nodes) {
        wanted.add(profiles.computeIfAbsent(node, id -> profile(state, id)));
      }
      return CapacityDescription.in(state)
          .filter(topology -> !contradicted(topology, measured, profiles))
          .flatMap(topology -> ClusterNetwork.described(topology, wanted, id -> name(state, id)))
          .or(() -> ClusterNetwork.measured(measured, nodes, id -> name(state, id)));
    } catch (UnknownFormatException e) {
      LOG.error("placement knows nothing of the network: {}", e.getMessage());
      return Optional.empty();
    }
  }

  private static NodeProfile profile(ControlState state, NodeId id) {
    Member member = state.members().get(id);
    Optional<InetAddress> address = Optional.empty();
    try {
      address =
          member == null ? Optional.empty() : Optional.of(InetAddress.ofLiteral(member.host()));
    } catch (IllegalArgumentException e) {
      LOG.debug("node {} is named by {}, which no description places", id, e.getMessage());
    }
    return new NodeProfile(id, OptionalLong.empty(), address);
  }

  private static String name(ControlState state, NodeId id) {
    Member member = state.members().get(id);
    return member == null ? id.value() : member.name();
  }

  private static boolean contradicted(
      PhysicalTopology topology, MeasuredNetwork measured, Map<NodeId, NodeProfile> profiles) {
    DescribedCapacities described =
        new DescribedCapacities(topology, JoinSettings.ETHERNET_GOODPUT);
    for (Map.Entry<NodePair, Measurement> probe : measured.map().measurements().entrySet()) {
      NodeProfile first = profiles.get(probe.getKey().first());
      NodeProfile second = profiles.get(probe.getKey().second());
      if (first != null && second != null) {
        // what is expected is that of the slower direction
        long slower =
            Math.min(
                probe.getValue().forwardBitsPerSecond(), probe.getValue().backwardBitsPerSecond());
        OptionalDouble told = described.bitsPerSecond(first, second);
        if (told.isPresent() && slower < told.getAsDouble() * (1 - CONTRADICTION)) {
          return true;
        }
      }
    }
    return false;
  }
}
