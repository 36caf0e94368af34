package io.kollaps.node.deploy;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.state.ControlState;
import io.kollaps.cluster.state.Member;
import io.kollaps.node.control.leader.Absence;
import io.kollaps.node.control.leader.PlaceableCluster;
import io.kollaps.placement.Cluster;
import io.kollaps.placement.NodeCapacity;
import io.kollaps.placement.network.CapacityMap;
import io.kollaps.placement.network.CapacityTree;
import io.kollaps.placement.network.PhysicalNetwork;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** The cluster of the moment as the placer sees it. Not for several threads. */
final class ClusterForPlacing implements Supplier<PlaceableCluster> {
  /** What users are told while there is no capacity map. */
  static final String NO_MAP =
      "the capacities between the nodes are not measured: endpoints, processors and memory count,"
          + " the network does not";

  private final ClusterAccess cluster;
  private final Networks networks;
  private List<NodeCapacity> lastNodes = List.of();
  private Optional<PhysicalNetwork> lastNetwork = Optional.empty();
  private Optional<PlaceableCluster> last = Optional.empty();

  /** What is known of the network between nodes. */
  @FunctionalInterface
  interface Networks {
    /** Nothing is known. */
    Networks NONE = (state, nodes) -> Optional.empty();

    /**
     * The network between nodes, numbered in this order.
     *
     * @return empty while it is not measured; an equal one is the same object
     */
    Optional<PhysicalNetwork> between(ControlState state, List<NodeId> nodes);
  }

  ClusterForPlacing(ClusterAccess cluster, Networks networks) {
    this.cluster = cluster;
    this.networks = networks;
  }

  @Override
  public synchronized PlaceableCluster get() {
    ControlState state = cluster.state();
    List<Member> members = state.membersByAdmission();
    List<NodeId> ids = members.stream().map(Member::id).toList();
    List<NodeCapacity> nodes = new ArrayList<>();
    for (Member member : members) {
      nodes.add(capacity(state, member));
    }
    List<Absence> absences = absences(state, cluster::isLost);
    Optional<PhysicalNetwork> network = networks.between(state, ids);
    boolean same =
        nodes.equals(lastNodes)
            && last.map(PlaceableCluster::ids).equals(Optional.of(ids))
            && last.map(PlaceableCluster::absences).equals(Optional.of(absences))
            && network.equals(lastNetwork);
    if (!same) {
      lastNodes = nodes;
      lastNetwork = network;
      last =
          Optional.of(
              new PlaceableCluster(
                  new Cluster(nodes, network.orElseGet(() -> unlimited(members))), ids, absences));
    }
    return last.orElseThrow();
  }

  /** What a user should know of the cluster's network. */
  synchronized List<String> notices() {
    return lastNetwork.isPresent() || lastNodes.size() < 2 ? List.of() : List.of(NO_MAP);
  }

  /**
   * Members that get nothing new, by their admission, and then the nodes that are banned.
   *
   * @param isLost whether a member was given up
   */
  static List<Absence> absences(ControlState state, Predicate<NodeId> isLost) {
    List<Absence> result = new ArrayList<>();
    for (Member member : state.membersByAdmission()) {
      absent(state, member, isLost).ifPresent(why -> result.add(new Absence(member.name(), why)));
    }
    state.bans().values().forEach(ban -> result.add(new Absence(ban.name(), Absence.Why.BANNED)));
    return result;
  }

  private static Optional<Absence.Why> absent(
      ControlState state, Member member, Predicate<NodeId> isLost) {
    if (isLost.test(member.id())) {
      return Optional.of(Absence.Why.LOST);
    }
    if (member.mode() != Member.Mode.ACTIVE) {
      return Optional.of(Absence.Why.DRAINED);
    }
    return NodeFacts.of(state, member.id()).isEmpty()
        ? Optional.of(Absence.Why.STARTING)
        : Optional.empty();
  }

  private NodeCapacity capacity(ControlState state, Member member) {
    boolean takes = absent(state, member, cluster::isLost).isEmpty();
    Optional<NodeFacts> facts = NodeFacts.of(state, member.id()).filter(_ -> takes);
    return new NodeCapacity(
        member.name(),
        facts.map(NodeFacts::maxEndpoints).orElse(0),
        facts.map(NodeFacts::milliCpus).orElse(0L),
        facts.map(NodeFacts::memoryBytes).orElse(0L),
        NodeFacts.unreliability(state, member.id(), cluster.clockNanos() / 1_000_000));
  }

  private static PhysicalNetwork unlimited(List<Member> members) {
    List<CapacityTree> leaves = new ArrayList<>();
    for (int i = 0; i < members.size(); i++) {
      leaves.add(
          new CapacityTree.Leaf(
              i, members.get(i).name(), PhysicalNetwork.UNLIMITED, PhysicalNetwork.UNLIMITED));
    }
    return new CapacityMap(
        members.size(),
        leaves.size() == 1
            ? leaves.getFirst()
            : new CapacityTree.Group(PhysicalNetwork.UNLIMITED, false, leaves));
  }
}
