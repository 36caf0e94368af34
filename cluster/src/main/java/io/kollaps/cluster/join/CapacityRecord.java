package io.kollaps.cluster.join;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.capacity.Level;
import io.kollaps.cluster.capacity.Measurement;
import io.kollaps.cluster.capacity.NodeProfile;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A piece of the capacity map as it lies in the replicated state: one record for each node and one
 * for each level. A node that joins changes a few of them, however large the cluster is.
 */
public sealed interface CapacityRecord {
  /** Room of the state that holds them. */
  String ROOM = "capacity";

  /** Its name in the room. */
  String key();

  /**
   * A node and what was measured with it.
   *
   * @param order counts the nodes in the order in which they came
   * @param profile the node
   * @param level identity of the level that it hangs at; empty when it was alone
   * @param placedAtNanos when its place was found, on the leader's clock
   * @param probes of it with nodes that came before it
   * @param directions what was inferred between it and nodes that came before it
   * @param unseen nodes that did not answer when it joined, and that may be nearer than the map
   *     says
   */
  record OfNode(
      long order,
      NodeProfile profile,
      OptionalLong level,
      long placedAtNanos,
      List<Probe> probes,
      List<Inferred> directions,
      List<NodeId> unseen)
      implements CapacityRecord {
    /** Copies the lists. */
    public OfNode {
      probes = List.copyOf(probes);
      directions = List.copyOf(directions);
      unseen = List.copyOf(unseen);
    }

    @Override
    public String key() {
      return keyOf(profile.id());
    }

    /** Key of a node's record. */
    public static String keyOf(NodeId node) {
      return "node/" + node.value();
    }
  }

  /**
   * A level.
   *
   * @param parent identity of the level above; empty for the top
   * @param level what is known of it; its own parent number does not count
   * @param confirmed the nodes for whose branches it was found that each has a link of its own of
   *     this level; empty: it was not tested, or they share one
   */
  record OfLevel(OptionalLong parent, Level level, List<NodeId> confirmed)
      implements CapacityRecord {
    /** Copies the list. */
    public OfLevel {
      confirmed = List.copyOf(confirmed);
    }

    @Override
    public String key() {
      return keyOf(level.id());
    }

    /** Key of a level's record. */
    public static String keyOf(long level) {
      return "level/" + level;
    }
  }

  /**
   * A probe.
   *
   * @param with the other node
   * @param measured forward is towards the other node
   * @param quality round-trip time, jitter and loss, where they were measured
   */
  record Probe(NodeId with, Measurement measured, Optional<PathQuality> quality) {}

  /**
   * What follows from other probes for the two directions between two nodes.
   *
   * @param with the other node
   * @param towardsBitsPerSecond towards the other node
   * @param fromBitsPerSecond from it
   */
  record Inferred(NodeId with, OptionalLong towardsBitsPerSecond, OptionalLong fromBitsPerSecond) {}
}
