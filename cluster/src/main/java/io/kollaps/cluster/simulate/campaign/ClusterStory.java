package io.kollaps.cluster.simulate.campaign;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.capacity.JoinSettings;
import io.kollaps.cluster.capacity.Measurement;
import io.kollaps.cluster.capacity.NodeProfile;
import io.kollaps.cluster.join.Contact;
import io.kollaps.cluster.join.JoinPolicy;
import io.kollaps.cluster.join.JoinerPolicy;
import io.kollaps.cluster.join.PathQuality;
import io.kollaps.cluster.join.ProbeOutcome;
import io.kollaps.cluster.join.ProbePlan;
import io.kollaps.cluster.membership.LivenessSettings;
import io.kollaps.cluster.security.ClusterKey;
import io.kollaps.cluster.simulate.PhysicalTree;
import io.kollaps.cluster.simulate.SimulatedProbes;
import io.kollaps.cluster.simulate.SplitMix64;
import io.kollaps.cluster.simulate.replica.ReplicatedModel;
import io.kollaps.cluster.simulate.world.Host;
import io.kollaps.cluster.simulate.world.Network;
import io.kollaps.cluster.simulate.world.NetworkConditions;
import io.kollaps.cluster.simulate.world.World;
import io.kollaps.cluster.state.ControlCommand;
import io.kollaps.cluster.state.TokenRecord;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One cluster's life under faults: everything that its nodes need, and who they are. */
final class ClusterStory {
  private static final long MILLI = 1_000_000L;
  private static final long SECOND = 1000 * MILLI;
  private static final long EPOCH_NANOS = 1_700_000_000L * SECOND;
  private static final int CLOCK_SPREAD_MILLIS = 5000;
  private static final double DRIFT_PPM = 50;
  private static final int KEY_HEX = 64;
  private static final int TOKEN_USES = 1_000_000;
  private static final double LIE = 0.6;
  private static final int LIES_EVERY = 3;
  private static final int MOST_FOUND = 8;

  /** Many nodes with probes as long as real ones take days of virtual time. */
  private static final int LONG_PROBES_UP_TO = 12;

  /** From here on everything takes long, and what costs most is done as seldom as it may be. */
  private static final int HUGE = 500;

  private static final int SHORT_PROBE_MILLIS = 50;

  /** With all their attempts; far above what a join needs whose node knows its interface. */
  private static final int PROBES_OF_JOIN = 16;

  private final ClusterPlan plan;
  private final World world;
  private final Network<Word> network;
  private final PhysicalTree tree;
  private final SimulatedProbes probes;
  private final ProbeWire wire;
  private final ReplicatedModel model;
  private final RecordBook book = new RecordBook();
  private final Map<NodeId, Machine> machines = new LinkedHashMap<>();
  private final Map<NodeId, SimNode> nodes = new LinkedHashMap<>();
  private final SplitMix64 secrets;
  private final SplitMix64 random;
  private final JoinPolicy policy;
  private final boolean nicKnown;
  private final Truth truth;
  private long measured;

  ClusterStory(ClusterPlan plan, World world) {
    this.plan = plan;
    this.world = world;
    random = world.random("story");
    secrets = world.random("secrets");
    network = new Network<>(world, NetworkConditions.GOOD);
    network.tellOf(_ -> false); // signs of life would hide everything else
    tree = plan.network(world.seed());
    probes =
        new SimulatedProbes(
            tree, JoinSettings.ETHERNET_GOODPUT, plan.relativeNoise(), secrets.nextLong());
    wire = new ProbeWire(world, network, tree);
    model =
        plan.sabotage() == Sabotage.OWN_MAJORITY
            ? ReplicatedModel.electingWithoutMajority(world, network)
            : new ReplicatedModel(world, network);
    boolean longProbes = plan.nodes() <= LONG_PROBES_UP_TO && random.below(4) == 0;
    long probeMillis = longProbes ? 4000 : 100 + random.below(400);
    policy =
        JoinPolicy.of(new ProbePlan((huge() ? SHORT_PROBE_MILLIS : probeMillis) * MILLI, 0.01, 0));
    boolean drawn = random.below(4) > 0;
    nicKnown =
        (drawn || huge()) && plan.kind() != ClusterPlan.Kind.DIRECTED; // a speed tells of both ways
    for (int i = 0; i < plan.nodes(); i++) {
      add(i);
    }
    truth = new Truth(this);
    model.watch(truth::decided);
  }

  private void add(int number) {
    NodeId id = SimulatedProbes.id(number);
    Machine machine =
        new Machine(
            id,
            nicKnown ? NodeProfile.of(id, tree.nicBitsPerSecond(number)) : NodeProfile.unknown(id));
    machines.put(id, machine);
    Host<Word> host =
        network.add(
            id,
            started -> {
              SimNode node = new SimNode(this, started, machine);
              nodes.put(id, node);
              truth.disturbed(id);
              started.after(0, node::begin);
              return node;
            });
    host.setClock(
        EPOCH_NANOS + random.below(CLOCK_SPREAD_MILLIS) * MILLI,
        DRIFT_PPM * (2 * random.unit() - 1));
  }

  ClusterPlan plan() {
    return plan;
  }

  World world() {
    return world;
  }

  Network<Word> network() {
    return network;
  }

  ReplicatedModel replication() {
    return model;
  }

  ProbeWire wire() {
    return wire;
  }

  RecordBook book() {
    return book;
  }

  Truth truth() {
    return truth;
  }

  SplitMix64 secrets() {
    return secrets;
  }

  SplitMix64 random() {
    return random;
  }

  SimulatedProbes probes() {
    return probes;
  }

  List<Machine> machines() {
    return List.copyOf(machines.values());
  }

  Machine machine(NodeId id) {
    Machine machine = machines.get(id);
    if (machine == null) {
      throw new IllegalArgumentException("there is no machine " + id);
    }
    return machine;
  }

  NodeProfile profile(NodeId id) {
    return machine(id).profile();
  }

  /** What runs on a machine that is up. */
  Optional<SimNode> running(NodeId id) {
    return network.host(id).up() ? Optional.ofNullable(nodes.get(id)) : Optional.empty();
  }

  /** Every node that runs. */
  List<SimNode> running() {
    List<SimNode> up = new ArrayList<>();
    for (SimNode node : nodes.values()) {
      if (node.host().up()) {
        up.add(node);
      }
    }
    return up;
  }

  // ---- settings --------------------------------------------------------------------------

  JoinPolicy policy() {
    return policy;
  }

  JoinerPolicy joinerPolicy() {
    return JoinerPolicy.DEFAULT;
  }

  JoinSettings joinSettings() {
    JoinSettings settings = JoinSettings.DEFAULT.withNoise(plan.relativeNoise());
    return plan.sabotage() == Sabotage.PROBES_TOGETHER ? settings.withParallelJoins(4) : settings;
  }

  LivenessSettings livenessSettings() {
    LivenessSettings usual = LivenessSettings.DEFAULT;
    return plan.sabotage() == Sabotage.NO_CONFIRMATION
        ? new LivenessSettings(usual.periodNanos(), usual.misses(), 0, usual.confirmPeriodNanos())
        : usual;
  }

  private boolean huge() {
    return plan.nodes() >= HUGE;
  }

  /**
   * How often a joining node looks at its clock.
   *
   * @param steps whether its turn has come; else its shortest wait is half a second
   */
  long tickNanos(boolean steps) {
    return (huge() && !steps ? 500 : 100) * MILLI;
  }

  /**
   * Probes that a join needs at most. A node whose interface's speed is known is told where it
   * stops looking; one of many equal ones that does not know its own may have to be probed with
   * each.
   */
  int probesOfJoin() {
    return nicKnown ? PROBES_OF_JOIN : Math.max(PROBES_OF_JOIN, plan.nodes());
  }

  /** How long a probe loads the links: both directions, and what lies between. */
  long probeNanos() {
    return 2 * policy.plan().durationNanos() + 50 * MILLI;
  }

  ControlCommand forming(Machine founder) {
    return new ControlCommand.FormCluster("cluster", founder.member(), key(1));
  }

  ControlCommand token() {
    return new ControlCommand.AddToken(
        new TokenRecord(Machine.TOKEN, "00", Long.MAX_VALUE, TOKEN_USES), false);
  }

  private static ClusterKey key(int generation) {
    return new ClusterKey(generation, "0".repeat(KEY_HEX));
  }

  ClusterKey nextKey(ClusterKey before) {
    return key(before.generation() + 1);
  }

  // ---- surroundings of the nodes ---------------------------------------------------------

  /** Members that answer a broadcast: each answer may be lost. */
  List<Contact> found(NodeId by) {
    List<Contact> answers = new ArrayList<>();
    double passes = 1 - network.conditions().loss();
    for (SimNode node : running()) {
      if (node.member()
          && answers.size() < MOST_FOUND
          && reach(by, node.host().id())
          && random.unit() < passes * passes) {
        answers.add(Machine.contact(node.host().id()));
      }
    }
    return answers;
  }

  /** Whether messages pass both ways. */
  boolean reach(NodeId a, NodeId b) {
    return network.reaches(a, b) && network.reaches(b, a);
  }

  /** What a probe finds. */
  ProbeOutcome measure(ProbeWire.Transfer transfer) {
    Measurement found = wire.measure(transfer, probes);
    measured++;
    double share = plan.sabotage() == Sabotage.LYING_PROBES && measured % LIES_EVERY == 0 ? LIE : 1;
    return new ProbeOutcome.Measured(
        (long) (found.forwardBitsPerSecond() * share),
        (long) (found.backwardBitsPerSecond() * share),
        Optional.of(new PathQuality(measured, 0, 0)));
  }

  /** A machine was told that it is a member. */
  void entered(Machine machine) {
    truth.entered(machine.id());
  }

  /** A leader has given up a member. */
  void heldForLost(NodeId leader, NodeId member) {
    truth.heldForLost(leader, member);
  }
}
