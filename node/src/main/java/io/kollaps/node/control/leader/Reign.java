package io.kollaps.node.control.leader;

import io.kollaps.cluster.NodeId;
import io.kollaps.linux.ownership.RunId;
import io.kollaps.node.control.EndKind;
import io.kollaps.node.control.NodeReport;
import io.kollaps.node.control.Order;
import io.kollaps.node.control.PartKey;
import io.kollaps.node.control.PartReport;
import io.kollaps.node.control.PartState;
import io.kollaps.node.control.RunNode;
import io.kollaps.node.control.RunPhase;
import io.kollaps.node.control.RunRecord;
import io.kollaps.node.control.Submission;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Everything that a leader knows and does in one term. */
final class Reign {
  /**
   * What the addresses of a packet between nodes take, with VXLAN and the inner Ethernet header.
   */
  private static final int OVERLAY_BYTES_IPV4 = 20 + 8 + 8 + 14;

  private static final int OVERLAY_BYTES_IPV6 = 40 + 8 + 8 + 14;
  private static final int ETHERNET_MTU = 1500;
  private static final int SMALLEST_MTU = 576;

  /** Network identifiers have 24 bits (RFC 7348); 0 is left out. */
  private static final int LAST_VNI = 0xffffff;

  private static final int ID_TRIES = 100;
  private static final long MILLI = 1_000_000L;

  private final ControllerSettings settings;
  private final RandomGenerator random;
  private final NodeId self;
  private final long term;
  private final long firstTicket;
  private final Map<NodeId, KnownNode> nodes = new TreeMap<>();
  private final Map<RunId, RunDrive> live = new LinkedHashMap<>();
  private final Map<RunId, RunRecord> ended = new LinkedHashMap<>();
  private final Map<String, RunId> requests = new HashMap<>();
  private final RefusedRequests refusedRequests;
  private final List<ControllerCommand> commands = new ArrayList<>();
  private long nowNanos;
  private long nowMillis;
  private long millisAtNanos;
  private long nextTicket;
  private long placingTicket;
  private @Nullable RunDrive placing;

  Reign(
      ControllerSettings settings,
      RandomGenerator random,
      NodeId self,
      ControllerEvent.Led led,
      long firstTicket,
      RefusedRequests refusedRequests) {
    this.settings = settings;
    this.random = random;
    this.self = self;
    this.term = led.term();
    this.firstTicket = firstTicket;
    this.nextTicket = firstTicket;
    this.refusedRequests = refusedRequests;
    clock(led.nowNanos(), led.nowMillis());
  }

  /** Takes over what is on record. */
  void begin(ControllerEvent.Led led) {
    emit(new ControllerCommand.ReleaseAll());
    members(led.members());
    led.runs().stream()
        .filter(stored -> stored.record().phase().ended())
        .map(StoredRun::record)
        .sorted(
            Comparator.comparingLong((RunRecord r) -> r.times().endedAtMillis().orElse(0))
                .thenComparing(RunRecord::run))
        .forEach(record -> ended.put(record.run(), record));
    led.runs().stream()
        .filter(stored -> !stored.record().phase().ended())
        .sorted(
            Comparator.comparingLong(
                    (StoredRun stored) -> stored.record().times().submittedAtMillis())
                .thenComparing(stored -> stored.record().run()))
        .forEach(stored -> live.put(stored.record().run(), new RunDrive(this, stored)));
    ended.values().forEach(record -> requests.put(record.request(), record.run()));
    live.values().forEach(drive -> requests.put(drive.request(), drive.run()));
    led.files().stream()
        .filter(run -> !live.containsKey(run))
        .sorted()
        .forEach(run -> emit(new ControllerCommand.DropFile(run)));
    for (RunDrive drive : List.copyOf(live.values())) {
      if (!drive.record().nodes().isEmpty() && drive.file().isPresent()) {
        emit(new ControllerCommand.Reserve(drive.record(), drive.file().get()));
      }
      for (RunNode node : drive.record().nodes()) {
        if (node(node.id()).filter(KnownNode::reachable).isEmpty()) {
          drive.lose(node.id(), "node " + node.name() + " is lost");
        }
      }
      if (drive.file().isEmpty()) {
        drive.endWithoutFile();
      }
      drive.step();
    }
    keepBounded();
    placeNext();
  }

  /** Ends: another one leads now, or nobody. */
  void end(String reason) {
    live.values().forEach(drive -> drive.disperse(reason));
    emit(new ControllerCommand.ReleaseAll());
  }

  /** What is to be done since the last time. */
  List<ControllerCommand> drain() {
    List<ControllerCommand> result = List.copyOf(commands);
    commands.clear();
    return result;
  }

  void clock(long nanos, long millis) {
    nowNanos = nanos;
    nowMillis = millis;
    millisAtNanos = nanos;
  }

  void clock(long nanos) {
    nowNanos = nanos;
  }

  long nowNanos() {
    return nowNanos;
  }

  long nowMillis() {
    return nowMillis + (nowNanos - millisAtNanos) / MILLI;
  }

  NodeId self() {
    return self;
  }

  long nextTicket() {
    return nextTicket;
  }

  ControllerSettings settings() {
    return settings;
  }

  Optional<KnownNode> node(NodeId id) {
    return Optional.ofNullable(nodes.get(id));
  }

  void emit(ControllerCommand command) {
    commands.add(command);
  }

  void tell(RunRecord record, String text) {
    emit(
        new ControllerCommand.Tell(
            new ControllerCommand.Happening(
                record.run(), record.attempt(), record.phase(), record.policy(), text)));
  }

  /** Instructs a node; the number of the instruction, empty for one that is no member. */
  Optional<Long> instruct(NodeId node, Order order) {
    KnownNode known = nodes.get(node);
    if (known == null) {
      return Optional.empty();
    }
    var instruction = known.instruction(nowNanos, order);
    emit(new ControllerCommand.Instruct(node, instruction));
    return Optional.of(instruction.sequence());
  }

  /** The nodes of a placement; empty when one is not there any more. */
  Optional<List<RunNode>> runNodes(List<NodeId> ids) {
    List<RunNode> result = new ArrayList<>();
    for (NodeId id : ids) {
      KnownNode known = nodes.get(id);
      if (known == null || !known.reachable()) {
        return Optional.empty();
      }
      result.add(new RunNode(id, known.fact().name(), known.fact().host()));
    }
    return Optional.of(result);
  }

  /**
   * Largest packet of an endpoint that its nodes' networks carry whole, with what is put around.
   */
  int endpointMtu(List<NodeId> ids) {
    if (ids.size() < 2) {
      return ETHERNET_MTU;
    }
    int smallest = ETHERNET_MTU;
    for (NodeId id : ids) {
      KnownNode known = nodes.get(id);
      if (known != null && known.fact().mtuBytes() > 0) {
        boolean ipv6 = known.fact().host().indexOf(':') >= 0;
        int around = ipv6 ? OVERLAY_BYTES_IPV6 : OVERLAY_BYTES_IPV4;
        smallest = Math.min(smallest, known.fact().mtuBytes() - around);
      }
    }
    return Math.max(SMALLEST_MTU, smallest);
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

  /** All runs: those that have ended first, then the others, each in order. */
  List<RunView> views() {
    List<RunView> views = new ArrayList<>();
    ended.values().forEach(record -> views.add(new RunView(record, Map.of())));
    live.values().forEach(drive -> views.add(drive.view()));
    return views;
  }

  // Calls

  void submit(ControllerEvent.Submitted event) {
    Submission submission = event.submission();
    RunId known = requests.get(submission.request());
    RunDrive drive = known == null ? null : live.get(known);
    if (drive != null) {
      if (drive.calls().size() >= settings.maxCallsPerRequest()) {
        answer(event.call(), tryAgain("too many callers wait for the same request"));
      } else {
        drive.join(event.call());
      }
    } else if (known != null) {
      answer(event.call(), new ControllerCommand.CallAnswer.Accepted(known));
    } else {
      Optional<ControllerCommand.CallAnswer> before =
          refusedRequests
              .find(submission.request())
              .or(() -> Admission.refusal(submission, settings))
              .or(() -> full(submission));
      if (before.isPresent()) {
        answer(event.call(), before.get());
      } else {
        accept(event);
      }
    }
  }

  private Optional<ControllerCommand.CallAnswer> full(Submission submission) {
    List<RunDrive> waiting =
        live.values().stream().filter(drive -> !drive.phase().hasParts()).toList();
    long bytes = waiting.stream().mapToLong(RunDrive::fileBytes).sum();
    if (live.size() >= settings.maxLiveRuns()) {
      return Optional.of(
          tryAgain(
              "the cluster has "
                  + live.size()
                  + " runs, more it does not take at a time; wait until one has ended"));
    }
    return waiting.size() >= settings.maxWaiting()
            || bytes + submission.file().size() > settings.maxWaitingBytes()
        ? Optional.of(
            tryAgain(waiting.size() + " submissions wait to be placed; try again in some seconds"))
        : Optional.empty();
  }

  private static ControllerCommand.CallAnswer tryAgain(String reason) {
    return new ControllerCommand.CallAnswer.TryAgain(reason);
  }

  private void accept(ControllerEvent.Submitted event) {
    Submission submission = event.submission();
    Optional<RunId> run = freshId();
    if (run.isEmpty()) {
      answer(event.call(), tryAgain("no new run id was found; try again in a second"));
      return;
    }
    RunRecord record =
        RunRecord.submitted(
            run.get(), submission, submission.seed().orElseGet(random::nextLong), nowMillis());
    RunDrive drive = new RunDrive(this, record, submission.file(), event.call());
    live.put(record.run(), drive);
    requests.put(record.request(), record.run());
    tell(record, "is submitted");
    placeNext();
  }

  private Optional<RunId> freshId() {
    for (int i = 0; i < ID_TRIES; i++) {
      RunId run = RunId.of(Instant.ofEpochMilli(nowMillis()), random);
      if (!live.containsKey(run) && !ended.containsKey(run)) {
        return Optional.of(run);
      }
    }
    return Optional.empty();
  }

  private void answer(long call, ControllerCommand.CallAnswer answer) {
    emit(new ControllerCommand.Answer(call, answer));
  }

  void stop(ControllerEvent.StopAsked event) {
    List<RunDrive> wanted =
        live.values().stream()
            .filter(drive -> event.run().isEmpty() || drive.run().equals(event.run().get()))
            .toList();
    if (event.run().isPresent() && wanted.isEmpty()) {
      RunRecord over = ended.get(event.run().get());
      answer(
          event.call(),
          new ControllerCommand.CallAnswer.Refused(
              over == null
                  ? "no run " + event.run().get() + " is known; see kollaps ls"
                  : "run " + over.run() + " is over: " + over.phase().word(),
              List.of()));
      return;
    }
    answer(
        event.call(),
        new ControllerCommand.CallAnswer.Stopping(wanted.stream().map(RunDrive::run).toList()));
    wanted.forEach(drive -> drive.stop("stopped by its user"));
    placeNext();
  }

  // Placing

  /** Gives the placer the next run, when it has none. */
  void placeNext() {
    if (placing != null) {
      return;
    }
    Optional<RunDrive> next =
        live.values().stream()
            .filter(RunDrive::wantsPlace)
            .min(Comparator.comparing(drive -> drive.record().attempt() == 1));
    if (next.isPresent()) {
      placing = next.get();
      placingTicket = nextTicket++;
      next.get().place(placingTicket);
    }
  }

  void placed(ControllerEvent.PlacingDone done) {
    if (done.ticket() < firstTicket) {
      return;
    }
    RunDrive drive = placing;
    boolean current = done.ticket() == placingTicket;
    if (current) {
      placing = null;
    }
    if (drive != null && current && drive.phase() == RunPhase.PLACING) {
      drive.placed(done.answer());
    } else if (done.answer() instanceof PlacingAnswer.Placed) {
      // Nobody wants it any more.
      emit(new ControllerCommand.Release(done.key()));
    }
    placeNext();
  }

  // Records

  void recorded(ControllerEvent.Recorded event) {
    RunDrive drive = live.get(event.run());
    if (drive != null) {
      drive.recorded(event.version());
      placeNext();
    }
  }

  void recordFailed(ControllerEvent.RecordFailed event) {
    RunDrive drive = live.get(event.run());
    if (drive != null) {
      drive.recordFailed(event);
      placeNext();
    }
  }

  /** A run was refused: nothing of it is kept but the answer, for a while. */
  void refused(RunDrive drive, ControllerCommand.CallAnswer.Refused answer) {
    forgetPlacing(drive);
    live.remove(drive.run());
    requests.remove(drive.request());
    refusedRequests.keep(drive.request(), answer);
  }

  private void forgetPlacing(RunDrive drive) {
    if (drive.equals(placing)) {
      placing = null;
    }
  }

  /** The end of a run is on record. */
  void retire(RunDrive drive) {
    if (live.remove(drive.run()) == null) {
      return;
    }
    forgetPlacing(drive);
    ended.put(drive.run(), drive.record());
    emit(new ControllerCommand.DropFile(drive.run()));
    for (RunNode node : drive.record().nodes()) {
      instruct(node.id(), new Order.Forget(List.of(drive.key())));
    }
    keepBounded();
  }

  private void keepBounded() {
    while (ended.size() > settings.maxEndedRecords()) {
      RunRecord oldest = ended.values().iterator().next();
      ended.remove(oldest.run());
      requests.remove(oldest.request());
      emit(new ControllerCommand.DropRecord(oldest.run()));
    }
  }

  // Nodes

  void members(List<NodeFact> facts) {
    Set<NodeId> present = new TreeSet<>();
    for (NodeFact fact : facts) {
      present.add(fact.id());
      KnownNode known = nodes.get(fact.id());
      if (known == null) {
        nodes.put(fact.id(), new KnownNode(self, term, fact));
        ask(fact.id());
      } else {
        known.learn(fact);
        if (known.reachable() && !fact.reachable()) {
          lost(fact.id());
        } else if (!known.reachable() && fact.reachable()) {
          back(fact.id());
        }
      }
    }
    for (Map.Entry<NodeId, KnownNode> entry : List.copyOf(nodes.entrySet())) {
      NodeId gone = entry.getKey();
      if (!present.contains(gone)) {
        String why = "node " + entry.getValue().fact().name() + " left the cluster";
        drivesOn(gone).forEach(drive -> drive.lose(gone, why));
        nodes.remove(gone);
      }
    }
    placeNext();
  }

  void lost(NodeId node) {
    KnownNode known = nodes.get(node);
    if (known != null) {
      known.reachable(false);
      String why = "node " + known.fact().name() + " is lost";
      drivesOn(node).forEach(drive -> drive.lose(node, why));
      placeNext();
    }
  }

  void back(NodeId node) {
    KnownNode known = nodes.get(node);
    if (known != null && !known.reachable()) {
      known.reachable(true);
      ask(node);
    }
  }

  private List<RunDrive> drivesOn(NodeId node) {
    return live.values().stream().filter(drive -> drive.expects(node)).toList();
  }

  private void ask(NodeId node) {
    if (node(node).filter(KnownNode::reachable).isPresent()) {
      var _ = instruct(node, new Order.Ask());
    }
  }

  void heard(NodeReport report) {
    KnownNode known = nodes.get(report.node());
    if (known == null) {
      return;
    }
    switch (known.hear(nowNanos, report)) {
      case NOTHING -> {}
      case BEGAN_ANEW -> {
        drivesOn(report.node()).forEach(drive -> drive.beganAnew(report.node()));
        ask(report.node());
      }
      case NEWS -> {
        var _ = instruct(report.node(), new Order.Heard(report.sequence()));
        compare(report);
      }
    }
    placeNext();
  }

  /** What the node has, beside what it should have. */
  private void compare(NodeReport report) {
    Map<PartKey, PartState> has = new TreeMap<>();
    report.parts().forEach(part -> has.put(part.key(), part.state()));
    Set<PartKey> expected = new TreeSet<>();
    for (RunDrive drive : drivesOn(report.node())) {
      PartKey key = drive.key();
      expected.add(key);
      drive.hear(report.node(), Optional.ofNullable(has.get(key)), report.heardSequence());
    }
    List<PartKey> forget = new ArrayList<>();
    for (PartReport part : report.parts()) {
      if (!expected.contains(part.key())) {
        if (part.state() instanceof PartState.Ended) {
          if (!ofLiveAttempt(part.key())) {
            forget.add(part.key());
          }
        } else if (!(part.state() instanceof PartState.Ending)) {
          var _ = instruct(report.node(), new Order.End(part.key(), stray(part.key()), why(part)));
        }
      }
    }
    if (!forget.isEmpty()) {
      var _ = instruct(report.node(), new Order.Forget(forget));
    }
  }

  /** Whether the run's end is not on record yet: until then nodes must know how its parts ended. */
  private boolean ofLiveAttempt(PartKey key) {
    RunDrive drive = live.get(key.run());
    return drive != null && drive.key().equals(key);
  }

  private EndKind stray(PartKey key) {
    RunDrive drive = live.get(key.run());
    if (drive == null) {
      return EndKind.ABORTED;
    }
    return drive.key().equals(key) ? drive.ending().orElse(EndKind.ABORTED) : EndKind.REPLACED;
  }

  private String why(PartReport part) {
    PartKey key = part.key();
    RunRecord over = ended.get(key.run());
    if (over != null) {
      return "the run is over: " + over.phase().word() + ", " + over.reason();
    }
    return live.containsKey(key.run())
        ? "the run goes on without this part"
        : "the cluster knows no such run";
  }

  void tick() {
    for (Map.Entry<NodeId, KnownNode> node : nodes.entrySet()) {
      if (node.getValue().toBeAsked(nowNanos, settings.repeatNanos())) {
        ask(node.getKey());
      }
    }
    List.copyOf(live.values()).forEach(RunDrive::tick);
    placeNext();
  }
}
