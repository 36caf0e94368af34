package io.kollaps.node.control.leader;

import io.kollaps.cluster.NodeId;
import io.kollaps.linux.ownership.RunId;
import io.kollaps.node.control.Order;
import io.kollaps.node.control.RunNode;
import io.kollaps.node.control.RunRecord;
import io.kollaps.node.control.Submission;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The runs that the leader knows: those that have not ended, the newest of those that have, and the
 * answers to the newest requests that were refused.
 */
final class RunRegister {
  /** Network identifiers have 24 bits (RFC 7348); 0 is left out. */
  private static final int LAST_VNI = 0xffffff;

  private static final int ID_TRIES = 100;

  private final Term term;
  private final KnownNodes nodes;
  private final RefusedRequests refused;
  private final Map<RunId, RunDrive> live = new LinkedHashMap<>();
  private final Map<RunId, RunRecord> ended = new LinkedHashMap<>();
  private final Map<String, RunId> requests = new HashMap<>();

  RunRegister(Term term, KnownNodes nodes, RefusedRequests refused) {
    this.term = term;
    this.nodes = nodes;
    this.refused = refused;
  }

  /** A run that has not ended. */
  void add(RunDrive drive) {
    live.put(drive.run(), drive);
    requests.put(drive.request(), drive.run());
  }

  /** A run that has ended; they come in the order of their ends. */
  void addEnded(RunRecord record) {
    ended.put(record.run(), record);
    requests.put(record.request(), record.run());
  }

  /** Those that have not ended, in the order in which they came; a copy. */
  List<RunDrive> live() {
    return List.copyOf(live.values());
  }

  /** A run that has not ended. */
  Optional<RunDrive> live(RunId run) {
    return Optional.ofNullable(live.get(run));
  }

  /** The record of a run that has ended. */
  Optional<RunRecord> ended(RunId run) {
    return Optional.ofNullable(ended.get(run));
  }

  /** The run that a request led to. */
  Optional<RunId> ofRequest(String request) {
    return Optional.ofNullable(requests.get(request));
  }

  /** The answer to a request that was refused. */
  Optional<ControllerCommand.CallAnswer> refusal(String request) {
    return refused.find(request);
  }

  /** Those for which it matters what a node says. */
  List<RunDrive> on(NodeId node) {
    return live.values().stream().filter(drive -> drive.expects(node)).toList();
  }

  /** Whether it is this one that is live under its id. */
  boolean holds(RunDrive drive) {
    return drive.equals(live.get(drive.run()));
  }

  /** All runs: those that have ended first, then the others, each in order. */
  List<RunView> views() {
    List<RunView> views = new ArrayList<>();
    ended.values().forEach(record -> views.add(new RunView(record, Map.of())));
    live.values().forEach(drive -> views.add(drive.view()));
    return views;
  }

  /** Why no further submission is taken at the moment; empty when it is. */
  Optional<String> full(Submission submission) {
    ControllerSettings settings = term.settings();
    List<RunDrive> waiting =
        live.values().stream().filter(drive -> !drive.phase().hasParts()).toList();
    long bytes = waiting.stream().mapToLong(RunDrive::fileBytes).sum();
    if (live.size() >= settings.maxLiveRuns()) {
      return Optional.of(
          "the cluster has "
              + live.size()
              + " runs, more it does not take at a time; wait until one has ended");
    }
    return waiting.size() >= settings.maxWaiting()
            || bytes + submission.file().size() > settings.maxWaitingBytes()
        ? Optional.of(waiting.size() + " submissions wait to be placed; try again in some seconds")
        : Optional.empty();
  }

  /** An id that no known run has; empty when none was found in {@value #ID_TRIES} draws. */
  Optional<RunId> freshId() {
    for (int i = 0; i < ID_TRIES; i++) {
      RunId run = RunId.of(Instant.ofEpochMilli(term.nowMillis()), term.random());
      if (!live.containsKey(run) && !ended.containsKey(run)) {
        return Optional.of(run);
      }
    }
    return Optional.empty();
  }

  /**
   * A network identifier that no live run has. It begins at a number made of the run's id, so that
   * one that was just given back is not the next to be given.
   */
  int freeVni(RunId run) {
    Set<Integer> used = new TreeSet<>();
    live.values().forEach(drive -> used.add(drive.record().vni()));
    int vni = 1 + Math.floorMod(run.value().hashCode(), LAST_VNI);
    while (used.contains(vni)) {
      vni = vni % LAST_VNI + 1;
    }
    return vni;
  }

  /** A run was refused: nothing of it is kept but the answer, for a while. */
  void refuse(RunDrive drive, ControllerCommand.CallAnswer.Refused answer) {
    live.remove(drive.run());
    requests.remove(drive.request());
    refused.keep(drive.request(), answer);
  }

  /** The end of a run is on record: the nodes may forget it. */
  void retire(RunDrive drive) {
    if (live.remove(drive.run()) == null) {
      return;
    }
    ended.put(drive.run(), drive.record());
    term.emit(new ControllerCommand.DropFile(drive.run()));
    for (RunNode node : drive.record().nodes()) {
      var _ = nodes.instruct(node.id(), new Order.Forget(List.of(drive.key())));
    }
    keepBounded();
  }

  /** Forgets the oldest ends beyond the bound. */
  void keepBounded() {
    while (ended.size() > term.settings().maxEndedRecords()) {
      RunRecord oldest = ended.values().iterator().next();
      ended.remove(oldest.run());
      requests.remove(oldest.request());
      term.emit(new ControllerCommand.DropRecord(oldest.run()));
    }
  }
}
