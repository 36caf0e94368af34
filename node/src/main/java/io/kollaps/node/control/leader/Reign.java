package io.kollaps.node.control.leader;

import io.kollaps.cluster.NodeId;
import io.kollaps.linux.ownership.RunId;
import io.kollaps.node.control.NodeReport;
import io.kollaps.node.control.Order;
import io.kollaps.node.control.RunNode;
import io.kollaps.node.control.RunRecord;
import io.kollaps.node.control.Submission;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** What a leader does in one term, event by event. */
final class Reign {
  private final Term term;
  private final KnownNodes nodes;
  private final RunRegister runs;
  private final PlacingTurn placing;
  private final ReportReader reports;

  /**
   * Nothing is known yet.
   *
   * @param firstTicket a number that no question to the placer had before
   * @param refused answers of earlier terms, too
   */
  Reign(Term term, long firstTicket, RefusedRequests refused) {
    this.term = term;
    this.nodes = new KnownNodes(term);
    this.runs = new RunRegister(term, nodes, refused);
    this.placing = new PlacingTurn(term, runs, firstTicket);
    this.reports = new ReportReader(nodes, runs);
  }

  /** Takes over what is on record. */
  void begin(ControllerEvent.Led led) {
    term.emit(new ControllerCommand.ReleaseAll());
    members(led.members());
    led.runs().stream()
        .map(StoredRun::record)
        .filter(record -> record.phase().ended())
        .sorted(
            Comparator.comparingLong((RunRecord r) -> r.times().endedAtMillis().orElse(0))
                .thenComparing(RunRecord::run))
        .forEach(runs::addEnded);
    led.runs().stream()
        .filter(stored -> !stored.record().phase().ended())
        .sorted(
            Comparator.comparingLong(
                    (StoredRun stored) -> stored.record().times().submittedAtMillis())
                .thenComparing(stored -> stored.record().run()))
        .forEach(stored -> runs.add(new RunDrive(term, nodes, runs, stored)));
    led.files().stream()
        .filter(run -> runs.live(run).isEmpty())
        .sorted()
        .forEach(run -> term.emit(new ControllerCommand.DropFile(run)));
    runs.live().forEach(this::takeOver);
    runs.keepBounded();
    placing.next();
  }

  private void takeOver(RunDrive drive) {
    if (!drive.record().nodes().isEmpty() && drive.file().isPresent()) {
      term.emit(new ControllerCommand.Reserve(drive.record(), drive.file().get()));
    }
    for (RunNode node : drive.record().nodes()) {
      if (!nodes.reachable(node.id())) {
        drive.lose(node.id(), "node " + node.name() + " is lost");
      }
    }
    if (drive.file().isEmpty()) {
      drive.endWithoutFile();
    }
    drive.step();
  }

  /** Ends: another one leads now, or nobody. */
  void end(String reason) {
    runs.live().forEach(drive -> drive.disperse(reason));
    term.emit(new ControllerCommand.ReleaseAll());
  }

  /** What is to be done since the last time. */
  List<ControllerCommand> drain() {
    return term.drain();
  }

  /** It is now this instant, by both clocks. */
  void clock(long nanos, long millis) {
    term.clock(nanos, millis);
  }

  /** It is now this instant. */
  void clock(long nanos) {
    term.clock(nanos);
  }

  /** The number of the next question to the placer. */
  long nextTicket() {
    return placing.nextTicket();
  }

  /** All runs: those that have ended first, then the others, each in order. */
  List<RunView> views() {
    return runs.views();
  }

  // Calls

  void submit(ControllerEvent.Submitted event) {
    Submission submission = event.submission();
    Optional<RunId> known = runs.ofRequest(submission.request());
    if (known.isEmpty()) {
      Optional<ControllerCommand.CallAnswer> refusal =
          runs.refusal(submission.request())
              .or(() -> Admission.refusal(submission, term.settings()))
              .or(() -> runs.full(submission).map(Reign::tryAgain));
      refusal.ifPresentOrElse(answer -> term.answer(event.call(), answer), () -> accept(event));
      return;
    }
    Optional<RunDrive> drive = runs.live(known.get());
    if (drive.isEmpty()) {
      term.answer(event.call(), new ControllerCommand.CallAnswer.Accepted(known.get()));
    } else if (drive.get().calls().size() >= term.settings().maxCallsPerRequest()) {
      term.answer(event.call(), tryAgain("too many callers wait for the same request"));
    } else {
      drive.get().join(event.call());
    }
  }

  private static ControllerCommand.CallAnswer tryAgain(String reason) {
    return new ControllerCommand.CallAnswer.TryAgain(reason);
  }

  private void accept(ControllerEvent.Submitted event) {
    Submission submission = event.submission();
    Optional<RunId> run = runs.freshId();
    if (run.isEmpty()) {
      term.answer(event.call(), tryAgain("no new run id was found; try again in a second"));
      return;
    }
    RunRecord record =
        RunRecord.submitted(
            run.get(),
            submission,
            submission.seed().orElseGet(term.random()::nextLong),
            term.nowMillis());
    runs.add(new RunDrive(term, nodes, runs, record, submission.file(), event.call()));
    term.tell(record, "is submitted");
    placing.next();
  }

  void stop(ControllerEvent.StopAsked event) {
    List<RunDrive> wanted =
        event.run().isEmpty() ? runs.live() : runs.live(event.run().get()).stream().toList();
    if (event.run().isPresent() && wanted.isEmpty()) {
      term.answer(
          event.call(),
          new ControllerCommand.CallAnswer.Refused(notLive(event.run().get()), List.of()));
      return;
    }
    term.answer(
        event.call(),
        new ControllerCommand.CallAnswer.Stopping(wanted.stream().map(RunDrive::run).toList()));
    wanted.forEach(drive -> drive.stop("stopped by its user"));
    placing.next();
  }

  private String notLive(RunId run) {
    return runs.ended(run)
        .map(over -> "run " + run + " is over: " + over.phase().word())
        .orElse("no run " + run + " is known; see kollaps ls");
  }

  // Answers to what was asked for

  void placed(ControllerEvent.PlacingDone done) {
    placing.done(done);
  }

  void recorded(ControllerEvent.Recorded event) {
    runs.live(event.run())
        .ifPresent(
            drive -> {
              drive.recorded(event.version());
              placing.next();
            });
  }

  void recordFailed(ControllerEvent.RecordFailed event) {
    runs.live(event.run())
        .ifPresent(
            drive -> {
              drive.recordFailed(event);
              placing.next();
            });
  }

  // Nodes

  void members(List<NodeFact> facts) {
    Set<NodeId> present = new TreeSet<>();
    for (NodeFact fact : facts) {
      present.add(fact.id());
      nodes.find(fact.id()).ifPresentOrElse(known -> learn(known, fact), () -> nodes.add(fact));
    }
    for (NodeId id : nodes.ids()) {
      if (!present.contains(id)) {
        lose(id, " left the cluster");
        nodes.remove(id);
      }
    }
    placing.next();
  }

  private void learn(KnownNode known, NodeFact fact) {
    known.learn(fact);
    if (known.reachable() && !fact.reachable()) {
      lost(fact.id());
    } else if (!known.reachable() && fact.reachable()) {
      back(fact.id());
    }
  }

  private void lose(NodeId id, String what) {
    String why = "node " + nodes.find(id).orElseThrow().fact().name() + what;
    runs.on(id).forEach(drive -> drive.lose(id, why));
  }

  void lost(NodeId id) {
    nodes
        .find(id)
        .ifPresent(
            known -> {
              known.reachable(false);
              lose(id, " is lost");
              placing.next();
            });
  }

  void back(NodeId id) {
    nodes
        .find(id)
        .filter(known -> !known.reachable())
        .ifPresent(
            known -> {
              known.reachable(true);
              nodes.ask(id);
            });
  }

  void heard(NodeReport report) {
    nodes
        .find(report.node())
        .ifPresent(
            known -> {
              heard(known, report);
              placing.next();
            });
  }

  private void heard(KnownNode known, NodeReport report) {
    switch (known.hear(term.nowNanos(), report)) {
      case NOTHING -> {}
      case BEGAN_ANEW -> {
        runs.on(report.node()).forEach(drive -> drive.beganAnew(report.node()));
        nodes.ask(report.node());
      }
      case NEWS -> {
        var _ = nodes.instruct(report.node(), new Order.Heard(report.sequence()));
        reports.read(report);
      }
    }
  }

  void tick() {
    nodes.askSilent();
    runs.live().forEach(RunDrive::tick);
    placing.next();
  }
}
