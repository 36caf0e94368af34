package io.kollaps.cluster.join;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.capacity.JoinSettings;
import io.kollaps.cluster.capacity.Measurement;
import io.kollaps.cluster.capacity.NodeProfile;
import io.kollaps.cluster.simulate.PhysicalTree;
import io.kollaps.cluster.simulate.SimulatedProbes;
import io.kollaps.cluster.simulate.SplitMix64;
import io.kollaps.cluster.state.Member;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;

/**
 * One leader and joining nodes in virtual time: calls take random times, come twice, or are lost;
 * writes and admissions take a while. Node 0 is the leader and the first member.
 */
final class JoinWorld {
  static final long MILLI = 1_000_000L;
  static final long SECOND = 1000 * MILLI;

  /** A call that nobody answers fails after this time. */
  private static final long CALL_NANOS = 2 * SECOND;

  private static final long LOST_NANOS = 2500 * MILLI;

  private record Due(long atNanos, long number, Runnable what) {}

  final PhysicalTree network;
  final SimulatedProbes truth;
  final Map<NodeId, NodeProfile> members = new LinkedHashMap<>();
  final Map<String, CapacityRecord> records = new LinkedHashMap<>();
  final List<String> told = new ArrayList<>();
  final List<NodeId> admitted = new ArrayList<>();
  final Set<NodeId> dead = new HashSet<>();
  final Map<NodeId, String> gaveUp = new HashMap<>();
  final Set<NodeId> entered = new HashSet<>();
  final Map<NodeId, Integer> probesBegun = new HashMap<>();
  final Map<NodeId, JoiningNode> joiners = new LinkedHashMap<>();
  JoinCoordinator leader;
  double loss;
  double duplicates;
  boolean failWrites;
  long now;
  private final JoinPolicy policy;
  private final JoinSettings settings;
  private final PriorityQueue<Due> queue =
      new PriorityQueue<>(
          Comparator.comparingLong((Due due) -> due.atNanos()).thenComparingLong(Due::number));
  private final SplitMix64 random;
  private final long seed;
  private long dues;
  private long calls;
  private Set<NodeId> lost = Set.of();
  private final List<LeaderCommand.RunProbe> slot = new ArrayList<>();

  /** Probes of members begin, and never end. */
  boolean probesHang;

  final List<LeaderCommand.EndProbe> probesEnded = new ArrayList<>();
  private final Map<Long, Runnable> waiting = new HashMap<>();
  private final Map<Long, java.util.function.Consumer<JoinAnswer>> answers = new HashMap<>();

  JoinWorld(PhysicalTree network, JoinPolicy policy, JoinSettings settings, long seed) {
    this.network = network;
    this.truth = new SimulatedProbes(network, settings.goodputFactor(), 0, seed);
    this.policy = policy;
    this.settings = settings;
    this.seed = seed;
    this.random = new SplitMix64(seed);
    this.leader = new JoinCoordinator(policy, settings, new Random(seed));
    members.put(SimulatedProbes.id(0), profile(0));
    lead();
    every(policy.pollNanos(), () -> tell(new LeaderEvent.TimePassed(now)));
  }

  NodeProfile profile(int node) {
    return NodeProfile.of(SimulatedProbes.id(node), network.nicBitsPerSecond(node));
  }

  /** The leader begins, or another one does, with what is replicated. */
  void lead() {
    tell(new LeaderEvent.Led(now, members, List.copyOf(records.values())));
  }

  /** Another node leads from now on; what the old one knew is gone. */
  void changeLeader() {
    leader = new JoinCoordinator(policy, settings, new Random(seed + now));
    waiting.clear();
    lead();
  }

  void after(long nanos, Runnable what) {
    queue.add(new Due(now + nanos, dues++, what));
  }

  private void every(long nanos, Runnable what) {
    after(
        nanos,
        () -> {
          what.run();
          every(nanos, what);
        });
  }

  private long delay() {
    return MILLI + random.below(20) * MILLI;
  }

  /** Lets a node begin to join. */
  void join(int node, long attempt) {
    NodeId id = SimulatedProbes.id(node);
    dead.remove(id);
    Member member =
        new Member(id, id.value(), id.value(), 7700, 0, Member.Mode.ACTIVE, 1, 1, "test");
    JoiningNode joiner =
        new JoiningNode(
            new Applicant(member, "token", profile(node)), attempt, JoinerPolicy.DEFAULT);
    joiners.put(id, joiner);
    drive(id, joiner, new JoinerEvent.Begin(now));
    tick(id, joiner);
  }

  private void tick(NodeId id, JoiningNode joiner) {
    after(
        100 * MILLI,
        () -> {
          if (joiners.get(id) == joiner && !dead.contains(id) && !joiner.over()) {
            drive(id, joiner, new JoinerEvent.TimePassed(now));
            tick(id, joiner);
          }
        });
  }

  /** Ends a node at once, without a word; the leader finds out later. */
  void kill(int node) {
    NodeId id = SimulatedProbes.id(node);
    dead.add(id);
    joiners.remove(id);
    after(
        LOST_NANOS,
        () -> {
          if (dead.contains(id) && members.containsKey(id)) {
            setLost(id, true);
          }
        });
  }

  void revive(int node) {
    NodeId id = SimulatedProbes.id(node);
    dead.remove(id);
    setLost(id, false);
  }

  void leave(int node) {
    members.remove(SimulatedProbes.id(node));
    tell(new LeaderEvent.MembersAre(now, members));
  }

  private void setLost(NodeId id, boolean gone) {
    Set<NodeId> next = new HashSet<>(lost);
    if (gone ? next.add(id) : next.remove(id)) {
      lost = next;
      tell(new LeaderEvent.LostAre(now, lost));
    }
  }

  // ---- joining nodes -----------------------------------------------------------------------

  private void drive(NodeId id, JoiningNode joiner, JoinerEvent event) {
    if (joiners.get(id) != joiner || dead.contains(id)) {
      return;
    }
    for (JoinerCommand command : joiner.handle(event)) {
      switch (command) {
        case JoinerCommand.Find _ ->
            after(
                delay(),
                () ->
                    drive(
                        id,
                        joiner,
                        new JoinerEvent.Found(now, List.of(new Contact("leader", 7700)))));
        case JoinerCommand.Call(long number, Contact _, JoinCall call) ->
            call(id, joiner, number, call);
        case JoinerCommand.RunProbe(ProbeOrder order) -> {
          probesBegun.merge(id, 1, Integer::sum);
          probe(
              id,
              order,
              outcome ->
                  drive(
                      id,
                      joiner,
                      new JoinerEvent.ProbeEnded(now, new ProbeReport(order.probe(), outcome))));
        }
        case JoinerCommand.EndProbe _ -> {} // its end counts for nobody
        case JoinerCommand.Enter _ -> entered.add(id);
        case JoinerCommand.GiveUp(String why) -> gaveUp.put(id, why);
        case JoinerCommand.Tell _ -> {}
      }
    }
  }

  private void call(NodeId id, JoiningNode joiner, long number, JoinCall call) {
    after(
        CALL_NANOS,
        () -> drive(id, joiner, new JoinerEvent.CallFailed(now, number, "no answer", false)));
    int copies = random.unit() < loss ? 0 : random.unit() < duplicates ? 2 : 1;
    for (int copy = 0; copy < copies; copy++) {
      after(delay(), () -> called(id, joiner, number, call));
    }
  }

  private void called(NodeId id, JoiningNode joiner, long number, JoinCall call) {
    long at = calls++;
    answers.put(
        at,
        answer -> {
          if (random.unit() >= loss) {
            after(delay(), () -> drive(id, joiner, new JoinerEvent.Answered(now, number, answer)));
          }
        });
    tell(new LeaderEvent.Called(now, at, call));
  }

  private void probe(
      NodeId from, ProbeOrder order, java.util.function.Consumer<ProbeOutcome> then) {
    after(
        policy.plan().durationNanos() + delay(),
        () -> {
          if (dead.contains(order.with()) || dead.contains(from)) {
            then.accept(new ProbeOutcome.Failed("connection refused"));
            return;
          }
          Measurement found =
              truth.probe(SimulatedProbes.number(from), SimulatedProbes.number(order.with()), now);
          then.accept(
              new ProbeOutcome.Measured(
                  found.forwardBitsPerSecond(),
                  found.backwardBitsPerSecond(),
                  Optional.of(new PathQuality(MILLI, 0, 0))));
        });
  }

  // ---- the leader --------------------------------------------------------------------------

  void tell(LeaderEvent event) {
    JoinCoordinator told = leader;
    for (LeaderCommand command : told.handle(event)) {
      obey(told, command);
    }
    if (!slot.isEmpty()) {
      List<LeaderCommand.RunProbe> together = List.copyOf(slot);
      slot.clear();
      after(policy.plan().durationNanos() + delay(), () -> ended(told, together));
    }
  }

  /** Probes that members begin at once share the links of their ways. */
  private void ended(JoinCoordinator by, List<LeaderCommand.RunProbe> together) {
    List<int[]> pairs =
        together.stream()
            .map(
                run ->
                    new int[] {
                      SimulatedProbes.number(run.client()),
                      SimulatedProbes.number(run.order().with())
                    })
            .toList();
    List<Measurement> found = truth.together(pairs, now);
    for (int i = 0; i < found.size() && leader == by; i++) {
      LeaderCommand.RunProbe run = together.get(i);
      boolean there = !dead.contains(run.client()) && !dead.contains(run.order().with());
      ProbeOutcome outcome =
          there
              ? new ProbeOutcome.Measured(
                  found.get(i).forwardBitsPerSecond(),
                  found.get(i).backwardBitsPerSecond(),
                  Optional.empty())
              : new ProbeOutcome.Failed("connection refused");
      tell(new LeaderEvent.ProbeEnded(now, new ProbeReport(run.order().probe(), outcome)));
    }
  }

  private void later(JoinCoordinator to, java.util.function.Supplier<LeaderEvent> event) {
    after(
        delay(),
        () -> {
          if (leader == to) {
            tell(event.get());
          }
        });
  }

  private void obey(JoinCoordinator by, LeaderCommand command) {
    switch (command) {
      case LeaderCommand.Answer(long number, JoinAnswer answer) -> {
        var to = answers.remove(number);
        if (to != null) {
          to.accept(answer);
        }
      }
      case LeaderCommand.ServeProbe serve -> {
        boolean there = members.containsKey(serve.member()) && !dead.contains(serve.member());
        later(
            by,
            () ->
                there
                    ? new LeaderEvent.ProbeServed(
                        now, serve.probe(), new Contact(serve.member().value(), 5201))
                    : new LeaderEvent.ServeFailed(now, serve.probe(), "it cannot be reached"));
      }
      case LeaderCommand.RunProbe run -> {
        if (!probesHang) {
          slot.add(run);
        }
      }
      case LeaderCommand.EndProbe end -> probesEnded.add(end);
      case LeaderCommand.Write write -> write(by, write);
      case LeaderCommand.Admit(Applicant applicant) ->
          later(
              by,
              () -> {
                expectCompleteRow(applicant.id());
                members.put(applicant.id(), applicant.profile());
                admitted.add(applicant.id());
                after(0, () -> tell(new LeaderEvent.MembersAre(now, members)));
                return new LeaderEvent.AdmissionDecided(now, applicant.id(), Optional.empty());
              });
      case LeaderCommand.Verified verified -> told.add(verified.toString());
      case LeaderCommand.TieTested tested -> told.add(tested.toString());
      case LeaderCommand.Tell tell -> told.add(tell.text());
    }
  }

  private void write(JoinCoordinator by, LeaderCommand.Write write) {
    int most = write.puts().size() + write.removes().size();
    int done = failWrites ? random.below(most + 1) : most;
    after(
        delay(),
        () -> {
          if (leader != by) {
            return;
          }
          for (int i = 0; i < done; i++) {
            if (i < write.puts().size()) {
              records.put(write.puts().get(i).key(), write.puts().get(i));
            } else {
              records.remove(write.removes().get(i - write.puts().size()));
            }
            // what any leader would find now is a map
            var _ = CapacityRecords.restore(records.values(), members::containsKey);
          }
          if (done < most) {
            lead();
          } else {
            tell(new LeaderEvent.Written(now, write.write()));
          }
        });
  }

  /** No node is admitted before its capacity to every member is in the state. */
  private void expectCompleteRow(NodeId node) {
    MeasuredNetwork known =
        CapacityRecords.restore(records.values(), id -> members.containsKey(id) || id.equals(node));
    for (NodeId member : members.keySet()) {
      if (!member.equals(node) && known.map().entry(node, member).isEmpty()) {
        throw new AssertionError(
            node + " is admitted without an entry to " + member + ", seed " + seed);
      }
    }
  }

  /** Lets time pass. */
  void run(long nanos) {
    long until = now + nanos;
    while (!queue.isEmpty() && queue.peek().atNanos() <= until) {
      Due due = queue.remove();
      now = due.atNanos();
      due.what().run();
    }
    now = until;
  }

  /** The map as anybody reads it from the state. */
  MeasuredNetwork replicated() {
    return CapacityRecords.restore(records.values(), members::containsKey);
  }

  /** Largest relative error of the replicated map; a missing entry is an error of 1. */
  double worstError() {
    MeasuredNetwork known = replicated();
    double worst = 0;
    for (NodeId from : members.keySet()) {
      for (NodeId to : members.keySet()) {
        if (!from.equals(to)) {
          double real =
              (double)
                  truth.trueBitsPerSecond(SimulatedProbes.number(from), SimulatedProbes.number(to));
          double told =
              known.map().entry(from, to).map(e -> (double) e.bitsPerSecond()).orElse(-real);
          worst = Math.max(worst, Math.abs(told - real) / Math.max(real, 1));
        }
      }
    }
    return worst;
  }
}
