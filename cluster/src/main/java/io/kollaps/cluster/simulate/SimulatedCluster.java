package io.kollaps.cluster.simulate;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.capacity.CapacityMapper;
import io.kollaps.cluster.capacity.ExpectedCapacities;
import io.kollaps.cluster.capacity.Hints;
import io.kollaps.cluster.capacity.JoinCommand;
import io.kollaps.cluster.capacity.JoinEvent;
import io.kollaps.cluster.capacity.JoinSettings;
import io.kollaps.cluster.capacity.Measurement;
import io.kollaps.cluster.capacity.NodeProfile;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A {@link CapacityMapper} with a simulated network around it. */
public final class SimulatedCluster {
  private static final long PROBE_NANOS = 15_000_000_000L;

  private final CapacityMapper mapper;
  private final SimulatedProbes probes;
  private final Map<NodeId, Integer> probesOfJoin = new HashMap<>();
  private final List<JoinCommand> seen = new ArrayList<>();
  private long nowNanos;
  private int slots;
  private int probeCount;

  /** A cluster without nodes. */
  public SimulatedCluster(CapacityMapper mapper, SimulatedProbes probes) {
    this.mapper = mapper;
    this.probes = probes;
  }

  /**
   * Lets all nodes of a network join, each after the one before.
   *
   * @param nicKnown true when the nodes know their interfaces' speeds
   */
  public static SimulatedCluster joined(
      PhysicalTree network, JoinSettings settings, SimulatedProbes probes, boolean nicKnown) {
    SimulatedCluster cluster =
        new SimulatedCluster(new CapacityMapper(settings, ExpectedCapacities.NONE), probes);
    for (int i = 0; i < network.size(); i++) {
      NodeId id = SimulatedProbes.id(i);
      cluster.join(
          nicKnown ? NodeProfile.of(id, network.nicBitsPerSecond(i)) : NodeProfile.unknown(id),
          Hints.NONE);
    }
    return cluster;
  }

  /** Lets one node join. */
  public void join(NodeProfile node, Hints hints) {
    run(List.of(new JoinEvent.JoinBegins(node, hints, nowNanos)));
  }

  /** Handles events, then every probe that follows from them, until nothing is left to do. */
  public void run(List<JoinEvent> events) {
    Deque<JoinCommand.Probe> asked = new ArrayDeque<>();
    events.forEach(event -> take(mapper.handle(event), asked));
    while (!asked.isEmpty()) {
      List<JoinCommand.Probe> slot = List.copyOf(asked);
      asked.clear();
      slots++;
      probeCount += slot.size();
      nowNanos += PROBE_NANOS;
      List<Measurement> measured = measured(slot);
      for (int i = 0; i < slot.size(); i++) {
        JoinCommand.Probe probe = slot.get(i);
        take(
            mapper.handle(new JoinEvent.ProbeDone(probe.from(), probe.to(), measured.get(i))),
            asked);
      }
    }
  }

  private List<Measurement> measured(List<JoinCommand.Probe> slot) {
    List<int[]> pairs =
        slot.stream()
            .map(p -> new int[] {SimulatedProbes.number(p.from()), SimulatedProbes.number(p.to())})
            .toList();
    return pairs.size() == 1
        ? List.of(probes.probe(pairs.getFirst()[0], pairs.getFirst()[1], nowNanos))
        : probes.together(pairs, nowNanos);
  }

  private void take(List<JoinCommand> commands, Deque<JoinCommand.Probe> asked) {
    for (JoinCommand command : commands) {
      seen.add(command);
      switch (command) {
        case JoinCommand.Probe probe -> asked.add(probe);
        case JoinCommand.CancelProbe(NodeId from, NodeId to) ->
            asked.remove(new JoinCommand.Probe(from, to));
        case JoinCommand.Joined(NodeId node, int count) -> probesOfJoin.put(node, count);
        default -> {} // kept in "seen" for those who ask
      }
    }
  }

  /** The mapper inside. */
  public CapacityMapper mapper() {
    return mapper;
  }

  /** All commands so far. */
  public List<JoinCommand> seen() {
    return List.copyOf(seen);
  }

  /** Virtual time. */
  public long nowNanos() {
    return nowNanos;
  }

  /** Times at which probes ran, those of one time together being one. */
  public int slots() {
    return slots;
  }

  /** All probes so far. */
  public int probeCount() {
    return probeCount;
  }

  /** Probes of each node's last join. */
  public Map<NodeId, Integer> probesOfJoin() {
    return Map.copyOf(probesOfJoin);
  }
}
