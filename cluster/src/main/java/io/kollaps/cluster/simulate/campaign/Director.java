package io.kollaps.cluster.simulate.campaign;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.capacity.NodePair;
import io.kollaps.cluster.simulate.SplitMix64;
import io.kollaps.cluster.simulate.replica.ReplicatedModel;
import io.kollaps.cluster.simulate.world.Host;
import io.kollaps.cluster.simulate.world.Network;
import io.kollaps.cluster.simulate.world.NetworkConditions;
import io.kollaps.cluster.simulate.world.World;
import io.kollaps.cluster.state.ControlState;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** Lets machines come and go and things go wrong, then waits until all has come right. */
final class Director {
  private static final long MILLI = 1_000_000L;
  private static final long SECOND = 1000 * MILLI;
  private static final long LOOK_NANOS = SECOND;

  /** Time to elect, to give up dead joiners, to hold and to measure again: their sum and more. */
  private static final long SETTLE_NANOS = 240 * SECOND;

  /** When no probe was begun for this time, none is needed. */
  private static final long QUIET_NANOS = 20 * SECOND;

  private final ClusterStory story;
  private final World world;
  private final Network<Word> network;
  private final SplitMix64 random;
  private final Set<NodeId> banned = new HashSet<>();
  private final Set<NodeId> vanished = new HashSet<>();
  private long faults;
  private long settledAfterNanos;
  private String open = "";

  Director(ClusterStory story) {
    this.story = story;
    this.world = story.world();
    this.network = story.network();
    this.random = world.random("director");
  }

  long faults() {
    return faults;
  }

  long settledAfterNanos() {
    return settledAfterNanos;
  }

  void play() {
    List<Machine> machines = story.machines();
    Machine founder = machines.getFirst();
    founder.want();
    founder.enter();
    story.replication().found(founder.id());
    network.host(founder.id()).start();
    long at = 2 * SECOND;
    for (Machine machine : machines.subList(1, machines.size())) {
      at += exponential(story.plan().joinEveryNanos());
      world.at(Math.min(at, story.plan().faultsNanos()), () -> come(machine));
    }
    weather();
    world.after(exponential(story.plan().faultEveryNanos()), this::wrong);
    look();
    world.playUntil(story.plan().faultsNanos());
    comeRight();
  }

  private long exponential(long meanNanos) {
    return (long) (-Math.log(1 - random.unit()) * meanNanos);
  }

  private void look() {
    story.truth().lookAtTheDead();
    world.after(LOOK_NANOS, this::look);
  }

  private void come(Machine machine) {
    // who has come back before its time, and is on its way out again, is not called back half-way
    if (!machine.wanted() && !machine.leaves()) {
      story.truth().stays(machine.id());
      machine.want();
      network.host(machine.id()).start();
    }
  }

  // ---- what goes wrong -------------------------------------------------------------------

  private void weather() {
    network.conditions(
        switch (random.below(3)) {
          case 0 -> NetworkConditions.GOOD;
          case 1 -> NetworkConditions.BAD;
          default ->
              new NetworkConditions(
                  random.unit() * 0.2,
                  random.unit() * 0.2,
                  random.below(5000) * 1000L,
                  random.below(20_000) * 1000L,
                  random.unit() * 0.02,
                  500 * MILLI,
                  random.unit() * 0.05);
        });
  }

  private void wrong() {
    if (world.nowNanos() >= story.plan().faultsNanos()) {
      return;
    }
    faults++;
    switch (random.below(16)) {
      case 0, 1, 2 -> any(Host::up).ifPresent(this::crash);
      case 3 -> leader().ifPresent(this::crash);
      case 4 -> any(Host::up).ifPresent(this::pause);
      case 5 -> leader().ifPresent(this::pause);
      case 6 -> fallApart();
      case 7 -> cut();
      case 8 -> weather();
      case 9 -> joining().ifPresent(this::vanish);
      case 10 -> joining().ifPresent(node -> crash(node.host()));
      case 11 -> any(Host::up).ifPresent(this::leave);
      case 12 -> comeBack();
      case 13 -> ban();
      case 14 -> verify();
      default -> voter().ifPresent(this::crash);
    }
    world.after(exponential(story.plan().faultEveryNanos()), this::wrong);
  }

  private Optional<Host<Word>> any(Predicate<Host<Word>> which) {
    List<Host<Word>> hosts = new ArrayList<>();
    for (Host<Word> host : network.hosts()) {
      if (which.test(host)) {
        hosts.add(host);
      }
    }
    return hosts.isEmpty() ? Optional.empty() : Optional.of(hosts.get(random.below(hosts.size())));
  }

  private Optional<Host<Word>> leader() {
    return story.replication().leader().map(network::host).filter(Host::up);
  }

  private Optional<Host<Word>> voter() {
    Set<NodeId> voters = story.replication().roles().voters();
    return any(host -> host.up() && voters.contains(host.id()));
  }

  private Optional<SimNode> joining() {
    List<SimNode> joining = story.running().stream().filter(SimNode::joins).toList();
    return joining.isEmpty()
        ? Optional.empty()
        : Optional.of(joining.get(random.below(joining.size())));
  }

  private void crash(Host<Word> host) {
    host.crash();
    story.truth().down(host.id());
    if (random.below(3) > 0) {
      world.after(exponential(6 * SECOND), () -> startAgain(host));
    }
  }

  private void startAgain(Host<Word> host) {
    Machine machine = story.machine(host.id());
    if (!host.up() && (machine.wanted() || machine.leaves())) {
      machine.tryAgain();
      host.start();
    }
  }

  private void pause(Host<Word> host) {
    long nanos = exponential(2 * SECOND);
    host.pause(nanos);
    story.truth().disturbed(host.id());
    world.after(nanos, () -> awake(host));
  }

  private void awake(Host<Word> host) {
    if (host.up()) {
      story.truth().disturbed(host.id());
    }
  }

  private void fallApart() {
    Set<NodeId> side = new HashSet<>();
    boolean half = random.below(2) == 0;
    for (Host<Word> host : network.hosts()) {
      if (random.below(half ? 2 : 8) == 0) {
        side.add(host.id());
      }
    }
    network.partition(List.of(side));
    story.truth().networkChanged();
    world.after(exponential(8 * SECOND), this::heal);
  }

  private void cut() {
    any(Host::up)
        .ifPresent(
            from ->
                any(Host::up)
                    .ifPresent(
                        to -> {
                          network.cut(from.id(), to.id());
                          story.truth().networkChanged();
                          world.after(exponential(8 * SECOND), this::heal);
                        }));
  }

  private void heal() {
    network.heal();
    story.truth().networkChanged();
  }

  private void vanish(SimNode node) {
    node.machine().wantNoMore();
    vanished.add(node.host().id());
    node.host().crash();
    story.truth().down(node.host().id());
  }

  private void leave(Host<Word> host) {
    long staying = story.machines().stream().filter(Machine::wanted).count();
    if (staying > 1) {
      story.truth().mayGo(host.id());
      story.running(host.id()).ifPresent(SimNode::leave);
      if (!host.up()) {
        story.truth().down(host.id());
      }
    }
  }

  /** A machine that had left or vanished comes again. */
  private void comeBack() {
    any(host -> !host.up() && !story.machine(host.id()).wanted() && !banned.contains(host.id()))
        .ifPresent(
            host -> {
              Machine machine = story.machine(host.id());
              if (!machine.leaves() && world.nowNanos() > 2 * SECOND) {
                vanished.remove(host.id());
                come(machine);
              }
            });
  }

  private void ban() {
    if (random.below(4) > 0 || story.replication().decided().members().size() < 3) {
      return;
    }
    any(Host::up)
        .filter(host -> story.running(host.id()).flatMap(SimNode::duty).isEmpty())
        .ifPresent(
            host ->
                leader()
                    .flatMap(leads -> story.running(leads.id()))
                    .flatMap(SimNode::duty)
                    .ifPresent(
                        duty -> {
                          story.truth().mayGo(host.id());
                          banned.add(host.id());
                          duty.ban(host.id());
                        }));
  }

  private void verify() {
    List<NodeId> members = List.copyOf(story.replication().decided().members().keySet());
    if (members.size() > 1) {
      NodeId a = members.get(random.below(members.size()));
      NodeId b = members.get(random.below(members.size()));
      if (!a.equals(b)) {
        leader()
            .flatMap(leads -> story.running(leads.id()))
            .flatMap(SimNode::duty)
            .ifPresent(duty -> duty.verify(NodePair.of(a, b)));
      }
    }
  }

  // ---- and comes right -------------------------------------------------------------------

  private void comeRight() {
    heal();
    network.conditions(NetworkConditions.GOOD);
    long began = world.nowNanos();
    for (Machine machine : story.machines()) {
      startAgain(network.host(machine.id()));
    }
    long waiting =
        story.machines().stream().filter(machine -> machine.wanted() && !machine.entered()).count();
    long bound = SETTLE_NANOS + waiting * story.probesOfJoin() * (story.probeNanos() + SECOND);
    while (!settled()) {
      world.demand(
          world.nowNanos() - began <= bound,
          () -> "all is well since " + bound / SECOND + " s, and still: " + open);
      restartRefused();
      world.playFor(LOOK_NANOS);
    }
    settledAfterNanos = world.nowNanos() - began;
    story.truth().checkAll(story.replication().decided());
  }

  /** A user starts the daemon again when it has given up, as a service manager does. */
  private void restartRefused() {
    for (SimNode node : story.running()) {
      Machine machine = node.machine();
      if (machine.refusal().isPresent() && !isBanned(machine.id())) {
        node.host().crash();
        startAgain(node.host());
      }
    }
  }

  /** A ban may be decided long after it was asked for, or never. */
  private boolean isBanned(NodeId node) {
    return story.replication().decided().isBanned(node);
  }

  private boolean settled() {
    open = "";
    ReplicatedModel model = story.replication();
    Optional<SimNode> leader = model.leader().flatMap(story::running);
    Optional<LeaderDuty> duty = leader.flatMap(SimNode::duty);
    if (duty.isEmpty()) {
      return stillOpen("nobody leads");
    }
    ControlState decided = model.decided();
    for (Machine machine : story.machines()) {
      if (!settled(machine, decided)) {
        return false;
      }
    }
    Set<NodeId> living = new HashSet<>();
    for (SimNode node : story.running()) {
      if (node.member() && decided.isMember(node.host().id())) {
        living.add(node.host().id());
        if (node.state().revision() != decided.revision()) {
          return stillOpen(node + " does not know the newest state");
        }
      }
    }
    return votersSettled(model, living) && mapSettled(duty.get(), decided, living);
  }

  private boolean votersSettled(ReplicatedModel model, Set<NodeId> living) {
    int wanted = living.size() >= 3 ? 3 : 1;
    long good = model.roles().voters().stream().filter(living::contains).count();
    return good >= wanted || stillOpen("voters are " + model.roles().voters());
  }

  private boolean mapSettled(LeaderDuty duty, ControlState decided, Set<NodeId> living) {
    Set<NodeId> dead = new HashSet<>(decided.members().keySet());
    dead.removeAll(living);
    if (!duty.lost().equals(dead)) {
      return stillOpen("lost are " + duty.lost() + ", dead are " + dead);
    }
    for (NodeId node : living) {
      if (!story.truth().hasRow(decided, node)) {
        return stillOpen(node + " has no place in the map");
      }
    }
    Set<NodePair> passedOver = story.truth().passedOver(decided);
    passedOver.removeIf(pair -> !living.contains(pair.first()) || !living.contains(pair.second()));
    if (!passedOver.isEmpty()) { // a pair with a dead node in it stays open until that one is back
      return stillOpen(passedOver + " were passed over and not measured since");
    }
    if (world.nowNanos() - story.wire().lastBegunNanos() < QUIET_NANOS) {
      return stillOpen("probes run");
    }
    return true;
  }

  private boolean settled(Machine machine, ControlState decided) {
    NodeId id = machine.id();
    if (isBanned(id)) {
      return true;
    }
    if (machine.leaves()) {
      // with nobody to take over it stays, as the rules and the daemon say
      boolean heirs =
          story.running().stream()
              .map(node -> node.host().id())
              .anyMatch(other -> !other.equals(id) && decided.isMember(other));
      return !heirs || stillOpen(id + " has not left");
    }
    if (machine.wanted()) {
      return (machine.entered() && decided.isMember(id) && network.host(id).up())
          || stillOpen(id + " is not let in: " + machine.refusal().orElse("no answer"));
    }
    return true;
  }

  private boolean stillOpen(String what) {
    open = what;
    return false;
  }
}
