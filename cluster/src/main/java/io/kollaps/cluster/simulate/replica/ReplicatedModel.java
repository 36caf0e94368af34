package io.kollaps.cluster.simulate.replica;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.simulate.SplitMix64;
import io.kollaps.cluster.simulate.world.Host;
import io.kollaps.cluster.simulate.world.Network;
import io.kollaps.cluster.simulate.world.World;
import io.kollaps.cluster.state.ControlCommand;
import io.kollaps.cluster.state.ControlRules;
import io.kollaps.cluster.state.ControlState;
import io.kollaps.cluster.state.Outcome;
import io.kollaps.cluster.state.ReplicationSettings;
import io.kollaps.cluster.state.VoterPlan;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All replicas of one state, with what Raft promises and nothing more: in a term at most one node
 * leads, elected by a majority of the voters that reach one another; what was decided is never
 * lost; a change whose leader fell is decided or lost, and who submitted it does not learn which; a
 * leader that is cut off believes in itself for a while, beside its successor; all others know what
 * they were told last.
 *
 * <p>The rules are {@link ControlRules}, the times those of the real replication. Messages between
 * the replicas are not sent one by one: who reaches whom at an instant decides.
 */
public final class ReplicatedModel {
  /** How often the model looks at who reaches whom. */
  public static final long LOOK_NANOS = 50_000_000L;

  /** A change that is not decided after this time is unknown. */
  public static final long SUBMIT_NANOS = 10_000_000_000L;

  private static final long ELECTION_MIN_NANOS = ReplicationSettings.ELECTION_MIN.toNanos();
  private static final long ELECTION_MAX_NANOS = ReplicationSettings.ELECTION_MAX.toNanos();

  private final boolean ownVoteSuffices;
  private final World world;
  private final Network<?> network;
  private final SplitMix64 random;
  private final Map<NodeId, Replica> replicas = new LinkedHashMap<>();
  private final Map<NodeId, Long> held = new HashMap<>();
  private final Map<NodeId, Long> standsAtNanos = new HashMap<>();
  private final Map<Long, NodeId> leaders = new HashMap<>();
  private final Deque<Pending> pending = new ArrayDeque<>();

  /** Changes of nodes that only believe that they lead. */
  private final Map<NodeId, Deque<Pending>> deposed = new HashMap<>();

  private Consumer<ControlState> watcher = _ -> {};
  private VoterPlan.Roles roles = new VoterPlan.Roles(new TreeSet<>(), new TreeSet<>());
  private ControlState decided = ControlState.empty();
  private long index;
  private long term;
  private @Nullable Replica leader;
  private boolean ready;

  /** A change that is not decided. */
  private static final class Pending {
    private final @Nullable ControlCommand command;
    private final VoterPlan.@Nullable Roles division;
    private final Optional<NodeId> heir;
    private final long fromNanos;
    private Consumer<Submitted> done;

    Pending(
        @Nullable ControlCommand command,
        VoterPlan.@Nullable Roles division,
        Optional<NodeId> heir,
        long fromNanos,
        Consumer<Submitted> done) {
      this.command = command;
      this.division = division;
      this.heir = heir;
      this.fromNanos = fromNanos;
      this.done = done;
    }

    void end(Submitted how) {
      Consumer<Submitted> to = done;
      done = _ -> {};
      to.accept(how);
    }
  }

  /** A model without replicas; it looks at the world from now on. */
  public ReplicatedModel(World world, Network<?> network) {
    this(world, network, false);
  }

  private ReplicatedModel(World world, Network<?> network, boolean ownVoteSuffices) {
    this.ownVoteSuffices = ownVoteSuffices;
    this.world = world;
    this.network = network;
    this.random = world.random("replication");
    world.after(LOOK_NANOS, this::look);
  }

  /** A broken one, to see that it is found out: a voter's own vote makes it a leader. */
  public static ReplicatedModel electingWithoutMajority(World world, Network<?> network) {
    return new ReplicatedModel(world, network, true);
  }

  /** Is told each decided state, before anybody else. */
  public void watch(Consumer<ControlState> to) {
    watcher = to;
  }

  /** The first voter: it leads alone. */
  public void found(NodeId founder) {
    roles = new VoterPlan.Roles(new TreeSet<>(Set.of(founder)), new TreeSet<>());
    held.put(founder, 0L);
  }

  /** A host's replica after each of its starts; what it knew is still there. */
  public Replica open(Host<?> host, ReplicaListener listener) {
    Replica replica = replicas.computeIfAbsent(host.id(), _ -> new Replica(this, host, roles));
    deposed.remove(host.id());
    if (replica == leader) { // it led before its crash
      leader = null;
      ready = false;
    }
    replica.open(listener);
    return replica;
  }

  /** All that was decided: what no node may lose. */
  public ControlState decided() {
    return decided;
  }

  /** How many changes were decided. */
  public long index() {
    return index;
  }

  /** The newest term. */
  public long term() {
    return term;
  }

  /** Who votes and who listens. */
  public VoterPlan.Roles roles() {
    return roles;
  }

  /** Who leads by the newest term and is ready to; others may still believe in themselves. */
  public Optional<NodeId> leader() {
    Replica now = leader;
    return now != null && ready ? Optional.of(now.id()) : Optional.empty();
  }

  /** A random part of a round trip to the voters, with the write to their disks. */
  private long stepNanos() {
    return network.delayNanos();
  }

  void submit(Replica by, ControlCommand command, Consumer<Submitted> done) {
    enqueue(by, command, null, Optional.empty(), done);
  }

  void divide(Replica by, VoterPlan.Roles wanted, Optional<NodeId> heir, Consumer<Boolean> done) {
    enqueue(by, null, wanted, heir, how -> done.accept(how instanceof Submitted.Decided));
  }

  private void enqueue(
      Replica by,
      @Nullable ControlCommand command,
      VoterPlan.@Nullable Roles division,
      Optional<NodeId> heir,
      Consumer<Submitted> done) {
    if (!by.leading()) {
      by.host().after(0, () -> done.accept(new Submitted.NotLeader()));
      return;
    }
    long now = world.nowNanos();
    int starts = by.starts();
    Pending change =
        new Pending(
            command,
            division,
            heir,
            now + stepNanos(),
            how -> {
              if (by.running() && by.starts() == starts) {
                by.host().after(stepNanos(), () -> done.accept(how));
              }
            });
    by.host().after(SUBMIT_NANOS, () -> change.end(new Submitted.Unknown("no majority in time")));
    if (by == leader && by.leadingTerm() == term) {
      pending.addLast(change);
      world.at(change.fromNanos, this::decide);
    } else {
      deposed.computeIfAbsent(by.id(), _ -> new ArrayDeque<>()).addLast(change);
    }
  }

  /** Decides what is due, in the order in which it was submitted. */
  private void decide() {
    Replica by = leader;
    while (by != null && by == leader && ready && by.running() && !pending.isEmpty()) {
      Pending next = pending.getFirst();
      if (next.fromNanos > world.nowNanos() || !hasMajority(by, roles.voters())) {
        return;
      }
      pending.removeFirst();
      if (next.division != null && !hasMajority(by, next.division.voters())) {
        next.end(new Submitted.Unknown("the new voters were not reached"));
      } else {
        apply(next, by);
      }
    }
  }

  private void apply(Pending change, Replica by) {
    index++;
    ControlCommand command = change.command;
    VoterPlan.Roles division = change.division;
    Submitted how = new Submitted.Decided(Outcome.done());
    if (command != null) {
      ControlRules.Applied applied = ControlRules.apply(decided, command);
      decided = applied.state();
      how = new Submitted.Decided(applied.outcome());
      world.trace().note(by, "decides", command.getClass().getSimpleName());
    } else if (division != null) {
      roles = division;
      world.trace().note(by, "divides", division);
    }
    for (NodeId voter : roles.voters()) {
      Replica replica = replicas.get(voter);
      if (replica != null && reached(by, replica)) {
        held.put(voter, index);
      }
    }
    watcher.accept(decided);
    by.learn(decided, index, roles);
    spread(by);
    change.end(how);
    change.heir.ifPresent(heir -> handOver(by, heir));
  }

  private void handOver(Replica by, NodeId heir) {
    Replica next = replicas.get(heir);
    if (next != null && next != by && reached(by, next) && roles.voters().contains(heir)) {
      elect(next);
    }
  }

  /** Tells all others, each in its time; who cannot be told now is told when that is possible. */
  private void spread(Replica from) {
    for (Replica replica : replicas.values()) {
      if (replica != from && takesPart(replica.id())) {
        tell(from, replica);
      }
    }
  }

  private boolean takesPart(NodeId node) {
    return roles.voters().contains(node) || roles.listeners().contains(node);
  }

  private void tell(Replica from, Replica to) {
    to.fallBehind();
    if (to.updating() || !reached(from, to)) {
      return;
    }
    to.updating(true);
    int starts = to.starts();
    to.host()
        .after(
            stepNanos(),
            () -> {
              if (to.starts() != starts) {
                return;
              }
              to.updating(false);
              Replica now = leader;
              if (now != null && reached(now, to) && takesPart(to.id())) {
                to.learn(decided, index, roles);
                if (ready) {
                  to.learnLeader(Optional.of(now.id()), term);
                }
                if (roles.voters().contains(to.id())) {
                  held.put(to.id(), index);
                }
              }
            });
  }

  /** Whether two replicas run and messages pass both ways. */
  private boolean reached(Replica a, Replica b) {
    return a.running()
        && b.running()
        && !a.host().paused()
        && !b.host().paused()
        && (a == b || (network.reaches(a.id(), b.id()) && network.reaches(b.id(), a.id())));
  }

  private boolean hasMajority(Replica by, SortedSet<NodeId> voters) {
    int reached = 0;
    for (NodeId voter : voters) {
      Replica replica = replicas.get(voter);
      reached += replica != null && reached(by, replica) ? 1 : 0;
    }
    return 2 * reached > voters.size();
  }

  private void look() {
    lookAtLeaders();
    for (NodeId voter : roles.voters()) {
      Replica replica = replicas.get(voter);
      if (replica != null) {
        stand(replica);
      }
    }
    Replica by = leader;
    if (by != null && by.running() && !ready) {
      becomeReady(by);
    }
    if (by != null && by.running() && ready) {
      decide();
      for (Replica replica : replicas.values()) {
        if (replica.behind() && !replica.updating() && takesPart(replica.id())) {
          tell(by, replica);
        }
      }
    }
    world.after(LOOK_NANOS, this::look);
  }

  /** Who leads, or believes that it does, and hears nothing from a majority, stops in the end. */
  private void lookAtLeaders() {
    for (Replica replica : believers()) {
      boolean real = replica == leader && replica.leadingTerm() == term;
      Replica now = leader;
      if (!replica.host().paused()) {
        boolean told = !real && now != null && reached(now, replica);
        boolean contact = real && hasMajority(replica, roles.voters());
        if (told || !replica.patient(contact, world.nowNanos())) {
          stop(replica);
        }
      }
    }
  }

  private List<Replica> believers() {
    List<Replica> believers = new ArrayList<>();
    for (Replica replica : replicas.values()) {
      if (replica.leading() && replica.running()) {
        believers.add(replica);
      }
    }
    return believers;
  }

  private void stop(Replica replica) {
    world.trace().note(replica, "leads no more", replica.leadingTerm());
    if (replica == leader) {
      leader = null;
      ready = false;
      pending.forEach(change -> change.end(new Submitted.Unknown("it leads no more")));
    }
    Deque<Pending> own = deposed.remove(replica.id());
    if (own != null) {
      own.forEach(change -> change.end(new Submitted.Unknown("it leads no more")));
    }
    replica.follow();
  }

  /** A voter that has not heard of a leader for its time tries to become one. */
  private void stand(Replica replica) {
    long now = world.nowNanos();
    if (hears(replica)) {
      standsAtNanos.put(replica.id(), now + patience());
      return;
    }
    if (!replica.running() || replica.host().paused()) {
      standsAtNanos.remove(replica.id());
      return;
    }
    if (now < standsAtNanos.computeIfAbsent(replica.id(), _ -> now + patience())) {
      return;
    }
    standsAtNanos.put(replica.id(), now + patience());
    long own = held.getOrDefault(replica.id(), 0L);
    int votes = 0;
    for (NodeId voter : roles.voters()) {
      Replica other = replicas.get(voter);
      boolean votesForIt =
          other != null
              && reached(replica, other)
              && (other == replica || !hears(other))
              && own >= held.getOrDefault(voter, 0L);
      votes += votesForIt ? 1 : 0;
    }
    if (2 * votes > roles.voters().size() || ownVoteSuffices) {
      elect(replica);
    }
  }

  private long patience() {
    return ELECTION_MIN_NANOS + (long) (random.unit() * (ELECTION_MAX_NANOS - ELECTION_MIN_NANOS));
  }

  /** Whether a voter hears the leader of the newest term. */
  private boolean hears(Replica replica) {
    Replica by = leader;
    return by != null && reached(by, replica);
  }

  private void elect(Replica replica) {
    long next = ownVoteSuffices ? replica.status().term() + 1 : term + 1;
    NodeId other = leaders.putIfAbsent(next, replica.id());
    world.demand(
        other == null, () -> "two leaders in term " + next + ": " + other + ", " + replica);
    term = next;
    world.trace().note(replica, "is elected in term", term);
    Replica before = leader;
    leader = replica;
    ready = false;
    if (before != null && before != replica && before.leading()) {
      deposed.computeIfAbsent(before.id(), _ -> new ArrayDeque<>()).addAll(unfinished());
    }
    if (replica.leading()) {
      stop(replica); // elected again: what it led before has ended
      leader = replica;
    }
  }

  /** The changes that nobody is told the end of before the one that submitted them steps down. */
  private Deque<Pending> unfinished() {
    Deque<Pending> untold = new ArrayDeque<>();
    for (Pending change : pending) {
      untold.addLast(change);
    }
    return untold;
  }

  /** A new leader first decides what it has of its predecessor's changes. */
  private void becomeReady(Replica by) {
    if (!hasMajority(by, roles.voters())) {
      return;
    }
    int survive = random.below(2) == 0 ? 0 : random.below(pending.size() + 1);
    Deque<Pending> inherited = new ArrayDeque<>(pending);
    pending.clear();
    ready = true;
    for (int i = 0; i < survive && !inherited.isEmpty(); i++) {
      Pending change = inherited.removeFirst();
      if (change.division == null) {
        // decided by the successor: who submitted it is not told so
        apply(untold(change), by);
      }
    }
    world.trace().note(by, "leads in term", term);
    by.learn(decided, index, roles);
    by.lead(term, world.nowNanos(), ELECTION_MAX_NANOS);
    replicas.values().forEach(Replica::fallBehind);
    spread(by);
  }

  private static Pending untold(Pending change) {
    return new Pending(change.command, null, Optional.empty(), change.fromNanos, _ -> {});
  }
}
