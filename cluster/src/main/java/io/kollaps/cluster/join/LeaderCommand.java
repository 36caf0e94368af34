package io.kollaps.cluster.join;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.capacity.NodePair;
import java.util.List;

/** What {@link JoinCoordinator} wants done. */
public sealed interface LeaderCommand {

  /**
   * Answer a call.
   *
   * @param number of the call
   * @param answer what
   */
  record Answer(long number, JoinAnswer answer) implements LeaderCommand {}

  /**
   * Tell a member to serve one probe; then {@link LeaderEvent.ProbeServed} or {@link
   * LeaderEvent.ServeFailed}.
   *
   * @param probe its number
   * @param member who serves; may be this node
   * @param client who will begin it
   * @param secret of the probe
   * @param plan how to measure
   */
  record ServeProbe(long probe, NodeId member, NodeId client, Secret secret, ProbePlan plan)
      implements LeaderCommand {}

  /**
   * Tell a member to begin a probe that another one serves; then {@link LeaderEvent.ProbeEnded}.
   *
   * @param client who begins it; may be this node
   * @param order the probe
   */
  record RunProbe(NodeId client, ProbeOrder order) implements LeaderCommand {}

  /**
   * Tell a member to end its side of a probe, if it is still there. No event follows.
   *
   * @param probe its number
   * @param member who
   */
  record EndProbe(long probe, NodeId member) implements LeaderCommand {}

  /**
   * Write into the state's room, in this order, each after the one before is safe; then {@link
   * LeaderEvent.Written}. When it does not come to that, {@link LeaderEvent.Led} with what the room
   * holds, or {@link LeaderEvent.LedNoMore}. Any first part of it leaves records that make a map.
   *
   * @param write its number
   * @param puts records to write
   * @param removes keys of records to remove
   */
  record Write(long write, List<CapacityRecord> puts, List<String> removes)
      implements LeaderCommand {
    /** Copies the lists. */
    public Write {
      puts = List.copyOf(puts);
      removes = List.copyOf(removes);
    }
  }

  /**
   * Let a node in; then {@link LeaderEvent.AdmissionDecided}. Its row is in the state.
   *
   * @param applicant who
   */
  record Admit(Applicant applicant) implements LeaderCommand {}

  /**
   * A pair that somebody asked about, or an old one.
   *
   * @param pair the nodes
   * @param held whether the map said what the probe found; false also when it could not be probed
   * @param why for people; empty when it held
   */
  record Verified(NodePair pair, boolean held, String why) implements LeaderCommand {}

  /**
   * The tie at the level between two nodes was asked about.
   *
   * @param pair the nodes
   * @param confirmed whether each branch that meets there has a link of its own
   * @param why for people; empty when it is confirmed
   */
  record TieTested(NodePair pair, boolean confirmed, String why) implements LeaderCommand {}

  /**
   * Tell people, in the log.
   *
   * @param warning whether somebody should do something
   * @param text what
   */
  record Tell(boolean warning, String text) implements LeaderCommand {}
}
