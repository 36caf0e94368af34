package io.kollaps.node.control.simulate;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.security.ClusterKey;
import io.kollaps.cluster.simulate.SplitMix64;
import io.kollaps.cluster.simulate.replica.Replica;
import io.kollaps.cluster.simulate.replica.ReplicatedModel;
import io.kollaps.cluster.simulate.world.Host;
import io.kollaps.cluster.simulate.world.Network;
import io.kollaps.cluster.simulate.world.NetworkConditions;
import io.kollaps.cluster.simulate.world.Program;
import io.kollaps.cluster.simulate.world.Story;
import io.kollaps.cluster.simulate.world.World;
import io.kollaps.cluster.state.ControlCommand;
import io.kollaps.cluster.state.Document;
import io.kollaps.cluster.state.Member;
import io.kollaps.cluster.state.VoterPlan;
import io.kollaps.linux.ownership.RunId;
import io.kollaps.node.control.RunDocuments;
import io.kollaps.node.control.RunPhase;
import io.kollaps.node.control.RunRecord;
import io.kollaps.node.control.leader.ControllerCommand.CallAnswer;
import io.kollaps.node.control.leader.ControllerSettings;
import io.kollaps.node.control.leader.NodeFact;
import io.kollaps.node.control.leader.PlaceableCluster;
import io.kollaps.node.control.manager.ManagerSettings;
import io.kollaps.placement.Cluster;
import io.kollaps.placement.NodeCapacity;
import io.kollaps.placement.Reservations;
import io.kollaps.placement.network.KnownTree;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A cluster that runs experiments for some minutes of virtual time, told by a seed.
 *
 * <p>What must hold, whatever happens: a request has at most one run, a run exactly one end; the
 * parts of an attempt start at one instant; a node never has parts of two attempts of a run; live
 * runs have different network identifiers; who was told that a run is accepted finds it on record;
 * a new leader can reserve again what live runs hold. Once the network is whole again: every
 * request is answered, every run ends, no part is left, nothing is reserved, no file is kept.
 */
public final class RunStory {
  static final long TICK_NANOS = 200_000_000L;

  private static final long SECOND = 1_000_000_000L;
  private static final long CHAOS_NANOS = 30 * SECOND;
  private static final long SETTLE_NANOS = 240 * SECOND;

  /** A part of a run that has ended is gone by then, on a network that is whole. */
  private static final long GONE_NANOS = 30 * SECOND;

  /** Messages are lost, doubled, and some of them five seconds late. */
  private static final NetworkConditions SLOW =
      new NetworkConditions(0.05, 0.1, 1_000_000L, 4_000_000L, 0.05, 5 * SECOND, 0);

  private static final int MOST_NODES = 6;
  private static final int LEAST_NODES = 4;
  private static final int SLOTS = 6;
  private static final long GIGABIT = 1_000_000_000L;

  static final ManagerSettings MANAGER_SETTINGS =
      new ManagerSettings(TICK_NANOS, SECOND, 4 * SECOND, 120 * SECOND, 6 * SECOND, 6, 40, 64);

  private static final ControllerSettings SETTINGS =
      new ControllerSettings(
          TICK_NANOS,
          SECOND,
          15 * SECOND,
          10 * SECOND,
          100 * SECOND,
          12 * SECOND,
          30 * SECOND,
          14 * SECOND,
          6,
          1_000_000,
          4,
          10,
          100,
          100_000,
          3);

  /** What is told. */
  public enum Kind {
    /**
     * Everything at once: nodes and leaders crash and pause, the network falls apart, loses,
     * doubles and reorders, parts fail and hang, users submit, repeat and stop.
     */
    CHAOS,
    /** All is well, but one node crashes: the runs that have no part on it are not touched. */
    ONE_NODE_LOST,
    /**
     * Leaders without parts crash or are cut off, and messages are lost, doubled and up to seconds
     * late: no run is touched.
     */
    LEADERS_LOST
  }

  /**
   * What happened in a story.
   *
   * @param runs that were put on record
   * @param finished of these
   * @param aborted of these
   * @param attempts starts in all
   * @param parts that were made
   * @param refusals answers that refused
   */
  public record Tally(
      long runs, long finished, long aborted, long attempts, long parts, long refusals) {
    /** The sum of two. */
    public Tally plus(Tally other) {
      return new Tally(
          runs + other.runs,
          finished + other.finished,
          aborted + other.aborted,
          attempts + other.attempts,
          parts + other.parts,
          refusals + other.refusals);
    }
  }

  private final Kind kind;
  private final Sabotage sabotage;
  private final World world;
  private final SplitMix64 random;
  private final Network<Word> network;
  private final ReplicatedModel model;
  private final Truth truth;
  private final List<NodeId> nodes = new ArrayList<>();
  private final Map<NodeId, SimulatedNode> programs = new HashMap<>();
  private final Users users;
  private final Set<NodeId> lostOnce = new TreeSet<>();
  private final Set<RunId> failedOnce = new TreeSet<>();
  private final Set<NodeId> drained = new TreeSet<>();
  private Chances chances = Chances.GOOD;
  private boolean chaos;

  private RunStory(Kind kind, Sabotage sabotage, World world) {
    this.kind = kind;
    this.sabotage = sabotage;
    this.world = world;
    this.random = world.random("story");
    this.network = new Network<>(world, NetworkConditions.GOOD);
    this.model = new ReplicatedModel(world, network);
    this.truth = new Truth(world, kind == Kind.LEADERS_LOST);
    this.users = new Users(this, world);
  }

  /** A story to be played from a seed. */
  public static Story of(Kind kind, Sabotage sabotage) {
    return world -> new RunStory(kind, sabotage, world).play();
  }

  /** Plays a story and tells what happened in it. */
  public static Tally tally(Kind kind, World world) {
    RunStory story = new RunStory(kind, Sabotage.NONE, world);
    story.play();
    long finished =
        story.truth.records().values().stream()
            .filter(record -> record.phase() == RunPhase.FINISHED)
            .count();
    return new Tally(
        story.truth.records().size(),
        finished,
        story.truth.records().size() - finished,
        story.truth.startedAttempts(),
        story.truth.partsMade(),
        story.users.refusals());
  }

  // For the nodes

  World world() {
    return world;
  }

  Network<Word> network() {
    return network;
  }

  ReplicatedModel model() {
    return model;
  }

  Truth truth() {
    return truth;
  }

  Sabotage sabotage() {
    return sabotage;
  }

  Chances chances() {
    return chances;
  }

  boolean chaos() {
    return chaos;
  }

  /** Whether a healthy node may be given up by mistake. */
  boolean slips() {
    return chaos;
  }

  List<NodeId> nodes() {
    return nodes;
  }

  ControllerSettings controllerSettings() {
    return SETTINGS;
  }

  void notice(NodeId lost) {
    lostOnce.add(lost);
  }

  void notice(RunId failed) {
    failedOnce.add(failed);
  }

  void answer(long call, CallAnswer answer) {
    users.answered(call, answer);
  }

  List<NodeFact> facts(Set<NodeId> lost) {
    return nodes.stream()
        .map(id -> new NodeFact(id, id.value(), "host-" + id, 1500, !lost.contains(id)))
        .toList();
  }

  PlaceableCluster placeable(Set<NodeId> lost) {
    List<NodeCapacity> capacities = new ArrayList<>();
    List<KnownTree.Vertex> vertices = new ArrayList<>();
    for (NodeId node : nodes) {
      int slots = lost.contains(node) || drained.contains(node) ? 0 : SLOTS;
      capacities.add(
          new NodeCapacity(node.value(), slots, NodeCapacity.UNLIMITED, NodeCapacity.UNLIMITED, 0));
      vertices.add(new KnownTree.Vertex(node.value(), Optional.of(nodes.size()), GIGABIT, GIGABIT));
    }
    vertices.add(new KnownTree.Vertex("switch", Optional.empty(), 0, 0));
    return new PlaceableCluster(
        new Cluster(capacities, new KnownTree(nodes.size(), vertices)), nodes);
  }

  /** A node that believes that it leads; now and then any node. */
  Optional<SimulatedNode> someLeader() {
    List<SimulatedNode> leading = new ArrayList<>();
    for (NodeId id : nodes) {
      SimulatedNode program = programs.get(id);
      if (program != null
          && network.host(id).up()
          && !network.host(id).paused()
          && (program.controller().leads() || (chaos && random.below(20) == 0))) {
        leading.add(program);
      }
    }
    return leading.isEmpty()
        ? Optional.empty()
        : Optional.of(leading.get(random.below(leading.size())));
  }

  private SimulatedNode program(NodeId id) {
    SimulatedNode program = programs.get(id);
    if (program == null) {
      throw new IllegalStateException(id + " was never started");
    }
    return program;
  }

  private Optional<SimulatedNode> leader() {
    return model
        .leader()
        .map(programs::get)
        .filter(program -> network.host(program.id()).up() && program.controller().leads());
  }

  // The story

  private void play() {
    found();
    switch (kind) {
      case CHAOS -> playChaos();
      case ONE_NODE_LOST -> playOneNodeLost();
      case LEADERS_LOST -> playLeadersLost();
    }
    settle();
    checkEnd();
  }

  private void found() {
    int least = kind == Kind.LEADERS_LOST ? LEAST_NODES + 1 : LEAST_NODES;
    int count = least + random.below(MOST_NODES - least + 1);
    for (int i = 0; i < count; i++) {
      NodeId id = new NodeId("n" + i);
      nodes.add(id);
      Host<Word> host = network.add(id, this::boot);
      host.setClock(random.below(1_000_000) * 1_000_000L, (random.unit() - 0.5) * 2 * 20);
    }
    model.found(nodes.getFirst());
    model.watch(truth::decided);
    network.hosts().forEach(Host::start);
    world.playFor(3 * SECOND);
    Replica founder = program(nodes.getFirst()).replica();
    founder.submit(
        new ControlCommand.FormCluster(
            "c",
            new Member(nodes.getFirst(), "n0", "h0", 7700, 0, Member.Mode.ACTIVE, 1, 1, ""),
            new ClusterKey(1, "00".repeat(32))),
        _ -> {});
    world.playFor(SECOND);
    founder.divide(
        new VoterPlan.Roles(
            new TreeSet<>(nodes.subList(0, 3)), new TreeSet<>(nodes.subList(3, count))),
        Optional.empty(),
        _ -> {});
    world.playFor(SECOND);
  }

  private Program<Word> boot(Host<Word> host) {
    SimulatedNode program = new SimulatedNode(this, host);
    programs.put(host.id(), program);
    return program;
  }

  private void playChaos() {
    chaos = true;
    chances = Chances.BAD;
    users.plan(8 + random.below(8), CHAOS_NANOS, true);
    long until = world.nowNanos() + CHAOS_NANOS;
    while (world.nowNanos() < until) {
      network.conditions(random.below(3) == 0 ? NetworkConditions.GOOD : NetworkConditions.BAD);
      strike();
      world.playFor(random.below(3000) * 1_000_000L);
      truth.checkNow();
    }
    chaos = false;
    chances = Chances.GOOD;
    network.conditions(NetworkConditions.GOOD);
    network.heal();
  }

  /** Something bad happens. */
  private void strike() {
    NodeId node = nodes.get(random.below(nodes.size()));
    Host<Word> host = network.host(node);
    switch (random.below(9)) {
      case 0, 1 -> {
        crash(host);
        world.after(random.below(6000) * 1_000_000L, host::start);
      }
      case 2 ->
          model
              .leader()
              .ifPresent(
                  leader -> {
                    crash(network.host(leader));
                    world.after(random.below(6000) * 1_000_000L, network.host(leader)::start);
                  });
      case 3 -> host.pause(random.below(5000) * 1_000_000L);
      case 4 -> network.partition(List.of(Set.of(node)));
      case 5 -> {
        Set<NodeId> side = new TreeSet<>();
        nodes.stream().filter(_ -> random.below(2) == 0).forEach(side::add);
        network.partition(List.of(side));
      }
      case 6 -> network.cut(node, nodes.get(random.below(nodes.size())));
      default -> network.heal();
    }
  }

  private void crash(Host<Word> host) {
    if (host.up()) {
      lostOnce.add(host.id());
      host.crash();
      truth.crashed(host.id());
    }
  }

  private void playOneNodeLost() {
    users.plan(5, 4 * SECOND, false);
    world.playFor((5 + random.below(6)) * SECOND);
    NodeId victim = nodes.get(random.below(nodes.size()));
    crash(network.host(victim));
    if (random.below(2) == 0) {
      world.after(random.below(8000) * 1_000_000L, network.host(victim)::start);
    } else {
      world.after(40 * SECOND, network.host(victim)::start);
    }
    world.playFor(20 * SECOND);
    checkUntouched();
  }

  private void playLeadersLost() {
    drained.addAll(nodes.subList(0, 3));
    network.conditions(SLOW);
    users.plan(4, 4 * SECOND, false);
    for (int i = 0; i < 2; i++) {
      world.playFor((2 + random.below(8)) * SECOND);
      Optional<NodeId> leader = model.leader();
      if (leader.isPresent()) {
        Host<Word> host = network.host(leader.get());
        if (random.below(2) == 0) {
          crash(host);
          world.after((1 + random.below(8)) * SECOND, host::start);
        } else {
          network.partition(List.of(Set.of(leader.get())));
          lostOnce.add(leader.get());
          world.playFor((1 + random.below(12)) * SECOND);
          network.heal();
        }
      }
    }
    world.playFor(5 * SECOND);
    network.conditions(NetworkConditions.GOOD);
  }

  /** Lets everything come to its end. */
  private void settle() {
    network.hosts().forEach(Host::start);
    long healed = world.nowNanos();
    while (world.nowNanos() - healed < SETTLE_NANOS && !quiet()) {
      world.playFor(SECOND);
      truth.checkNow();
      checkParts(healed);
    }
    world.playFor(12 * SECOND);
  }

  private boolean quiet() {
    return users.allAnswered()
        && leader().isPresent()
        && leader().get().controller().runs().stream().allMatch(run -> run.record().phase().ended())
        && truth.parts().values().stream().allMatch(Set::isEmpty);
  }

  /** No part is left of a run that ended long ago. */
  private void checkParts(long healed) {
    truth
        .parts()
        .forEach(
            (node, keys) ->
                keys.forEach(
                    key -> {
                      long since =
                          Math.max(healed, truth.endedAtNanos(key.run()).orElse(Long.MAX_VALUE));
                      world.demand(
                          world.nowNanos() - since < GONE_NANOS || since == Long.MAX_VALUE,
                          () -> node + " still has " + key + ", whose run has ended");
                    }));
  }

  private void checkUntouched() {
    checkUntouched(false);
  }

  /** Runs without a part on a lost node, and without a part that failed, do what they should. */
  private void checkUntouched(boolean atEnd) {
    for (RunRecord record : truth.records().values()) {
      boolean touched =
          failedOnce.contains(record.run())
              || record.attempt() > 1
              || record.nodes().stream().anyMatch(node -> lostOnce.contains(node.id()));
      world.demand(
          touched
              || (record.phase() != RunPhase.ABORTED
                  && (!atEnd || record.phase() == RunPhase.FINISHED)),
          () -> "nothing happened to " + record);
    }
  }

  private void checkEnd() {
    Optional<SimulatedNode> leader = leader();
    world.demand(leader.isPresent(), () -> "nobody leads in the end");
    world.demand(users.allAnswered(), () -> "not answered: " + users.open());
    users.checkAccepted(truth);
    truth
        .records()
        .values()
        .forEach(
            record ->
                world.demand(
                    record.phase().ended(),
                    () ->
                        record
                            + " has not ended; parts "
                            + leader.flatMap(l -> l.controller().run(record.run()))));
    truth
        .parts()
        .forEach((node, keys) -> world.demand(keys.isEmpty(), () -> node + " still has " + keys));
    for (NodeId id : nodes) {
      SimulatedNode program = program(id);
      world.demand(
          program.manager().parts().isEmpty(),
          () -> id + " still remembers " + program.manager().parts());
    }
    leader.ifPresent(this::checkReservations);
    for (Document.Key key : model.decided().documents().keySet()) {
      world.demand(
          !key.room().equals(RunDocuments.FILE_ROOM), () -> "a file is still kept: " + key);
    }
    if (kind != Kind.CHAOS) {
      checkUntouched(true);
      checkReplaced();
    }
  }

  private void checkReservations(SimulatedNode leader) {
    Reservations left = leader.desk().reservations();
    world.demand(left.runs().isEmpty(), () -> "still reserved: " + left.runs());
    left.uses()
        .forEach(use -> world.demand(use.usedBitsPerSecond() == 0, () -> "not given back: " + use));
    for (int i = 0; i < nodes.size(); i++) {
      int node = i;
      world.demand(left.load(node) == 0, () -> "slots not given back on node " + node);
    }
  }

  /** In a cluster where only one thing happened, a run that may be replaced finishes. */
  private void checkReplaced() {
    for (RunRecord record : truth.records().values()) {
      world.demand(
          record.policy() != io.kollaps.node.control.LossPolicy.REPLACE
              || record.phase() == RunPhase.FINISHED
              || record.reason().contains("placed again"),
          () -> "it was to be placed again: " + record);
      world.demand(
          kind != Kind.LEADERS_LOST
              || (record.phase() == RunPhase.FINISHED && record.attempt() == 1),
          () -> "a change of the leader touched " + record);
    }
  }
}
