package io.kollaps.node.control.leader;

import io.kollaps.cluster.NodeId;
import io.kollaps.linux.ownership.RunId;
import io.kollaps.node.control.EndKind;
import io.kollaps.node.control.LossPolicy;
import io.kollaps.node.control.PartKey;
import io.kollaps.node.control.PartState;
import io.kollaps.node.control.RunNode;
import io.kollaps.node.control.RunPhase;
import io.kollaps.node.control.RunRecord;
import io.kollaps.node.load.FileContent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One run that has not ended, on the leader. It looks at what its nodes last said and wants the
 * next thing of them, again and again: nothing depends on a single message.
 */
final class RunDrive {
  /** Steps that one event may cause: there are fewer phases. */
  private static final int MAX_STEPS = 16;

  /** Times that nodes may be lost between a placement and its deployment. */
  private static final int MAX_PLACINGS = 3;

  private static final int MAX_RESULT_BYTES = 200_000;
  private static final int MAX_REASON_BYTES = 1200;

  private final Term term;
  private final KnownNodes nodes;
  private final RunRegister runs;
  private final PartOrders orders;
  private final Optional<FileContent> file;
  private final List<Long> calls = new ArrayList<>();
  private final RecordWriter writer;
  private RunRecord record;
  private RunPhase phase;
  private long phaseSinceNanos;
  private Parts parts = new Parts(List.of());
  private long partsSinceNanos;
  private @Nullable Ending ending;
  private boolean reserved;
  private int placings;

  /** A run that was just submitted. */
  RunDrive(
      Term term,
      KnownNodes nodes,
      RunRegister runs,
      RunRecord record,
      FileContent file,
      long call) {
    this(term, nodes, runs, record, Optional.of(file), new RecordWriter());
    calls.add(call);
  }

  /** A run that another leader drove until now. */
  RunDrive(Term term, KnownNodes nodes, RunRegister runs, StoredRun stored) {
    this(
        term,
        nodes,
        runs,
        stored.record(),
        stored.file(),
        new RecordWriter(stored.record(), stored.version()));
    writer.want(record);
    takeParts();
    reserved = !parts.isEmpty();
  }

  private RunDrive(
      Term term,
      KnownNodes nodes,
      RunRegister runs,
      RunRecord record,
      Optional<FileContent> file,
      RecordWriter writer) {
    this.term = term;
    this.nodes = nodes;
    this.runs = runs;
    this.orders = new PartOrders(term, nodes);
    this.record = record;
    this.file = file;
    this.writer = writer;
    this.phase = record.phase();
    this.phaseSinceNanos = term.nowNanos();
  }

  private void takeParts() {
    parts = new Parts(record.nodes());
    partsSinceNanos = term.nowNanos();
    for (Parts.Entry entry : parts.entries()) {
      nodes.find(entry.node().id()).filter(KnownNode::told).ifPresent(_ -> entry.assumeNothing());
    }
  }

  RunId run() {
    return record.run();
  }

  PartKey key() {
    return record.key();
  }

  RunPhase phase() {
    return phase;
  }

  Optional<FileContent> file() {
    return file;
  }

  int fileBytes() {
    return file.map(FileContent::size).orElse(0);
  }

  String request() {
    return record.request();
  }

  /** What is known, with the phase of now, and why it ends as soon as that is decided. */
  RunView view() {
    RunRecord now = record.in(phase);
    Ending why = ending;
    if (phase == RunPhase.ENDING && why != null) {
      now = now.because(why.reason());
    }
    return new RunView(now, parts.states());
  }

  /** The record as it is, or is to be, stored. */
  RunRecord record() {
    return record;
  }

  /** Without its file nothing can be placed or deployed any more; what runs goes on. */
  void endWithoutFile() {
    String reason = "its file is not in the cluster's state; submit it again";
    if (phase == RunPhase.DEPLOYING) {
      end(EndKind.ABORTED, reason);
    } else if (phase == RunPhase.PLACING) {
      abandon(reason);
    }
  }

  /** Calls that wait for an answer. */
  List<Long> calls() {
    return calls;
  }

  /** Another call for the same request; answered at once when the run is on record. */
  void join(long call) {
    calls.add(call);
    if (writer.stored().isPresent()) {
      answerCalls();
    }
  }

  private void answerCalls() {
    calls.forEach(
        call -> term.answer(call, new ControllerCommand.CallAnswer.Accepted(record.run())));
    calls.clear();
  }

  /** Whether the placer may be asked. */
  boolean wantsPlace() {
    return phase == RunPhase.QUEUED
        || (phase == RunPhase.PLACING && record.attempt() > 1 && writer.holds(record));
  }

  /** Asks the placer. */
  void place(long ticket) {
    enter(RunPhase.PLACING);
    placings++;
    term.emit(
        new ControllerCommand.Place(
            ticket,
            record.key(),
            record.fileName(),
            file.orElseThrow(),
            record.seed(),
            record.fabric(),
            record.pins()));
  }

  /** The placer has answered. */
  void placed(PlacingAnswer answer) {
    switch (answer) {
      case PlacingAnswer.Refused refused -> {
        if (record.attempt() == 1) {
          refuse(refused.reason(), refused.problems());
        } else {
          abandon(record.reason() + "; it could not be placed again: " + refused.reason());
        }
      }
      case PlacingAnswer.Placed placed -> {
        reserved = true;
        Optional<List<RunNode>> homes = nodes.runNodes(placed.nodes());
        if (homes.isPresent()) {
          deploy(placed, homes.get());
        } else {
          releaseReserved();
          placeOnceMore();
        }
      }
    }
  }

  private void placeOnceMore() {
    if (placings < MAX_PLACINGS) {
      enter(record.attempt() == 1 ? RunPhase.QUEUED : RunPhase.PLACING);
    } else if (record.attempt() == 1) {
      refuse("nodes were lost each time that it was placed; submit it again", List.of());
    } else {
      abandon(record.reason() + "; nodes were lost each time that it was placed again");
    }
  }

  private void deploy(PlacingAnswer.Placed placed, List<RunNode> homes) {
    record =
        record.placed(
            placed.experiment(),
            homes,
            placed.homes(),
            runs.freeVni(record.run()),
            nodes.endpointMtu(placed.nodes()));
    placings = 0;
    takeParts();
    writer.want(record);
    enter(RunPhase.DEPLOYING);
    step();
  }

  /** It never begins. */
  void refuse(String reason, List<String> problems) {
    releaseReserved();
    record = record.ended(RunPhase.REFUSED, reason, term.nowMillis(), Map.of());
    enter(RunPhase.REFUSED);
    ControllerCommand.CallAnswer.Refused answer =
        new ControllerCommand.CallAnswer.Refused(reason, problems);
    calls.forEach(call -> term.answer(call, answer));
    calls.clear();
    runs.refuse(this, answer);
  }

  /** It has no part, and will have none any more. */
  private void abandon(String reason) {
    releaseReserved();
    record = record.ended(RunPhase.ABORTED, reason, term.nowMillis(), record.results());
    writer.want(record);
    enter(RunPhase.ABORTED);
    step();
  }

  private void releaseReserved() {
    if (reserved) {
      reserved = false;
      term.emit(new ControllerCommand.Release(record.key()));
    }
  }

  private void enter(RunPhase next) {
    if (phase != next) {
      phase = next;
      phaseSinceNanos = term.nowNanos();
      term.tell(record.in(next), describe(next));
    }
  }

  private String describe(RunPhase next) {
    return switch (next) {
      case QUEUED -> "waits to be placed";
      case PLACING -> "is placed";
      case DEPLOYING -> "is deployed on " + names();
      case LINKING -> "all parts are made";
      case STARTING -> "all parts are ready";
      case RUNNING -> "runs on " + names();
      case ENDING -> "ends: " + (ending == null ? record.reason() : ending.reason());
      case FINISHED, ABORTED, REFUSED -> next.word() + ": " + record.reason();
    };
  }

  private String names() {
    return String.join(", ", record.nodes().stream().map(RunNode::name).toList());
  }

  /** Its user wants no more of it. */
  void stop(String reason) {
    switch (phase) {
      case QUEUED -> refuse(reason, List.of());
      case PLACING -> {
        if (record.attempt() == 1) {
          refuse(reason, List.of());
        } else {
          abandon(reason);
        }
      }
      case DEPLOYING, LINKING, STARTING, RUNNING -> end(EndKind.STOPPED, reason);
      case ENDING -> {
        if (ending != null && ending.kind() == EndKind.REPLACED) {
          ending = new Ending(EndKind.STOPPED, reason);
        }
      }
      case FINISHED, ABORTED, REFUSED -> {}
    }
  }

  /** A record is safe. */
  void recorded(long version) {
    writer.recorded(version);
    afterWriting();
  }

  /** A record is not known to be safe. */
  void recordFailed(ControllerEvent.RecordFailed failed) {
    writer.failed(
        failed.current(), failed.version(), term.nowNanos() + term.settings().repeatNanos());
    boolean ends = phase == RunPhase.DEPLOYING && record.attempt() == 1;
    if (failed.refused() && failed.current().isEmpty() && ends) {
      refuse("it cannot be kept in the cluster's state: " + failed.why(), List.of());
      return;
    }
    if (failed.current().filter(r -> r.phase().ended()).isPresent()) {
      record = failed.current().get();
      writer.want(record);
      releaseReserved();
      enter(record.phase());
    }
    afterWriting();
  }

  private void afterWriting() {
    if (writer.stored().isPresent() && !calls.isEmpty()) {
      answerCalls();
    }
    step();
  }

  /** A node told what it has; newer than anything before. */
  void hear(NodeId node, Optional<PartState> state, long heardSequence) {
    parts.find(node).filter(entry -> !entry.gone()).ifPresent(e -> e.hear(state, heardSequence));
    step();
  }

  /** Whether what a node says of the present attempt is of interest. */
  boolean expects(NodeId node) {
    return !phase.ended() && parts.find(node).filter(entry -> !entry.gone()).isPresent();
  }

  /** How the present attempt is being ended. */
  Optional<EndKind> ending() {
    return ending == null ? Optional.empty() : Optional.of(ending.kind());
  }

  /** A node is lost. */
  void lose(NodeId node, String why) {
    parts.find(node).ifPresent(entry -> entry.lose(why));
    step();
  }

  /** A node's daemon began anew. */
  void beganAnew(NodeId node) {
    parts.find(node).ifPresent(entry -> entry.beganAnew(phase == RunPhase.DEPLOYING));
    step();
  }

  /** Time has passed. */
  void tick() {
    ControllerSettings settings = term.settings();
    long inPhase = term.nowNanos() - phaseSinceNanos;
    switch (phase) {
      case QUEUED, PLACING -> {
        if (inPhase >= settings.placeWaitNanos()) {
          String reason = "it was not placed in time: too much else is to be placed; try again";
          if (record.attempt() == 1) {
            refuse(reason, List.of());
          } else {
            abandon(record.reason() + "; " + reason);
          }
        }
      }
      case DEPLOYING -> overdue(inPhase, settings.prepareWaitNanos(), "to be made");
      case LINKING -> overdue(inPhase, settings.linkWaitNanos(), "to reach each other");
      case STARTING -> overdue(inPhase, settings.agreementWaitNanos(), "to agree on the start");
      case ENDING -> {
        if (inPhase >= settings.endWaitNanos()) {
          parts.entries().stream()
              .filter(entry -> !entry.down())
              .forEach(
                  e -> e.lose("node " + e.node().name() + " did not confirm that its part ended"));
        }
      }
      case RUNNING, FINISHED, ABORTED, REFUSED -> {}
    }
    loseSilent(settings.silenceWaitNanos());
    step();
  }

  private void overdue(long inPhase, long longest, String what) {
    if (inPhase >= longest) {
      List<String> late =
          parts.entries().stream()
              .map(
                  entry ->
                      entry.node().name()
                          + " ("
                          + entry.state().map(RunDrive::word).orElse("nothing")
                          + ")")
              .toList();
      end(
          EndKind.ABORTED,
          "its parts took longer than "
              + longest / 1_000_000_000L
              + " s "
              + what
              + "; they are at "
              + String.join(", ", late)
              + "; see the nodes' logs");
    }
  }

  private static String word(PartState state) {
    return state.getClass().getSimpleName();
  }

  /** Nodes that are not given up but say nothing. */
  private void loseSilent(long longest) {
    for (Parts.Entry entry : parts.entries()) {
      if (entry.gone() || entry.down()) {
        continue;
      }
      Optional<KnownNode> node = nodes.find(entry.node().id());
      long since = partsSinceNanos;
      if (node.isPresent() && node.get().told() && node.get().toldNanos() - since > 0) {
        since = node.get().toldNanos();
      }
      if (term.nowNanos() - since >= longest) {
        entry.lose("node " + entry.node().name() + " does not tell what its part does");
      }
    }
  }

  /** Goes on as far as it can. */
  void step() {
    for (int i = 0; i < MAX_STEPS; i++) {
      RunPhase before = phase;
      advance();
      writer.next(term.nowNanos(), file).ifPresent(term::emit);
      if (phase == before) {
        break;
      }
    }
    if (phase.ended() && phase != RunPhase.REFUSED && writer.holds(record)) {
      runs.retire(this);
    }
  }

  private void advance() {
    switch (phase) {
      case QUEUED, PLACING, FINISHED, ABORTED, REFUSED -> {}
      case ENDING -> takeDown();
      case DEPLOYING, LINKING, STARTING, RUNNING -> {
        if (!endIfItMust() && writer.stored().isPresent() && parts.allTold()) {
          goOn();
        }
      }
    }
  }

  private boolean endIfItMust() {
    boolean mayHaveStarted =
        record.phase() == RunPhase.STARTING || record.phase() == RunPhase.RUNNING;
    Ending.of(parts, mayHaveStarted, mayReplace()).ifPresent(this::end);
    return phase == RunPhase.ENDING;
  }

  private boolean mayReplace() {
    return record.policy() == LossPolicy.REPLACE
        && record.attempt() < term.settings().maxAttempts()
        && file.isPresent();
  }

  private void end(EndKind kind, String reason) {
    end(new Ending(kind, reason));
  }

  /** Ends all parts, everywhere, at once. */
  private void end(Ending why) {
    ending = why;
    enter(RunPhase.ENDING);
    orders.end(parts, record, why);
  }

  private void goOn() {
    switch (phase) {
      case DEPLOYING -> {
        if (parts.allPrepared()) {
          enter(RunPhase.LINKING);
        } else if (writer.holds(record)) {
          orders.deploy(parts, record, file.orElseThrow());
        }
      }
      case LINKING -> {
        if (parts.allReady()) {
          // On record before anything can start: an attempt that may have started, and lost its
          // parts, is not deployed a second time.
          record = record.in(RunPhase.STARTING);
          writer.want(record);
          enter(RunPhase.STARTING);
        } else {
          parts.addresses().ifPresent(addresses -> orders.link(parts, record, addresses));
        }
      }
      case STARTING -> {
        if (parts.allRunning()) {
          record = record.started(term.nowMillis());
          writer.want(record);
          enter(RunPhase.RUNNING);
        } else if (writer.holds(record)) {
          orders.begin(parts, record);
        }
      }
      case RUNNING -> {
        if (parts.allIdle()) {
          end(EndKind.FINISHED, "all programs have ended");
        }
      }
      default -> {}
    }
  }

  private void takeDown() {
    Ending why = ending;
    if (why == null) {
      return;
    }
    if (!parts.allDown()) {
      orders.end(parts, record, why);
      return;
    }
    releaseReserved();
    if (why.kind() == EndKind.REPLACED) {
      record = record.again(why.reason());
      parts = new Parts(List.of());
      ending = null;
      writer.want(record);
      enter(RunPhase.PLACING);
    } else {
      conclude(why);
    }
  }

  private void conclude(Ending why) {
    RunPhase end = why.kind() == EndKind.FINISHED ? RunPhase.FINISHED : RunPhase.ABORTED;
    List<String> texts = new ArrayList<>(List.of(why.reason()));
    parts.unconfirmed().stream().filter(text -> !text.equals(why.reason())).forEach(texts::add);
    int reasons = MAX_RESULT_BYTES / MAX_REASON_BYTES / Math.max(1, record.nodes().size());
    record = record.ended(end, String.join("; ", texts), term.nowMillis(), parts.results(reasons));
    writer.want(record);
    enter(end);
  }

  /** Forgets the calls: this node leads no more. */
  void disperse(String reason) {
    calls.forEach(call -> term.answer(call, new ControllerCommand.CallAnswer.TryAgain(reason)));
    calls.clear();
  }
}
