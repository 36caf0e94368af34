package io.kollaps.cluster.join;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.capacity.CapacityMapper;
import io.kollaps.cluster.capacity.ExpectedCapacities;
import io.kollaps.cluster.capacity.JoinEvent;
import io.kollaps.cluster.capacity.JoinSettings;
import io.kollaps.cluster.capacity.NodePair;
import io.kollaps.cluster.capacity.NodeProfile;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Joins during one node's time as the leader: takes each event to the parts that it concerns, in an
 * order that is the same for all leaders, and then lets them do what follows. Keeps nothing itself.
 */
final class Leading {
  private final boolean measure;
  private final CapacityMapper mapper;
  private final CommandList commands = new CommandList();
  private final Candidates candidates = new Candidates(commands);
  private final Members members;
  private final Unmeasured unmeasured;
  private final KnownNetwork network;
  private final RunningProbes probes;
  private final MapPublisher publisher;
  private final Ties ties;
  private final Measuring measuring;
  private final ProbeDesk probeDesk;
  private final JoinCalls joinCalls;

  Leading(
      JoinPolicy policy,
      JoinSettings settings,
      ExpectedCapacities expected,
      RandomGenerator random,
      LeaderEvent.Led led) {
    long now = led.atNanos();
    measure = policy.measure();
    members = new Members(led.members(), led.records());
    unmeasured = new Unmeasured(members);
    MeasuredNetwork known = CapacityRecords.restore(led.records(), members::has);
    mapper = new CapacityMapper(settings, expected, known.map(), known.passedOver());
    network = new KnownNetwork(mapper, known);
    probes =
        new RunningProbes(
            policy,
            random,
            candidates,
            members,
            commands,
            now, // so that numbers of another leader are not used again
            now + (led.members().size() > 1 ? policy.leaseNanos() : 0));
    publisher =
        new MapPublisher(
            policy.holdNanos(),
            network,
            new MapLedger(led.records()),
            candidates,
            unmeasured,
            commands);
    ties = new Ties(settings, network, members, candidates, probes, publisher, commands);
    measuring =
        new Measuring(
            policy.remeasureNanos(),
            mapper,
            candidates,
            members,
            unmeasured,
            probes,
            publisher,
            commands);
    probeDesk =
        new ProbeDesk(policy.probeNanos(), network, candidates, probes, ties, measuring, commands);
    joinCalls =
        new JoinCalls(policy, random, candidates, members, probes, probeDesk, measuring, commands);
    members.all().stream()
        .filter(node -> !network.has(node))
        .forEach(node -> unmeasured.put(node, now));
    publisher.hold(now);
    settle(now);
  }

  /** What follows from the beginning. */
  List<LeaderCommand> begin() {
    return commands.take();
  }

  void describe(ExpectedCapacities described) {
    mapper.describe(described);
  }

  MeasuredNetwork network() {
    return network.network();
  }

  List<LeaderCommand> handle(LeaderEvent event) {
    long now = event.atNanos();
    switch (event) {
      case LeaderEvent.Led _, LeaderEvent.LedNoMore _ ->
          throw new IllegalStateException("a time as the leader has one beginning and one end");
      case LeaderEvent.Called(long _, long number, JoinCall call) -> {
        JoinAnswer answer = joinCalls.answer(call, now);
        commands.add(new LeaderCommand.Answer(number, answer));
      }
      case LeaderEvent.MembersAre are -> membersAre(are.members(), now);
      case LeaderEvent.LostAre are -> lostAre(are.lost(), now);
      case LeaderEvent.ProbeServed(long _, long probe, Contact at) -> probeDesk.served(probe, at);
      case LeaderEvent.ServeFailed(long _, long probe, String why) ->
          probeDesk.serveFailed(probe, why, now);
      case LeaderEvent.ProbeEnded(long _, ProbeReport report) ->
          probeDesk.endedAtMember(report, now);
      case LeaderEvent.Written(long _, long write) -> publisher.written(write);
      case LeaderEvent.AdmissionDecided(long _, NodeId node, Optional<String> refusal) ->
          joinCalls.decided(node, refusal, now);
      case LeaderEvent.Idle _ -> idle(now);
      case LeaderEvent.TieAsked(long _, NodePair pair) -> ties.asked(pair, now);
      case LeaderEvent.VerifyAsked(long _, NodePair pair) ->
          measuring.feed(new JoinEvent.VerifyAsked(pair.first(), pair.second(), now), now);
      case LeaderEvent.TimePassed _ -> {
        joinCalls.timePassed(now);
        probeDesk.timePassed(now);
      }
    }
    settle(now);
    return commands.take();
  }

  private void membersAre(Map<NodeId, NodeProfile> told, long nowNanos) {
    Members.Change change = members.are(told, candidates::isAdmitted);
    ties.endWith(change.less(), "a node of it has left", nowNanos);
    change.less().forEach(node -> measuring.left(node, nowNanos));
    change.more().forEach(node -> added(node, nowNanos));
  }

  private void added(NodeId node, long nowNanos) {
    if (!candidates.has(node) && !network.has(node)) {
      unmeasured.put(node, nowNanos);
    }
    if (members.isLost(node)) { // as it was before it left: nobody says so again
      measuring.feed(new JoinEvent.NodeLost(node), nowNanos);
    }
  }

  private void lostAre(Set<NodeId> lost, long nowNanos) {
    Members.Change change = members.lostAre(lost);
    ties.endWith(lost, "a node of it does not answer", nowNanos);
    for (NodeId node : change.less()) {
      probes.settlesNoMore(node);
      measuring.feed(new JoinEvent.NodeLost(node), nowNanos);
    }
    for (NodeId node : change.more()) {
      measuring.feed(new JoinEvent.NodeBack(node, nowNanos), nowNanos);
      unmeasured.back(node, nowNanos);
    }
  }

  /** Measures what is only of use later, unless something else is measured or waits for it. */
  private void idle(long nowNanos) {
    if (!measure || ties.testing()) {
      return;
    }
    if (candidates.isEmpty() && probes.isEmpty() && unmeasured.isEmpty()) {
      measuring.feed(new JoinEvent.Idle(nowNanos), nowNanos);
      if (probes.isEmpty()) {
        ties.testOpen(nowNanos);
      }
    }
  }

  /** What follows from whatever happened. */
  private void settle(long nowNanos) {
    if (measure) {
      measuring.measureMembers(nowNanos);
      ties.testAsked(nowNanos);
      publisher.publish(nowNanos);
    }
  }
}
