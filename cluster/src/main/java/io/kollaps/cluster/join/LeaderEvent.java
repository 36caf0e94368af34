package io.kollaps.cluster.join;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.capacity.NodePair;
import io.kollaps.cluster.capacity.NodeProfile;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What {@link JoinCoordinator} is told. Times are on the leader's clock. */
public sealed interface LeaderEvent {

  /** Now. */
  long atNanos();

  /**
   * This node leads from now on, or leads on after a write failed. Joins of before are over.
   *
   * @param members the members by the state, with what is known of those whose interface is not in
   *     the records
   * @param records what the state's room holds
   */
  record Led(long atNanos, Map<NodeId, NodeProfile> members, List<CapacityRecord> records)
      implements LeaderEvent {
    /** Copies the collections. */
    public Led {
      members = Map.copyOf(members);
      records = List.copyOf(records);
    }
  }

  /** Another node leads, or none. */
  record LedNoMore(long atNanos) implements LeaderEvent {}

  /**
   * A joining node calls; answered by a {@link LeaderCommand.Answer} with the same number.
   *
   * @param number of the call
   * @param call what it says
   */
  record Called(long atNanos, long number, JoinCall call) implements LeaderEvent {}

  /**
   * The members are these now.
   *
   * @param members as in {@link Led}
   */
  record MembersAre(long atNanos, Map<NodeId, NodeProfile> members) implements LeaderEvent {
    /** Copies the map. */
    public MembersAre {
      members = Map.copyOf(members);
    }
  }

  /**
   * These members do not answer, all others do.
   *
   * @param lost who
   */
  record LostAre(long atNanos, Set<NodeId> lost) implements LeaderEvent {
    /** Copies the set. */
    public LostAre {
      lost = Set.copyOf(lost);
    }
  }

  /**
   * A member waits for a probe.
   *
   * @param probe its number
   * @param at where
   */
  record ProbeServed(long atNanos, long probe, Contact at) implements LeaderEvent {}

  /**
   * A member cannot serve a probe.
   *
   * @param probe its number
   * @param why for people
   */
  record ServeFailed(long atNanos, long probe, String why) implements LeaderEvent {}

  /**
   * A probe that a member ran has ended.
   *
   * @param report how
   */
  record ProbeEnded(long atNanos, ProbeReport report) implements LeaderEvent {}

  /**
   * A write is safe on a majority of the voters.
   *
   * @param write its number
   */
  record Written(long atNanos, long write) implements LeaderEvent {}

  /**
   * An admission was decided by the state's rules, or could not be.
   *
   * @param node who
   * @param refusal why not; empty: it is a member
   */
  record AdmissionDecided(long atNanos, NodeId node, Optional<String> refusal)
      implements LeaderEvent {}

  /** The cluster has nothing else to do: an old entry of the map may be verified. */
  record Idle(long atNanos) implements LeaderEvent {}

  /**
   * Somebody is going to rely on this pair; answered by {@link LeaderCommand.Verified}.
   *
   * @param pair the nodes
   */
  record VerifyAsked(long atNanos, NodePair pair) implements LeaderEvent {}

  /**
   * Somebody is going to rely on the tie at the level between two nodes: on that each branch there
   * has a link of its own. Answered by {@link LeaderCommand.TieTested}.
   *
   * @param pair the nodes
   */
  record TieAsked(long atNanos, NodePair pair) implements LeaderEvent {}

  /**
   * Time has passed: leases and probes may be over. At least every {@link JoinPolicy#pollNanos}.
   */
  record TimePassed(long atNanos) implements LeaderEvent {}
}
