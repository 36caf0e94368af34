package io.kollaps.cluster.capacity;

import io.kollaps.cluster.NodeId;
import java.util.List;

/** What {@link CapacityMapper} wants done. */
public sealed interface JoinCommand {

  /**
   * Measure both directions between two nodes; answer with {@link JoinEvent.ProbeDone} or {@link
   * JoinEvent.ProbeFailed}. Probes that are asked for together may run together, nothing else may.
   *
   * @param from a joining node, or either one of a pair that is verified
   * @param to a member
   */
  record Probe(NodeId from, NodeId to) implements JoinCommand {}

  /**
   * The answer to a probe is not wanted any more: end it.
   *
   * @param from as in the {@link Probe}
   * @param to as in the {@link Probe}
   */
  record CancelProbe(NodeId from, NodeId to) implements JoinCommand {}

  /**
   * The node's capacities are known: it is in the map from now on.
   *
   * @param node the node
   * @param probes how many it took
   */
  record Joined(NodeId node, int probes) implements JoinCommand {}

  /**
   * The node's place was not found: it is not in the map. It may be a member whose entry was
   * contradicted before.
   *
   * @param node the node
   * @param reason what happened and what to do, for people
   */
  record JoinFailed(NodeId node, String reason) implements JoinCommand {}

  /**
   * A pair was verified.
   *
   * @param pair the nodes
   * @param held true when the map said what the probe found
   * @param again otherwise one or both of the nodes: they have left the map and are measured again
   */
  record Verified(NodePair pair, boolean held, List<NodeId> again) implements JoinCommand {
    /** Copies the list. */
    public Verified {
      again = List.copyOf(again);
    }
  }

  /**
   * A pair could not be verified; the map stays as it is.
   *
   * @param pair the nodes
   * @param reason for people
   */
  record VerificationFailed(NodePair pair, String reason) implements JoinCommand {}

  /**
   * A probe contradicts what the administrator's topology says; the node is measured as if there
   * were none.
   *
   * @param pair the joining node and its partner
   * @param expectedBitsPerSecond by the topology
   * @param measuredBitsPerSecond by the probe, the smaller direction
   */
  record TopologyContradicted(NodePair pair, long expectedBitsPerSecond, long measuredBitsPerSecond)
      implements JoinCommand {}
}
