package io.kollaps.node.control.leader;

import io.kollaps.cluster.NodeId;
import io.kollaps.linux.ownership.RunId;
import io.kollaps.node.control.EndKind;
import io.kollaps.node.control.LossPolicy;
import io.kollaps.node.control.Order;
import io.kollaps.node.control.PartAddress;
import io.kollaps.node.control.PartDescription;
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

  private final Reign reign;
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

  /**
   * Why the present attempt ends.
   *
   * @param kind as the parts are told
   * @param reason for people
   */
  private record Ending(EndKind kind, String reason) {}

  /** A run that was just submitted. */
  RunDrive(Reign reign, RunRecord record, FileContent file, long call) {
    this(reign, record, Optional.of(file), new RecordWriter(), RunPhase.QUEUED);
    calls.add(call);
  }

  /** A run that another leader drove until now. */
  RunDrive(Reign reign, StoredRun stored) {
    this(
        reign,
        stored.record(),
        stored.file(),
        new RecordWriter(stored.record(), stored.version()),
        stored.record().phase());
    writer.want(record);
    takeParts();
    reserved = !parts.isEmpty();
  }

  private RunDrive(
      Reign reign,
      RunRecord record,
      Optional<FileContent> file,
      RecordWriter writer,
      RunPhase phase) {
    this.reign = reign;
    this.record = record;
    this.file = file;
    this.writer = writer;
    this.phase = phase;
    this.phaseSinceNanos = reign.nowNanos();
  }

  private void takeParts() {
    parts = new Parts(record.nodes());
    partsSinceNanos = reign.nowNanos();
    for (Parts.Entry entry : parts.entries()) {
      reign.node(entry.node().id()).filter(KnownNode::told).ifPresent(_ -> entry.assumeNothing());
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
        call ->
            reign.emit(
                new ControllerCommand.Answer(
                    call, new ControllerCommand.CallAnswer.Accepted(record.run()))));
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
    reign.emit(
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
        Optional<List<RunNode>> nodes = reign.runNodes(placed.nodes());
        if (nodes.isPresent()) {
          deploy(placed, nodes.get());
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

  private void deploy(PlacingAnswer.Placed placed, List<RunNode> nodes) {
    record =
        record.placed(
            placed.experiment(),
            nodes,
            placed.homes(),
            reign.freeVni(record.run()),
            reign.endpointMtu(placed.nodes()));
    placings = 0;
    takeParts();
    writer.want(record);
    enter(RunPhase.DEPLOYING);
    step();
  }

  /** It never begins. */
  void refuse(String reason, List<String> problems) {
    releaseReserved();
    record = record.ended(RunPhase.REFUSED, reason, reign.nowMillis(), Map.of());
    enter(RunPhase.REFUSED);
    ControllerCommand.CallAnswer.Refused answer =
        new ControllerCommand.CallAnswer.Refused(reason, problems);
    calls.forEach(call -> reign.emit(new ControllerCommand.Answer(call, answer)));
    calls.clear();
    reign.refused(this, answer);
  }

  /** It has no part, and will have none any more. */
  private void abandon(String reason) {
    releaseReserved();
    record = record.ended(RunPhase.ABORTED, reason, reign.nowMillis(), record.results());
    writer.want(record);
    enter(RunPhase.ABORTED);
    step();
  }

  private void releaseReserved() {
    if (reserved) {
      reserved = false;
      reign.emit(new ControllerCommand.Release(record.key()));
    }
  }

  private void enter(RunPhase next) {
    if (phase != next) {
      phase = next;
      phaseSinceNanos = reign.nowNanos();
      reign.tell(record.in(next), describe(next));
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
        failed.current(), failed.version(), reign.nowNanos() + reign.settings().repeatNanos());
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
    ControllerSettings settings = reign.settings();
    long inPhase = reign.nowNanos() - phaseSinceNanos;
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
      Optional<KnownNode> node = reign.node(entry.node().id());
      long since = partsSinceNanos;
      if (node.isPresent() && node.get().told() && node.get().toldNanos() - since > 0) {
        since = node.get().toldNanos();
      }
      if (reign.nowNanos() - since >= longest) {
        entry.lose("node " + entry.node().name() + " does not tell what its part does");
      }
    }
  }

  /** Goes on as far as it can. */
  void step() {
    for (int i = 0; i < MAX_STEPS; i++) {
      RunPhase before = phase;
      advance();
      writer.next(reign.nowNanos(), file).ifPresent(reign::emit);
      if (phase == before) {
        break;
      }
    }
    if (phase.ended() && phase != RunPhase.REFUSED && writer.holds(record)) {
      reign.retire(this);
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

  /**
   * Ends the attempt when a part says so. An end that another leader decided is adopted, but not
   * before all nodes have told: some may know of a graver one.
   */
  private boolean endIfItMust() {
    Optional<String> failure = parts.failure();
    if (failure.isPresent()) {
      end(EndKind.ABORTED, failure.get());
    } else if (parts.allToldOrGone()) {
      Optional<String> stopped = parts.endedBy(EndKind.STOPPED);
      Optional<String> finished = parts.endedBy(EndKind.FINISHED);
      Optional<String> loss =
          parts.endedBy(EndKind.REPLACED).or(() -> parts.loss(mayHaveStarted()));
      if (stopped.isPresent()) {
        end(EndKind.STOPPED, stopped.get());
      } else if (finished.isPresent()) {
        end(EndKind.FINISHED, finished.get());
      } else {
        loss.ifPresent(this::endByLoss);
      }
    }
    return phase == RunPhase.ENDING;
  }

  private boolean mayHaveStarted() {
    return record.phase() == RunPhase.STARTING || record.phase() == RunPhase.RUNNING;
  }

  private void endByLoss(String why) {
    boolean again =
        record.policy() == LossPolicy.REPLACE
            && record.attempt() < reign.settings().maxAttempts()
            && file.isPresent();
    end(again ? EndKind.REPLACED : EndKind.ABORTED, why);
  }

  /** Ends all parts, everywhere, at once. */
  private void end(EndKind kind, String reason) {
    ending = new Ending(kind, reason);
    enter(RunPhase.ENDING);
    orderEnd();
  }

  private void goOn() {
    switch (phase) {
      case DEPLOYING -> {
        if (parts.allPrepared()) {
          enter(RunPhase.LINKING);
        } else if (writer.holds(record)) {
          orderDeploy();
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
          parts.addresses().ifPresent(this::orderLink);
        }
      }
      case STARTING -> {
        if (parts.allRunning()) {
          record = record.started(reign.nowMillis());
          writer.want(record);
          enter(RunPhase.RUNNING);
        } else if (writer.holds(record)) {
          orderBegin();
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

  private void orderDeploy() {
    for (int index = 0; index < record.nodes().size(); index++) {
      Parts.Entry entry = parts.entries().get(index);
      if (entry.state().isEmpty()) {
        order(
            entry,
            new Order.Deploy(
                record.key(),
                new PartDescription(
                    record.fileName(),
                    file.orElseThrow(),
                    record.seed(),
                    record.fabric(),
                    record.vni(),
                    record.endpointMtu(),
                    record.nodes(),
                    record.homes(),
                    index)));
      }
    }
  }

  private void orderLink(List<PartAddress> addresses) {
    for (Parts.Entry entry : parts.entries()) {
      if (entry.state().orElse(null) instanceof PartState.Prepared) {
        order(entry, new Order.Link(record.key(), addresses));
      }
    }
  }

  /**
   * Has all parts agree on this leader's clock; also those that another leader told to agree,
   * unless some part knows its start already. Who takes part in this leader's agreement does not
   * begin again.
   */
  private void orderBegin() {
    if (parts.anyAgreed()) {
      return;
    }
    for (Parts.Entry entry : parts.entries()) {
      PartState state = entry.state().orElse(null);
      if (state instanceof PartState.Ready || state instanceof PartState.Agreeing) {
        order(entry, new Order.BeginAgreement(record.key(), reign.self()));
      }
    }
  }

  private void orderEnd() {
    Ending why = ending;
    if (why == null) {
      return;
    }
    for (Parts.Entry entry : parts.entries()) {
      if (!entry.down()) {
        order(entry, new Order.End(record.key(), why.kind(), why.reason()));
      }
    }
  }

  private void order(Parts.Entry entry, Order order) {
    if (entry.due(order.getClass(), reign.nowNanos(), reign.settings().repeatNanos())) {
      reign
          .instruct(entry.node().id(), order)
          .ifPresent(sequence -> entry.ordered(order.getClass(), reign.nowNanos(), sequence));
    }
  }

  private void takeDown() {
    Ending why = ending;
    if (why == null) {
      return;
    }
    if (!parts.allDown()) {
      orderEnd();
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
    record = record.ended(end, String.join("; ", texts), reign.nowMillis(), parts.results(reasons));
    writer.want(record);
    enter(end);
  }

  /** Forgets the calls: this node leads no more. */
  void disperse(String reason) {
    calls.forEach(
        call ->
            reign.emit(
                new ControllerCommand.Answer(
                    call, new ControllerCommand.CallAnswer.TryAgain(reason))));
    calls.clear();
  }
}
