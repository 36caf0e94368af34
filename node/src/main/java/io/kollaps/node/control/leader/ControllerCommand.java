package io.kollaps.node.control.leader;

import io.kollaps.cluster.NodeId;
import io.kollaps.linux.ownership.RunId;
import io.kollaps.node.control.Instruction;
import io.kollaps.node.control.LossPolicy;
import io.kollaps.node.control.PartKey;
import io.kollaps.node.control.RunPhase;
import io.kollaps.node.control.RunRecord;
import io.kollaps.node.load.FileContent;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What {@link ExperimentController} wants done, in this order. */
public sealed interface ControllerCommand {

  /**
   * Read, compile and place, off the event loop, then reserve; answered by {@link
   * ControllerEvent.PlacingDone}. One after the other, with {@link Reserve} and {@link Release}:
   * {@link PlacementDesk} does them.
   *
   * @param ticket to be told with the answer
   * @param key name of the reservation
   * @param fileName last part of the file's name
   * @param file the experiment
   * @param seed of every random draw
   * @param fabric name of a fabric, or {@code auto}
   * @param pins nodes by the names of endpoints or services
   */
  record Place(
      long ticket,
      PartKey key,
      String fileName,
      FileContent file,
      long seed,
      String fabric,
      Map<String, String> pins)
      implements ControllerCommand {}

  /**
   * Reserve again what a run holds that another leader placed.
   *
   * @param record with its placement
   * @param file the experiment
   */
  record Reserve(RunRecord record, FileContent file) implements ControllerCommand {}

  /**
   * Give back what a run holds; one that holds nothing is no mistake.
   *
   * @param key name of the reservation
   */
  record Release(PartKey key) implements ControllerCommand {}

  /** Forget every reservation: this node begins to lead, or ends to. */
  record ReleaseAll() implements ControllerCommand {}

  /**
   * Write a record; answered by {@link ControllerEvent.Recorded} or {@link
   * ControllerEvent.RecordFailed}. One at a time for a run.
   *
   * @param record what
   * @param expectedVersion of the document now; 0: there is none
   * @param file pieces to write before, with a first record
   */
  record WriteRecord(RunRecord record, long expectedVersion, Optional<FileContent> file)
      implements ControllerCommand {}

  /**
   * Remove the pieces of a run's file.
   *
   * @param run whose
   */
  record DropFile(RunId run) implements ControllerCommand {}

  /**
   * Remove a run's record.
   *
   * @param run whose
   */
  record DropRecord(RunId run) implements ControllerCommand {}

  /**
   * Send an instruction; it may be lost.
   *
   * @param node to whom, maybe this one
   * @param instruction what
   */
  record Instruct(NodeId node, Instruction instruction) implements ControllerCommand {}

  /**
   * Answer a call.
   *
   * @param call whose
   * @param answer what
   */
  record Answer(long call, CallAnswer answer) implements ControllerCommand {}

  /**
   * Tell who watches.
   *
   * @param happening what happened
   */
  record Tell(Happening happening) implements ControllerCommand {}

  /** What became of a call. */
  sealed interface CallAnswer {
    /**
     * It runs, or ran: the request is known.
     *
     * @param run its id
     */
    record Accepted(RunId run) implements CallAnswer {}

    /**
     * It does not run.
     *
     * @param reason one sentence
     * @param problems all that is wrong with the file, where that is the reason
     */
    record Refused(String reason, List<String> problems) implements CallAnswer {
      /** Copies the list. */
      public Refused {
        problems = List.copyOf(problems);
      }
    }

    /**
     * Nothing was decided: ask again later, with the same request id.
     *
     * @param reason one sentence
     */
    record TryAgain(String reason) implements CallAnswer {}

    /**
     * These runs end now.
     *
     * @param runs their ids
     */
    record Stopping(List<RunId> runs) implements CallAnswer {
      /** Copies the list. */
      public Stopping {
        runs = List.copyOf(runs);
      }
    }
  }

  /**
   * Something to tell people.
   *
   * @param run whose
   * @param attempt of the run
   * @param phase of the run now
   * @param policy what becomes of it when a node is lost
   * @param text one sentence
   */
  record Happening(RunId run, int attempt, RunPhase phase, LossPolicy policy, String text) {}
}
