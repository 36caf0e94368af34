package io.kollaps.node.control.leader;

import io.kollaps.cluster.NodeId;
import io.kollaps.node.control.Instruction;
import io.kollaps.node.control.Order;
import io.kollaps.node.control.RunNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The members of the cluster, as the leader knows them in its term. */
final class KnownNodes {
  /**
   * What the addresses of a packet between nodes take, with VXLAN and the inner Ethernet header.
   */
  private static final int OVERLAY_BYTES_IPV4 = 20 + 8 + 8 + 14;

  private static final int OVERLAY_BYTES_IPV6 = 40 + 8 + 8 + 14;
  private static final int ETHERNET_MTU = 1500;
  private static final int SMALLEST_MTU = 576;

  private final Term term;
  private final Map<NodeId, KnownNode> nodes = new TreeMap<>();

  KnownNodes(Term term) {
    this.term = term;
  }

  Optional<KnownNode> find(NodeId id) {
    return Optional.ofNullable(nodes.get(id));
  }

  /** Whether a node is a member that is not given up. */
  boolean reachable(NodeId id) {
    return find(id).filter(KnownNode::reachable).isPresent();
  }

  /** A copy, in order. */
  List<NodeId> ids() {
    return List.copyOf(nodes.keySet());
  }

  /** A node that was no member before; it is asked what it has. */
  void add(NodeFact fact) {
    nodes.put(fact.id(), new KnownNode(term.self(), term.number(), fact));
    ask(fact.id());
  }

  void remove(NodeId id) {
    nodes.remove(id);
  }

  /** Instructs a node; the number of the instruction, empty for one that is no member. */
  Optional<Long> instruct(NodeId id, Order order) {
    KnownNode known = nodes.get(id);
    if (known == null) {
      return Optional.empty();
    }
    Instruction instruction = known.instruction(term.nowNanos(), order);
    term.emit(new ControllerCommand.Instruct(id, instruction));
    return Optional.of(instruction.sequence());
  }

  /** Asks a node what it has, if it can be reached. */
  void ask(NodeId id) {
    if (reachable(id)) {
      var _ = instruct(id, new Order.Ask());
    }
  }

  /** Asks those again that have not told in this term. */
  void askSilent() {
    for (Map.Entry<NodeId, KnownNode> node : nodes.entrySet()) {
      if (node.getValue().toBeAsked(term.nowNanos(), term.settings().repeatNanos())) {
        ask(node.getKey());
      }
    }
  }

  /** The nodes of a placement; empty when one is not there any more. */
  Optional<List<RunNode>> runNodes(List<NodeId> ids) {
    List<RunNode> result = new ArrayList<>();
    for (NodeId id : ids) {
      KnownNode known = nodes.get(id);
      if (known == null || !known.reachable()) {
        return Optional.empty();
      }
      result.add(new RunNode(id, known.fact().name(), known.fact().host()));
    }
    return Optional.of(result);
  }

  /**
   * Largest packet of an endpoint that the nodes' networks carry whole, with what is put around; in
   * bytes.
   */
  int endpointMtu(List<NodeId> ids) {
    if (ids.size() < 2) {
      return ETHERNET_MTU;
    }
    int smallest = ETHERNET_MTU;
    for (NodeId id : ids) {
      KnownNode known = nodes.get(id);
      if (known != null && known.fact().mtuBytes() > 0) {
        boolean ipv6 = known.fact().host().indexOf(':') >= 0;
        int around = ipv6 ? OVERLAY_BYTES_IPV6 : OVERLAY_BYTES_IPV4;
        smallest = Math.min(smallest, known.fact().mtuBytes() - around);
      }
    }
    return Math.max(SMALLEST_MTU, smallest);
  }
}
