package io.kollaps.node.control.leader;

import io.kollaps.cluster.NodeId;
import io.kollaps.linux.ownership.RunId;
import io.kollaps.node.control.NodeReport;
import io.kollaps.node.control.PartKey;
import io.kollaps.node.control.RunRecord;
import io.kollaps.node.control.Submission;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What happens to {@link ExperimentController}. Times are {@code nowNanos} on a clock of this
 * process that never goes back; wall-clock times are for people only.
 */
public sealed interface ControllerEvent {
  /** When it happened. */
  long nowNanos();

  /**
   * This node leads now, and has applied all that was committed before.
   *
   * @param nowNanos when
   * @param nowMillis the same on the wall clock
   * @param term counts the leaders
   * @param runs all runs of the replicated state
   * @param files runs of which pieces of a file are kept
   * @param members all members, this one too
   */
  record Led(
      long nowNanos,
      long nowMillis,
      long term,
      List<StoredRun> runs,
      Set<RunId> files,
      List<NodeFact> members)
      implements ControllerEvent {
    /** Copies the collections. */
    public Led {
      runs = List.copyOf(runs);
      files = Set.copyOf(files);
      members = List.copyOf(members);
    }
  }

  /**
   * This node leads no more.
   *
   * @param nowNanos when
   */
  record LedNoMore(long nowNanos) implements ControllerEvent {}

  /**
   * The members, all of them: when one came, left, changed its address, was lost or is back.
   *
   * @param nowNanos when
   * @param members all members
   */
  record Members(long nowNanos, List<NodeFact> members) implements ControllerEvent {
    /** Copies the list. */
    public Members {
      members = List.copyOf(members);
    }
  }

  /**
   * Somebody wants an experiment to run. Answered by exactly one {@link ControllerCommand.Answer}.
   *
   * @param nowNanos when
   * @param nowMillis the same on the wall clock
   * @param call to answer
   * @param submission what
   */
  record Submitted(long nowNanos, long nowMillis, long call, Submission submission)
      implements ControllerEvent {}

  /**
   * Somebody wants a run to end. Answered by exactly one {@link ControllerCommand.Answer}.
   *
   * @param nowNanos when
   * @param call to answer
   * @param run which; empty: all
   */
  record StopAsked(long nowNanos, long call, Optional<RunId> run) implements ControllerEvent {}

  /**
   * An answer to {@link ControllerCommand.Place}.
   *
   * @param nowNanos when
   * @param ticket of the command
   * @param key what was to be placed
   * @param answer what came of it
   */
  record PlacingDone(long nowNanos, long ticket, PartKey key, PlacingAnswer answer)
      implements ControllerEvent {}

  /**
   * A record is safe on a majority.
   *
   * @param nowNanos when
   * @param run whose
   * @param version of the document now
   */
  record Recorded(long nowNanos, RunId run, long version) implements ControllerEvent {}

  /**
   * A record was not written, or nobody knows whether it was.
   *
   * @param nowNanos when
   * @param run whose
   * @param refused whether the replicated state would refuse it again: it is too large, or there
   *     are too many; false for a wrong version, and for anything that may pass
   * @param current what the replicated state has of it, as this node sees it; empty: nothing
   * @param version of that document; 0 for none
   * @param why for people
   */
  record RecordFailed(
      long nowNanos,
      RunId run,
      boolean refused,
      Optional<RunRecord> current,
      long version,
      String why)
      implements ControllerEvent {}

  /**
   * A node told what it has.
   *
   * @param nowNanos when
   * @param report what
   */
  record NodeSaid(long nowNanos, NodeReport report) implements ControllerEvent {}

  /**
   * A node is given up; heard before the {@link Members} that say so too, or instead of them.
   *
   * @param nowNanos when
   * @param node which
   */
  record NodeLost(long nowNanos, NodeId node) implements ControllerEvent {}

  /**
   * A lost node answers again.
   *
   * @param nowNanos when
   * @param node which
   */
  record NodeBack(long nowNanos, NodeId node) implements ControllerEvent {}

  /**
   * Time has passed; to be told every {@link ControllerSettings#tickNanos}.
   *
   * @param nowNanos when
   * @param nowMillis the same on the wall clock
   */
  record TimePassed(long nowNanos, long nowMillis) implements ControllerEvent {}
}
