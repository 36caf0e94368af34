package io.kollaps.cluster.join;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.capacity.CapacityMap;
import io.kollaps.cluster.capacity.CapacityMapper;
import io.kollaps.cluster.capacity.ExpectedCapacities;
import io.kollaps.cluster.capacity.Hints;
import io.kollaps.cluster.capacity.JoinCommand;
import io.kollaps.cluster.capacity.JoinEvent;
import io.kollaps.cluster.capacity.JoinSettings;
import io.kollaps.cluster.capacity.Level;
import io.kollaps.cluster.capacity.Measurement;
import io.kollaps.cluster.capacity.NodePair;
import io.kollaps.cluster.capacity.NodeProfile;
import io.kollaps.cluster.join.Candidate.Stage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Joins during one node's time as the leader. */
final class Leading {
  private static final double NANOS_PER_SECOND = 1e9;
  private static final int MAX_TIES_ASKED = 256;

  private final JoinPolicy policy;
  private final RandomGenerator random;
  private final JoinSettings settings;
  private final CapacityMapper mapper;
  private final MapLedger ledger;
  private final Map<NodeId, Candidate> candidates = new LinkedHashMap<>();
  private final Map<Long, RunningProbe> probes = new LinkedHashMap<>();
  private final Map<NodePair, PathQuality> qualities = new HashMap<>();
  private final Map<Long, List<NodeId>> confirmed = new HashMap<>();
  private final Map<NodePair, Long> retryAtNanos = new HashMap<>();

  /** Members without a place in the map, and when they may be measured; the present: they are. */
  private final Map<NodeId, Long> unmeasured = new LinkedHashMap<>();

  /** Nodes that were just admitted and may not serve yet, until when. */
  private final Map<NodeId, Long> settling = new HashMap<>();

  private final Map<Long, Long> tiesTestedAtNanos = new HashMap<>();
  private final List<NodePair> tiesAsked = new ArrayList<>();
  private @Nullable TieTest tie;

  /** Best known of each node's interface: what it said itself, else what the members' list says. */
  private final Map<NodeId, NodeProfile> profiles = new HashMap<>();

  private Map<NodeId, NodeProfile> members;

  /** The members by the state that was told last; a node that was just admitted may be missing. */
  private Set<NodeId> told;

  private Set<NodeId> lost = Set.of();
  private boolean changed = true;

  /** Revision of the mapper's map that was written last; none of it when a tie was confirmed. */
  private long published = NOTHING;

  private long heldUntilNanos;

  /** Before this, probes may run that the leader before asked for: none is begun beside them. */
  private final long quietUntilNanos;

  private long nextProbe;
  private List<LeaderCommand> commands = new ArrayList<>();

  private static final long BEING_MEASURED = Long.MAX_VALUE;
  private static final long NOTHING = -1;

  Leading(
      JoinPolicy policy,
      JoinSettings settings,
      ExpectedCapacities expected,
      RandomGenerator random,
      LeaderEvent.Led led) {
    this.policy = policy;
    this.settings = settings;
    this.random = random;
    members = led.members();
    told = members.keySet();
    nextProbe = led.atNanos(); // so that numbers of another leader are not used again
    MeasuredNetwork known = CapacityRecords.restore(led.records(), members::containsKey);
    mapper = new CapacityMapper(settings, expected, known.map(), known.passedOver());
    qualities.putAll(known.qualities());
    confirmed.putAll(known.confirmed());
    ledger = new MapLedger(led.records());
    for (CapacityRecord record : led.records()) {
      if (record instanceof CapacityRecord.OfNode node) {
        profiles.put(node.profile().id(), node.profile());
      }
    }
    members.keySet().stream()
        .sorted()
        .filter(node -> !known.map().has(node))
        .forEach(node -> unmeasured.put(node, led.atNanos()));
    heldUntilNanos = led.atNanos() + policy.holdNanos();
    quietUntilNanos = led.atNanos() + (members.size() > 1 ? policy.leaseNanos() : 0);
    settle(led.atNanos());
  }

  List<LeaderCommand> commands() {
    return commands;
  }

  void describe(ExpectedCapacities described) {
    mapper.describe(described);
  }

  MeasuredNetwork network() {
    CapacityMap map = mapper.map();
    Map<NodePair, PathQuality> known = new HashMap<>(qualities);
    known.keySet().retainAll(map.measurements().keySet());
    Set<Long> levels = map.levels().stream().map(level -> level.id()).collect(Collectors.toSet());
    Map<Long, List<NodeId>> ties = new HashMap<>(confirmed);
    ties.keySet().retainAll(levels);
    return new MeasuredNetwork(map, known, ties, mapper.passedOver());
  }

  List<LeaderCommand> handle(LeaderEvent event) {
    commands = new ArrayList<>();
    long now = event.atNanos();
    switch (event) {
      case LeaderEvent.Led _, LeaderEvent.LedNoMore _ ->
          throw new IllegalStateException("a time as the leader has one beginning and one end");
      case LeaderEvent.Called called -> answer(called);
      case LeaderEvent.MembersAre are -> membersAre(are.members(), now);
      case LeaderEvent.LostAre are -> lostAre(are.lost(), now);
      case LeaderEvent.ProbeServed(long _, long probe, Contact at) -> served(probe, at);
      case LeaderEvent.ServeFailed(long _, long probe, String why) -> serveFailed(probe, why, now);
      case LeaderEvent.ProbeEnded(long _, ProbeReport report) -> {
        RunningProbe probe = probes.get(report.probe());
        if (probe != null && !joining(probe.from())) {
          finish(probe, report.outcome(), now);
        }
      }
      case LeaderEvent.Written(long _, long write) -> {
        if (ledger.written(write)) {
          changed = true; // it may have changed since the write began
          measured(candidate -> candidate.isWrittenBy(write)).forEach(this::admit);
        }
      }
      case LeaderEvent.AdmissionDecided(long _, NodeId node, Optional<String> refusal) ->
          decided(node, refusal, now);
      case LeaderEvent.Idle _ -> idle(now);
      case LeaderEvent.TieAsked(long _, NodePair pair) -> tieAsked(pair, now);
      case LeaderEvent.VerifyAsked(long _, NodePair pair) ->
          feed(new JoinEvent.VerifyAsked(pair.first(), pair.second(), now), now);
      case LeaderEvent.TimePassed _ -> timePassed(now);
    }
    settle(now);
    return commands;
  }

  // ---- calls of joining nodes ------------------------------------------------------------

  private void answer(LeaderEvent.Called called) {
    long now = called.atNanos();
    JoinAnswer answer =
        switch (called.call()) {
          case JoinCall.Join join -> joins(join, now);
          case JoinCall.Step step -> steps(step, now);
          case JoinCall.Abort abort -> {
            Candidate candidate = candidates.get(abort.node());
            if (candidate != null && candidate.lease().equals(abort.lease())) {
              tell(false, "node " + candidate.name() + " gives up joining: " + abort.why());
              drop(candidate, now);
            }
            yield new JoinAnswer.Aborted("as asked for");
          }
        };
    commands.add(new LeaderCommand.Answer(called.number(), answer));
  }

  private JoinAnswer joins(JoinCall.Join join, long now) {
    Candidate known = candidates.get(join.node());
    if (known != null && join.attempt() < known.attempt()) {
      return new JoinAnswer.Aborted("a later attempt of this node is under way");
    }
    if (known != null && join.attempt() > known.attempt()) {
      if (known.stage() == Stage.ADMITTING) {
        return new JoinAnswer.Wait(
            "the admission of this node is being decided", false, policy.waitNanos());
      }
      drop(known, now);
      known = null;
    }
    if (known == null) {
      if (candidates.size() >= policy.maxCandidates()) {
        return new JoinAnswer.Wait(
            candidates.size() + " other nodes are joining", false, policy.waitNanos());
      }
      known = begin(join, now);
    }
    known.heard(now);
    return switch (known.stage()) {
      case WAITING -> new JoinAnswer.Wait(inTheWay(known), true, policy.waitNanos());
      case FAILED, REFUSED -> over(known);
      default -> new JoinAnswer.Accepted(known.lease(), policy.renewNanos());
    };
  }

  private Candidate begin(JoinCall.Join join, long now) {
    Candidate candidate =
        new Candidate(join.applicant(), join.attempt(), Secret.create(random), now);
    candidates.put(candidate.id(), candidate);
    profiles.put(candidate.id(), join.applicant().profile());
    if (policy.measure()) {
      unmeasured.remove(candidate.id());
      feed(new JoinEvent.JoinBegins(join.applicant().profile(), Hints.NONE, now), now);
    } else {
      admit(candidate);
    }
    return candidate;
  }

  private String inTheWay(Candidate waiting) {
    List<String> measured = // few have a probe, and all that wait ask this every second
        probes.values().stream()
            .map(probe -> candidates.get(probe.from()))
            .filter(Objects::nonNull)
            .filter(candidate -> candidate != waiting)
            .filter(candidate -> candidate.stage() == Stage.MEASURING)
            .map(Candidate::name)
            .distinct()
            .toList();
    return measured.isEmpty()
        ? "the capacities of members are being measured"
        : "node " + String.join(", ", measured) + " is joining";
  }

  private JoinAnswer steps(JoinCall.Step step, long now) {
    Candidate candidate = candidates.get(step.node());
    if (candidate == null || !candidate.lease().equals(step.lease())) {
      return new JoinAnswer.Aborted("the leader does not know this join (any more)");
    }
    candidate.heard(now);
    if (step.last().isPresent()) {
      RunningProbe probe = probes.get(step.last().get().probe());
      if (probe != null && probe.from().equals(candidate.id())) {
        finish(probe, step.last().get().outcome(), now);
      }
    }
    return switch (candidate.stage()) {
      case ADMITTED -> new JoinAnswer.Admitted();
      case FAILED, REFUSED -> over(candidate);
      case MEASURING ->
          order(candidate)
              .<JoinAnswer>map(JoinAnswer.Probe::new)
              .orElseGet(() -> new JoinAnswer.Hold(policy.pollNanos()));
      default -> new JoinAnswer.Hold(policy.pollNanos());
    };
  }

  private Optional<ProbeOrder> order(Candidate candidate) {
    OptionalLong number = candidate.probe();
    RunningProbe probe = number.isPresent() ? probes.get(number.getAsLong()) : null;
    return probe == null ? Optional.empty() : probe.order(policy.plan());
  }

  private static JoinAnswer over(Candidate candidate) {
    return candidate.stage() == Stage.REFUSED
        ? new JoinAnswer.Refused(candidate.reason())
        : new JoinAnswer.Aborted(candidate.reason());
  }

  /** Ends a join; what it took is free at once. A decision under way cannot be taken back. */
  private void drop(Candidate candidate, long now) {
    if (candidate.stage() == Stage.ADMITTING) {
      return;
    }
    candidates.remove(candidate.id());
    switch (candidate.stage()) {
      case WAITING, MEASURING -> {
        feed(new JoinEvent.JoinAborted(candidate.id()), now);
        measureIfMember(candidate.id(), now);
      }
      case MEASURED -> {
        if (!members.containsKey(candidate.id())) {
          feed(new JoinEvent.NodeLeft(candidate.id(), now), now);
        }
      }
      case ADMITTED -> {
        if (!told.contains(candidate.id())) { // it left before the state was told of
          members = new HashMap<>(members);
          members.remove(candidate.id());
          left(candidate.id(), now);
        }
      }
      default -> {} // nothing is left of it
    }
  }

  /** A member that began to join again, and did not come to its end, has no place any more. */
  private void measureIfMember(NodeId node, long now) {
    if (members.containsKey(node) && !mapper.map().has(node)) {
      unmeasured.put(node, now);
    }
  }

  // ---- probes ----------------------------------------------------------------------------

  private void feed(JoinEvent event, long now) {
    for (JoinCommand command : mapper.handle(event)) {
      switch (command) {
        case JoinCommand.Probe(NodeId from, NodeId to) -> probe(from, to, now);
        case JoinCommand.CancelProbe(NodeId from, NodeId to) -> cancel(from, to);
        case JoinCommand.Joined(NodeId node, int count) -> joined(node, count);
        case JoinCommand.JoinFailed(NodeId node, String reason) -> failed(node, reason, now);
        case JoinCommand.Verified(NodePair pair, boolean held, List<NodeId> again) ->
            verified(pair, held, again, now);
        case JoinCommand.VerificationFailed(NodePair pair, String reason) ->
            commands.add(new LeaderCommand.Verified(pair, false, reason));
        case JoinCommand.TopologyContradicted(NodePair pair, long told, long found) ->
            tell(
                true,
                "the description of the network says "
                    + told
                    + " bit/s between "
                    + pair.first()
                    + " and "
                    + pair.second()
                    + ", a probe found "
                    + found
                    + "; the node is measured as if there were no description");
      }
    }
  }

  private void probe(NodeId from, NodeId to, long now) {
    Long again = retryAtNanos.remove(NodePair.of(from, to));
    RunningProbe probe =
        new RunningProbe(
            nextProbe++,
            from,
            to,
            Secret.create(random),
            Math.max(quietUntilNanos, again == null ? now : again));
    probes.put(probe.number(), probe);
    Candidate candidate = candidates.get(from);
    if (candidate != null && candidate.joining()) {
      candidate.measureBy(probe.number());
    }
    askIfDue(probe, now);
  }

  private boolean joining(NodeId node) {
    Candidate candidate = candidates.get(node);
    return candidate != null && candidate.joining();
  }

  private void askIfDue(RunningProbe probe, long now) {
    // nothing else runs while a tie is tested
    if (probe.due(now) && (tie == null || tie.runs(probe.number()))) {
      probe.ask(now, policy.probeNanos());
      commands.add(
          new LeaderCommand.ServeProbe(
              probe.number(), probe.to(), probe.from(), probe.secret(), policy.plan()));
    }
  }

  private void cancel(NodeId from, NodeId to) {
    List.copyOf(probes.values()).stream()
        .filter(probe -> probe.from().equals(from) && probe.to().equals(to))
        .filter(probe -> tie == null || !tie.runs(probe.number()))
        .forEach(
            probe -> {
              probes.remove(probe.number());
              end(probe);
            });
  }

  private void end(RunningProbe probe) {
    if (probe.asked()) {
      commands.add(new LeaderCommand.EndProbe(probe.number(), probe.to()));
      if (!joining(probe.from()) && members.containsKey(probe.from())) {
        commands.add(new LeaderCommand.EndProbe(probe.number(), probe.from()));
      }
    }
  }

  private void served(long number, Contact at) {
    RunningProbe probe = probes.get(number);
    if (probe == null || probe.at().isPresent()) {
      return;
    }
    settling.remove(probe.to());
    probe.served(at);
    TieTest tested = tie;
    if (tested != null && tested.runs(number)) {
      if (tested.served(number)) {
        tested.running().stream().map(probes::get).filter(Objects::nonNull).forEach(this::run);
      }
      return;
    }
    if (!joining(probe.from())) {
      run(probe);
    }
  }

  private void run(RunningProbe probe) {
    probe
        .order(policy.plan())
        .ifPresent(order -> commands.add(new LeaderCommand.RunProbe(probe.from(), order)));
  }

  private void serveFailed(long number, String why, long now) {
    RunningProbe probe = probes.get(number);
    if (probe == null) {
      return;
    }
    Long until = settling.get(probe.to());
    if (until != null && until > now) {
      probe.askAgainAt(now + policy.retryNanos()); // it is only just starting
    } else {
      finish(probe, new ProbeOutcome.Failed(why), now);
    }
  }

  private void finish(RunningProbe probe, ProbeOutcome outcome, long now) {
    probes.remove(probe.number());
    if (tie != null && tie.runs(probe.number())) {
      tieProbeEnded(tie, probe, outcome, now);
      return;
    }
    NodePair pair = NodePair.of(probe.from(), probe.to());
    switch (outcome) {
      case ProbeOutcome.Measured(long forward, long backward, Optional<PathQuality> quality) -> {
        quality.ifPresent(found -> qualities.put(pair, found));
        feed(
            new JoinEvent.ProbeDone(
                probe.from(), probe.to(), new Measurement(forward, backward, now)),
            now);
        changed = true;
      }
      case ProbeOutcome.Failed(String why) -> {
        end(probe);
        tell(
            false,
            "the probe of " + nameOf(probe.from()) + " with " + nameOf(probe.to()) + ": " + why);
        retryAtNanos.put(pair, now + policy.retryNanos());
        feed(new JoinEvent.ProbeFailed(probe.from(), probe.to(), why), now);
        retryAtNanos.remove(pair);
      }
    }
  }

  private String nameOf(NodeId node) {
    Candidate candidate = candidates.get(node);
    return "node " + (candidate == null ? node.value() : candidate.name());
  }

  // ---- ties ------------------------------------------------------------------------------

  private void idle(long now) {
    if (!policy.measure() || tie != null) {
      return;
    }
    if (candidates.isEmpty() && probes.isEmpty() && unmeasured.isEmpty()) {
      feed(new JoinEvent.Idle(now), now);
      if (probes.isEmpty()) {
        openTie(now).ifPresent(level -> beginTie(level, now));
      }
    }
  }

  /** The first level whose tie is open and was not tested lately. */
  private OptionalInt openTie(long now) {
    MeasuredNetwork network = network();
    for (int level = 0; level < network.map().levels().size(); level++) {
      Long tested = tiesTestedAtNanos.get(network.map().levels().get(level).id());
      boolean due = tested == null || now - tested > settings.verifyAfterNanos();
      if (due && network.map().branches(level) > 2 && !network.tieConfirmed(level)) {
        return OptionalInt.of(level);
      }
    }
    return OptionalInt.empty();
  }

  private void tieAsked(NodePair pair, long now) {
    MeasuredNetwork network = network();
    OptionalInt level = network.map().levelBetween(pair.first(), pair.second());
    if (level.isEmpty()) {
      commands.add(new LeaderCommand.TieTested(pair, false, "a node of it is not in the map"));
    } else if (network.map().branches(level.getAsInt()) < 3
        || network.tieConfirmed(level.getAsInt())) {
      commands.add(new LeaderCommand.TieTested(pair, true, ""));
    } else if (tiesAsked.size() >= MAX_TIES_ASKED) {
      commands.add(
          new LeaderCommand.TieTested(pair, false, tiesAsked.size() + " others wait: ask again"));
    } else {
      tiesAsked.add(pair);
      nextAskedTie(now);
    }
  }

  /** Begins the test of a tie that somebody waits for, when nothing else is measured. */
  private void nextAskedTie(long now) {
    while (tie == null && probes.isEmpty() && !tiesAsked.isEmpty()) {
      NodePair pair = tiesAsked.getFirst();
      OptionalInt level = mapper.map().levelBetween(pair.first(), pair.second());
      if (level.isEmpty() || !beginTie(level.getAsInt(), now)) {
        tiesAsked.remove(pair);
        commands.add(
            new LeaderCommand.TieTested(
                pair, false, "in a branch of it no node answers, or it is there no more"));
      }
    }
  }

  /** False when a branch has nobody to be probed with. */
  private boolean beginTie(int number, long now) {
    CapacityMap map = mapper.map();
    Level level = map.levels().get(number);
    tiesTestedAtNanos.put(level.id(), now);
    List<NodeId> nodes = new ArrayList<>();
    for (List<NodeId> branch : map.membersOf(number)) {
      Optional<NodeId> present =
          branch.stream()
              .filter(node -> members.containsKey(node) && !lost.contains(node))
              .findFirst();
      if (present.isEmpty()) {
        return false;
      }
      nodes.add(present.get());
    }
    if (nodes.size() < 3) {
      return false;
    }
    double least = level.lowBitsPerSecond() * (1 - settings.relativeNoise());
    TieTest begun = new TieTest(level.id(), least, nodes);
    tie = begun;
    tell(false, "testing whether " + nodes.size() + " branches of the network share a link");
    playRound(begun, now);
    return true;
  }

  private void playRound(TieTest test, long now) {
    List<RunningProbe> begun = new ArrayList<>();
    for (NodePair pair : test.nextRound()) {
      RunningProbe probe =
          new RunningProbe(nextProbe++, pair.first(), pair.second(), Secret.create(random), now);
      probes.put(probe.number(), probe);
      test.began(probe.number());
      begun.add(probe);
    }
    begun.forEach(probe -> askIfDue(probe, now));
  }

  private void tieProbeEnded(TieTest test, RunningProbe probe, ProbeOutcome outcome, long now) {
    switch (outcome) {
      case ProbeOutcome.Measured(long forward, long backward, Optional<PathQuality> _) -> {
        if (!test.ended(probe.number(), forward, backward)) {
          endTie(
              false,
              nameOf(probe.from())
                  + " and "
                  + nameOf(probe.to())
                  + " got "
                  + Math.min(forward, backward)
                  + " bit/s while others were measured: there is a link that they share",
              now);
        } else if (test.complete()) {
          confirmed.put(test.level(), test.nodes());
          published = NOTHING;
          changed = true;
          endTie(true, "", now);
        } else if (test.roundOver()) {
          playRound(test, now);
        }
      }
      case ProbeOutcome.Failed(String why) -> {
        end(probe);
        endTie(false, "a probe of it failed: " + why, now);
      }
    }
  }

  private void endTie(boolean held, String why, long now) {
    TieTest ended = tie;
    if (ended == null) {
      return;
    }
    for (long number : ended.running()) {
      RunningProbe probe = probes.remove(number);
      if (probe != null) {
        end(probe);
      }
    }
    tie = null;
    tell(false, held ? "each branch has a link of its own" : "the tie is not confirmed: " + why);
    for (NodePair pair : List.copyOf(tiesAsked)) {
      OptionalInt level = mapper.map().levelBetween(pair.first(), pair.second());
      if (level.isEmpty() || mapper.map().levels().get(level.getAsInt()).id() == ended.level()) {
        tiesAsked.remove(pair);
        commands.add(new LeaderCommand.TieTested(pair, held && level.isPresent(), why));
      }
    }
    List.copyOf(probes.values()).forEach(waiting -> askIfDue(waiting, now));
  }

  // ---- what the mapper found -------------------------------------------------------------

  private void joined(NodeId node, int count) {
    changed = true;
    unmeasured.remove(node);
    Candidate candidate = candidates.get(node);
    if (candidate != null && candidate.joining()) {
      candidate.enter(Stage.MEASURED);
      tell(false, "node " + candidate.name() + " has its place after " + count + " probes");
    }
  }

  private void failed(NodeId node, String reason, long now) {
    changed = true;
    Candidate candidate = candidates.get(node);
    if (candidate != null && candidate.stage().compareTo(Stage.ADMITTING) < 0) {
      candidate.end(Stage.FAILED, reason);
      tell(false, "the join of node " + candidate.name() + " failed: " + reason);
    }
    if (members.containsKey(node)) {
      unmeasured.put(node, now + policy.remeasureNanos());
      if (candidate == null) {
        tell(true, "member " + node + " could not be measured, it is tried again: " + reason);
      }
    }
  }

  private void verified(NodePair pair, boolean held, List<NodeId> again, long now) {
    changed = true;
    String why = "";
    if (!held) {
      why =
          "the probe found something else; measured again: "
              + again.stream().map(this::nameOf).collect(Collectors.joining(", "));
      tell(true, "the map was wrong about " + pair.first() + " and " + pair.second() + ": " + why);
      heldUntilNanos = now + policy.holdNanos();
      for (NodeId node : again) {
        Candidate candidate = candidates.get(node);
        if (candidate != null && candidate.stage() == Stage.MEASURED) {
          candidate.enter(Stage.WAITING);
        } else {
          unmeasured.put(node, BEING_MEASURED);
        }
      }
    }
    commands.add(new LeaderCommand.Verified(pair, held, why));
  }

  // ---- members ---------------------------------------------------------------------------

  private void membersAre(Map<NodeId, NodeProfile> now, long nowNanos) {
    Set<NodeId> gone = new TreeSet<>(told);
    gone.removeAll(now.keySet());
    Set<NodeId> added = new LinkedHashSet<>(now.keySet());
    added.removeAll(members.keySet());
    told = now.keySet();
    Map<NodeId, NodeProfile> known = new HashMap<>(now);
    members.forEach(
        (node, profile) -> {
          if (!gone.contains(node) && isAdmitted(node)) {
            known.putIfAbsent(node, profile); // this state may be older than its admission
          }
        });
    members = known;
    if (tie != null && gone.stream().anyMatch(tie::has)) {
      endTie(false, "a node of it has left", nowNanos);
    }
    gone.forEach(node -> left(node, nowNanos));
    added.stream().sorted().forEach(node -> added(node, nowNanos));
  }

  private boolean isAdmitted(NodeId node) {
    Candidate candidate = candidates.get(node);
    return candidate != null && candidate.stage() == Stage.ADMITTED;
  }

  /** A node is no member any more. One that is joining again by now keeps what its join has. */
  private void left(NodeId node, long now) {
    unmeasured.remove(node);
    settling.remove(node);
    profiles.remove(node);
    Candidate candidate = candidates.get(node);
    if (candidate != null && candidate.stage() == Stage.ADMITTED) {
      candidates.remove(node);
    }
    if (candidate == null || candidate.stage().compareTo(Stage.ADMITTED) >= 0) {
      feed(new JoinEvent.NodeLeft(node, now), now);
      changed = true;
    }
  }

  private void added(NodeId node, long now) {
    if (!candidates.containsKey(node) && !mapper.map().has(node)) {
      unmeasured.put(node, now);
    }
    if (lost.contains(node)) { // as it was before it left: nobody says so again
      feed(new JoinEvent.NodeLost(node), now);
    }
  }

  private void lostAre(Set<NodeId> now, long nowNanos) {
    Set<NodeId> before = lost;
    lost = now;
    if (tie != null && now.stream().anyMatch(tie::has)) {
      endTie(false, "a node of it does not answer", nowNanos);
    }
    for (NodeId node : new TreeSet<>(now)) {
      if (!before.contains(node)) {
        settling.remove(node);
        feed(new JoinEvent.NodeLost(node), nowNanos);
      }
    }
    for (NodeId node : new TreeSet<>(before)) {
      if (!now.contains(node)) {
        feed(new JoinEvent.NodeBack(node, nowNanos), nowNanos);
        unmeasured.computeIfPresent(
            node, (_, at) -> at == BEING_MEASURED ? at : Math.min(at, nowNanos));
      }
    }
  }

  private void admit(Candidate candidate) {
    candidate.enter(Stage.ADMITTING);
    commands.add(new LeaderCommand.Admit(candidate.applicant()));
  }

  private void decided(NodeId node, Optional<String> refusal, long now) {
    Candidate candidate = candidates.get(node);
    if (candidate == null || candidate.stage() != Stage.ADMITTING) {
      return;
    }
    candidate.heard(now);
    if (refusal.isEmpty()) {
      candidate.enter(Stage.ADMITTED);
      settling.put(node, now + policy.settleNanos());
      Map<NodeId, NodeProfile> more = new HashMap<>(members);
      more.put(node, candidate.applicant().profile());
      members = more;
      if (lost.contains(node)) {
        feed(new JoinEvent.NodeLost(node), now);
      }
    } else {
      candidate.end(Stage.REFUSED, refusal.get());
      if (!members.containsKey(node)) {
        feed(new JoinEvent.NodeLeft(node, now), now);
        changed = true;
      }
    }
  }

  // ---- time ------------------------------------------------------------------------------

  private void timePassed(long now) {
    for (Candidate candidate : List.copyOf(candidates.values())) {
      if (candidate.silent(now, policy.leaseNanos()) && candidate.stage() != Stage.ADMITTING) {
        if (candidate.stage().compareTo(Stage.ADMITTED) < 0) {
          tell(
              true,
              "node "
                  + candidate.name()
                  + " was not heard of for "
                  + policy.leaseNanos() / NANOS_PER_SECOND
                  + " s while it was joining; its join is over");
        }
        drop(candidate, now);
      }
    }
    for (RunningProbe probe : List.copyOf(probes.values())) {
      if (probe.over(now)) {
        finish(
            probe,
            new ProbeOutcome.Failed(
                "it has not ended within " + policy.probeNanos() / NANOS_PER_SECOND + " s"),
            now);
      } else {
        askIfDue(probe, now);
      }
    }
  }

  /** What follows from whatever happened. */
  private void settle(long now) {
    if (policy.measure()) {
      measureMembers(now);
      nextAskedTie(now);
      publish(now);
    }
  }

  private void measureMembers(long now) {
    List<NodeId> due =
        unmeasured.entrySet().stream()
            .filter(entry -> entry.getValue() <= now && !lost.contains(entry.getKey()))
            .map(Map.Entry::getKey)
            .toList();
    for (NodeId node : due) {
      NodeProfile profile = profiles.getOrDefault(node, members.get(node));
      if (profile != null) {
        unmeasured.put(node, BEING_MEASURED);
        feed(new JoinEvent.JoinBegins(profile, Hints.NONE, now), now);
      }
    }
  }

  /** Writes what changed, and admits whose records are safe. */
  private void publish(long now) {
    if (!changed || ledger.writing()) {
      return;
    }
    boolean held =
        now < heldUntilNanos
            && unmeasured.entrySet().stream()
                .anyMatch(
                    entry -> entry.getValue() == BEING_MEASURED && !lost.contains(entry.getKey()));
    if (held) {
      return;
    }
    changed = false;
    if (published == mapper.revision()) { // all of it is written: taking it apart again takes long
      measured(candidate -> ledger.has(candidate.id())).forEach(this::admit);
      return;
    }
    published = mapper.revision();
    Optional<LeaderCommand.Write> write =
        ledger.write(
            new CapacityRecords.Known(mapper.map(), qualities, confirmed, mapper.passedOver()));
    if (write.isPresent()) {
      commands.add(write.get());
      measured(candidate -> mapper.map().has(candidate.id()))
          .forEach(candidate -> candidate.writtenBy(write.get().write()));
    } else {
      measured(candidate -> ledger.has(candidate.id())).forEach(this::admit);
    }
  }

  private List<Candidate> measured(Predicate<Candidate> which) {
    return candidates.values().stream()
        .filter(candidate -> candidate.stage() == Stage.MEASURED)
        .filter(which)
        .toList();
  }

  private void tell(boolean warning, String text) {
    commands.add(new LeaderCommand.Tell(warning, text));
  }
}
