package io.kollaps.cluster.simulate.campaign;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.capacity.CapacityEntry;
import io.kollaps.cluster.capacity.CapacityMap;
import io.kollaps.cluster.capacity.NodePair;
import io.kollaps.cluster.join.CapacityRecord;
import io.kollaps.cluster.join.CapacityRecords;
import io.kollaps.cluster.join.MeasuredNetwork;
import io.kollaps.cluster.simulate.SimulatedProbes;
import io.kollaps.cluster.simulate.SplitMix64;
import io.kollaps.cluster.simulate.world.World;
import io.kollaps.cluster.state.ControlState;
import io.kollaps.cluster.state.Document;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What really is, and what must hold: knows more than any node. */
final class Truth {
  private static final long MILLI = 1_000_000L;
  private static final long SECOND = 1000 * MILLI;

  /** Two straggling messages late, and the silence after which a member is given up. */
  private static final long CALM_NANOS = 4500 * MILLI;

  /** The bound for finding a dead member. */
  private static final long FOUND_NANOS = 3 * SECOND;

  private static final double ROUNDING = 1e-9;
  private static final int SAMPLED_PAIRS = 40;
  private static final int SMALL = 32;
  private static final int MANY = 100;
  private static final int MANY_SAMPLES = 500;

  private final ClusterStory story;
  private final World world;
  private final SplitMix64 random;
  private final Map<NodeId, Long> disturbedAtNanos = new HashMap<>();
  private final Map<NodeId, Long> downAtNanos = new HashMap<>();
  private final Set<NodeId> mayGo = new HashSet<>();
  private Set<NodeId> members = Set.of();
  private boolean everPassedOver;
  private Map<NodeId, Set<NodeId>> passedOver = Map.of();
  private boolean strict;
  private long knownRevision = -1;
  private CapacityMap known = CapacityMap.EMPTY;
  private long networkChangedAtNanos;
  private int lastDocuments;
  private long admissions;
  private long losses;
  private long checkedEntries;

  Truth(ClusterStory story) {
    this.story = story;
    this.world = story.world();
    this.random = world.random("truth");
  }

  long admissions() {
    return admissions;
  }

  long losses() {
    return losses;
  }

  long checkedEntries() {
    return checkedEntries;
  }

  /** A machine starts, becomes a member or wakes up: nobody may expect its answers of before. */
  void disturbed(NodeId node) {
    disturbedAtNanos.put(node, world.nowNanos());
    downAtNanos.remove(node);
  }

  /** A machine goes down. */
  void down(NodeId node) {
    downAtNanos.put(node, world.nowNanos());
  }

  /** Who reaches whom is another question from now on. */
  void networkChanged() {
    networkChangedAtNanos = world.nowNanos();
  }

  /** A member may vanish from the members: its user or an administrator wants that. */
  void mayGo(NodeId node) {
    mayGo.add(node);
  }

  /** Its user wants it as a member. */
  void stays(NodeId node) {
    mayGo.remove(node);
  }

  // ---- members ---------------------------------------------------------------------------

  /** Another state was decided. */
  void decided(ControlState state) {
    Set<NodeId> now = Set.copyOf(state.members().keySet());
    if (!now.equals(members)) {
      Set<NodeId> before = members;
      members = new HashSet<>(now);
      before.stream().filter(node -> !now.contains(node)).forEach(this::gone);
      for (NodeId node : new TreeSet<>(now)) {
        if (!before.contains(node)) {
          admitted(node, state);
        }
      }
    }
    int documents = state.documents().size();
    if (documents != lastDocuments && (documents < SMALL || random.below(documents) < SMALL)) {
      check(map(state), Optional.empty());
    }
    lastDocuments = documents;
  }

  private void gone(NodeId node) {
    world.demand(
        mayGo.contains(node), () -> node + " is no member any more, and nobody wanted that");
  }

  private CapacityMap map(ControlState state) {
    MeasuredNetwork found = CapacityRecords.restore(story.book().of(state), state::isMember);
    passedOver = found.passedOver();
    everPassedOver |= !passedOver.isEmpty();
    return found.map();
  }

  private void admitted(NodeId node, ControlState state) {
    admissions++;
    int size = state.members().size();
    boolean record =
        state
            .documents()
            .containsKey(new Document.Key(CapacityRecord.ROOM, CapacityRecord.OfNode.keyOf(node)));
    if (size > 1) {
      world.demand(record, () -> node + " is admitted without a row");
    }
    // a map takes long to read where it is large: then not every one is looked at
    if (size > 1 && (size <= MANY || random.below(size) < MANY)) {
      CapacityMap map = map(state);
      world.demand(map.has(node), () -> node + " is admitted without a row");
      check(map, Optional.of(node));
    }
  }

  /** A machine was told that it is a member. */
  void entered(NodeId node) {
    world.demand(
        members.contains(node) || mayGo.contains(node),
        () -> node + " was told that it is a member, and is none");
    disturbed(node);
  }

  // ---- the map ---------------------------------------------------------------------------

  /**
   * Compares entries with the true network: of one node or all, or a sample where they are many.
   */
  private void check(CapacityMap map, Optional<NodeId> of) {
    List<CapacityMap.Placed> placed = map.nodes();
    int size = placed.size();
    if (size < 2) {
      return;
    }
    if (size <= SMALL) {
      for (CapacityMap.Placed from : placed) {
        if (of.isEmpty() || of.get().equals(from.profile().id())) {
          placed.forEach(to -> check(map, from.profile().id(), to.profile().id()));
        }
      }
    } else {
      for (int i = 0; i < SAMPLED_PAIRS; i++) {
        NodeId from = of.orElse(placed.get(random.below(size)).profile().id());
        check(map, from, placed.get(random.below(size)).profile().id());
      }
    }
  }

  private void check(CapacityMap map, NodeId from, NodeId to) {
    if (from.equals(to)) {
      return;
    }
    Optional<CapacityEntry> known = map.entry(from, to);
    world.demand(known.isPresent(), () -> "nothing is known from " + from + " to " + to);
    CapacityEntry entry = known.orElseThrow();
    long real =
        story.probes().trueBitsPerSecond(SimulatedProbes.number(from), SimulatedProbes.number(to));
    double noise = (story.plan().relativeNoise() + ROUNDING) * real + 1;
    double off = (double) entry.bitsPerSecond() - real;
    checkedEntries++;
    world.demand(
        (entry.lowerBound() || mayBeLow(from, to)) ? off <= noise : Math.abs(off) <= noise,
        () -> "the map says " + entry + ", the network has " + real + " bit/s");
  }

  /**
   * A node that did not answer while others joined may be nearer to them than the map says, and to
   * whoever hangs beside them, until they were measured with one another; the map knows that.
   */
  private boolean mayBeLow(NodeId from, NodeId to) {
    return everPassedOver && !(strict && lives(from) && lives(to));
  }

  private boolean lives(NodeId node) {
    return story.running(node).filter(SimNode::member).isPresent();
  }

  /** Nodes that were passed over, each with who joined meanwhile, by the decided map. */
  Set<NodePair> passedOver(ControlState state) {
    look(state);
    Set<NodePair> pairs = new LinkedHashSet<>();
    new TreeMap<>(passedOver)
        .forEach(
            (node, joined) ->
                new TreeSet<>(joined).forEach(other -> pairs.add(NodePair.of(node, other))));
    return pairs;
  }

  private void look(ControlState state) {
    if (state.revision() != knownRevision) {
      knownRevision = state.revision();
      known = map(state);
    }
  }

  /** Whether a node has its place in the decided map. */
  boolean hasRow(ControlState state, NodeId node) {
    look(state);
    return known.has(node);
  }

  /** Checks every entry of a map after everything was measured that could be. */
  void checkAll(ControlState state) {
    CapacityMap map = map(state);
    strict = true;
    if (map.nodes().size() <= 10 * SMALL) {
      for (CapacityMap.Placed from : map.nodes()) {
        map.nodes().forEach(to -> check(map, from.profile().id(), to.profile().id()));
      }
    } else {
      for (int i = 0; i < MANY_SAMPLES; i++) {
        check(map, Optional.empty());
      }
    }
  }

  // ---- liveness --------------------------------------------------------------------------

  private boolean calm(NodeId node, long nanos) {
    return world.nowNanos() - disturbedAtNanos.getOrDefault(node, 0L) > nanos;
  }

  /** A leader has given up a member: never one that it could reach all the time. */
  void heldForLost(NodeId leader, NodeId member) {
    losses++;
    boolean reachable =
        world.nowNanos() - networkChangedAtNanos > CALM_NANOS
            && calm(leader, CALM_NANOS)
            && calm(member, CALM_NANOS)
            && story.reach(leader, member)
            && !story.network().host(leader).paused()
            && !story.network().host(member).paused()
            && story.running(member).filter(SimNode::member).isPresent();
    world.demand(
        !reachable, () -> leader + " gives up " + member + ", which it could reach all the time");
    world.trace().note(leader, "gives up", member);
  }

  /** Every dead member is found by a leader that had the time for it. */
  void lookAtTheDead() {
    long now = world.nowNanos();
    for (SimNode node : story.running()) {
      Optional<LeaderDuty> duty = node.duty();
      NodeId leader = node.host().id();
      if (duty.isEmpty()
          || node.host().paused()
          || !calm(leader, FOUND_NANOS)
          || now - duty.get().ledAtNanos() <= FOUND_NANOS) {
        continue;
      }
      downAtNanos.forEach(
          (dead, since) -> {
            boolean due =
                now - since > FOUND_NANOS
                    && duty.get()
                        .watchedAtNanos(dead)
                        .filter(at -> now - at > FOUND_NANOS)
                        .isPresent();
            world.demand(
                !due || duty.get().lost().contains(dead),
                () -> leader + " has not noticed that " + dead + " is dead");
          });
    }
  }
}
