package io.kollaps.cluster.capacity;

import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.simulate.MapError;
import io.kollaps.cluster.simulate.PhysicalTree;
import io.kollaps.cluster.simulate.PhysicalTree.Element;
import io.kollaps.cluster.simulate.PhysicalTrees;
import io.kollaps.cluster.simulate.SimulatedCluster;
import io.kollaps.cluster.simulate.SimulatedProbes;
import io.kollaps.cluster.simulate.SplitMix64;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class CapacityMapperTest {
  private static final JoinSettings EXACT = JoinSettings.DEFAULT.withNoise(0).withGoodput(1);
  private static final long DAY_NANOS = 24 * 3_600_000_000_000L;
  private static final NodeId A = new NodeId("n0");
  private static final NodeId B = new NodeId("n1");
  private static final NodeId C = new NodeId("n2");

  private static CapacityMapper mapper() {
    return new CapacityMapper(EXACT, ExpectedCapacities.NONE);
  }

  private static JoinEvent begins(NodeId node) {
    return new JoinEvent.JoinBegins(NodeProfile.of(node, 1000), Hints.NONE, 0);
  }

  private static SimulatedCluster joined(PhysicalTree network, SimulatedProbes probes) {
    return SimulatedCluster.joined(network, EXACT, probes, true);
  }

  @Test
  void shouldTakeTheFirstNodeWithoutAProbe() {
    CapacityMapper mapper = mapper();

    assertThat(mapper.handle(begins(A))).containsExactly(new JoinCommand.Joined(A, 0));
    assertThat(mapper.map().nodes()).hasSize(1);
    assertThat(mapper.map().row(A)).isEmpty();
    assertThat(mapper.busy()).isFalse();
  }

  @Test
  void shouldMeasureOneJoinAfterTheOtherAndTheFastestFirst() {
    CapacityMapper mapper = mapper();
    mapper.handle(begins(A));
    assertThat(mapper.handle(begins(B))).containsExactly(new JoinCommand.Probe(B, A));

    NodeId fast = new NodeId("fast");
    assertThat(mapper.handle(begins(C))).isEmpty();
    assertThat(mapper.handle(new JoinEvent.JoinBegins(NodeProfile.of(fast, 10_000), Hints.NONE, 0)))
        .isEmpty();

    List<JoinCommand> next =
        mapper.handle(new JoinEvent.ProbeDone(B, A, Measurement.symmetric(1000, 1)));
    assertThat(next.getFirst()).isEqualTo(new JoinCommand.Joined(B, 1));
    assertThat(next.get(1))
        .isInstanceOfSatisfying(
            JoinCommand.Probe.class, probe -> assertThat(probe.from()).isEqualTo(fast));
  }

  @Test
  void shouldFreeTheWayAtOnceWhenAJoinIsAborted() {
    CapacityMapper mapper = mapper();
    mapper.handle(begins(A));
    mapper.handle(begins(B));
    mapper.handle(begins(C));

    assertThat(mapper.handle(new JoinEvent.JoinAborted(B)))
        .containsExactly(new JoinCommand.CancelProbe(B, A), new JoinCommand.Probe(C, A));
    assertThat(mapper.handle(new JoinEvent.ProbeDone(B, A, Measurement.symmetric(1000, 1))))
        .as("a late answer")
        .isEmpty();
    assertThat(mapper.map().has(B)).isFalse();
  }

  @Test
  void shouldTryAFailedProbeAgainThenGiveTheJoinUp() {
    CapacityMapper mapper = mapper();
    mapper.handle(begins(A));
    mapper.handle(begins(B));

    for (int i = 1; i < EXACT.probeAttempts(); i++) {
      assertThat(mapper.handle(new JoinEvent.ProbeFailed(B, A, "no route")))
          .containsExactly(new JoinCommand.Probe(B, A));
    }
    List<JoinCommand> last = mapper.handle(new JoinEvent.ProbeFailed(B, A, "no route"));

    assertThat(last)
        .singleElement()
        .isInstanceOfSatisfying(
            JoinCommand.JoinFailed.class,
            failed -> assertThat(failed.reason()).contains("4 times", "no route"));
    assertThat(mapper.busy()).isFalse();
    assertThat(mapper.handle(begins(B))).containsExactly(new JoinCommand.Probe(B, A));
  }

  @Test
  void shouldGoOnWhenThePartnerLeavesInTheMiddle() {
    CapacityMapper mapper = mapper();
    mapper.handle(begins(A));
    mapper.handle(begins(B));
    mapper.handle(new JoinEvent.ProbeDone(B, A, Measurement.symmetric(500, 1)));
    List<JoinCommand> asked = mapper.handle(begins(C));
    assertThat(asked).hasSize(1);
    NodeId partner = ((JoinCommand.Probe) asked.getFirst()).to();
    NodeId other = partner.equals(A) ? B : A;

    assertThat(mapper.handle(new JoinEvent.NodeLeft(partner, 2)))
        .containsExactly(new JoinCommand.CancelProbe(C, partner), new JoinCommand.Probe(C, other));
    assertThat(mapper.handle(new JoinEvent.ProbeDone(C, other, Measurement.symmetric(700, 3))))
        .containsExactly(new JoinCommand.Joined(C, 1));
    assertThat(mapper.map().entry(C, other).orElseThrow().bitsPerSecond()).isEqualTo(700);
    assertThat(mapper.map().has(partner)).isFalse();
  }

  @Test
  void shouldStayRightThroughJoinsLeavesAndReturns() {
    for (int seed = 1; seed <= 60; seed++) {
      PhysicalTree network =
          seed % 2 == 0 ? PhysicalTrees.random(24, seed) : PhysicalTrees.classes(24, seed);
      SimulatedProbes probes = new SimulatedProbes(network, 1, 0, seed);
      SimulatedCluster cluster = new SimulatedCluster(mapper(), probes);
      SplitMix64 random = new SplitMix64(seed);
      for (int step = 0; step < 120; step++) {
        int node = random.below(24);
        NodeId id = SimulatedProbes.id(node);
        if (random.below(3) == 0) {
          cluster.run(List.of(new JoinEvent.NodeLeft(id, cluster.nowNanos())));
        } else {
          cluster.join(NodeProfile.of(id, network.nicBitsPerSecond(node)), Hints.NONE);
        }
        CapacityMap map = cluster.mapper().map();
        assertThat(MapError.of(map, probes).wrong()).as("seed %d step %d", seed, step).isZero();
      }
    }
  }

  @Test
  void shouldMeasureNothingWhenANodeRestarts() {
    PhysicalTree network = PhysicalTrees.random(30, 5);
    SimulatedProbes probes = new SimulatedProbes(network, 1, 0, 5);
    SimulatedCluster cluster = joined(network, probes);
    int before = cluster.probeCount();

    for (int i = 0; i < 30; i++) {
      NodeProfile node = NodeProfile.of(SimulatedProbes.id(i), network.nicBitsPerSecond(i));
      cluster.join(node, Hints.NONE);
      cluster.run(List.of(new JoinEvent.NodeLeft(node.id(), cluster.nowNanos())));
      cluster.join(node, Hints.NONE);
    }

    assertThat(cluster.probeCount()).isEqualTo(before);
    assertThat(cluster.mapper().map().nodes()).hasSize(30);
    assertThat(MapError.of(cluster.mapper().map(), probes).wrong()).isZero();
  }

  @Test
  void shouldNotTakeTheLowerDirectionForBothWhenANodeComesBack() {
    for (int seed = 1; seed <= 20; seed++) {
      PhysicalTree network = PhysicalTrees.directed(12, seed);
      SimulatedProbes probes = new SimulatedProbes(network, 1, 0, seed);
      SimulatedCluster cluster = SimulatedCluster.joined(network, EXACT, probes, false);

      for (int i = 0; i < network.size(); i++) {
        NodeId node = SimulatedProbes.id(i);
        cluster.run(List.of(new JoinEvent.NodeLeft(node, cluster.nowNanos())));
        cluster.join(NodeProfile.unknown(node), Hints.NONE);
        assertThat(MapError.of(cluster.mapper().map(), probes).wrong())
            .as("seed %d", seed)
            .isZero();
      }
    }
  }

  @Test
  void shouldMeasureAgainWhatIsNotFreshOrHasAnotherInterface() {
    CapacityMapper mapper = mapper();
    mapper.handle(begins(A));
    mapper.handle(begins(B));
    mapper.handle(new JoinEvent.ProbeDone(B, A, Measurement.symmetric(1000, 1)));

    assertThat(
            mapper.handle(
                new JoinEvent.JoinBegins(NodeProfile.of(B, 1000), Hints.NONE, DAY_NANOS + 2)))
        .containsExactly(new JoinCommand.Probe(B, A));
    mapper.handle(new JoinEvent.ProbeDone(B, A, Measurement.symmetric(1000, DAY_NANOS + 3)));
    assertThat(
            mapper.handle(
                new JoinEvent.JoinBegins(NodeProfile.of(B, 2000), Hints.NONE, DAY_NANOS + 4)))
        .containsExactly(new JoinCommand.Probe(B, A));
  }

  @Test
  void shouldGiveANewLeaderTheSameMap() {
    for (int seed = 1; seed <= 20; seed++) {
      PhysicalTree network = PhysicalTrees.directed(20, seed);
      SimulatedProbes probes = new SimulatedProbes(network, 1, 0, seed);
      CapacityMap map = SimulatedCluster.joined(network, EXACT, probes, false).mapper().map();

      CapacityMap taken = new CapacityMapper(EXACT, ExpectedCapacities.NONE, map).map();

      assertThat(taken.nodes()).as("seed %d", seed).isEqualTo(map.nodes());
      for (CapacityMap.Placed placed : map.nodes()) {
        NodeId id = placed.profile().id();
        assertThat(taken.row(id)).as("seed %d", seed).isEqualTo(map.row(id));
      }
    }
  }

  @Test
  void shouldSayWhereAnEntryComesFrom() {
    PhysicalTree network = PhysicalTrees.star(4);
    SimulatedProbes probes = new SimulatedProbes(network, 1, 0, 1);
    CapacityMap map = joined(network, probes).mapper().map();

    List<CapacityEntry> measured = new ArrayList<>();
    List<CapacityEntry> inferred = new ArrayList<>();
    for (CapacityMap.Placed placed : map.nodes()) {
      for (CapacityEntry entry : map.row(placed.profile().id()).values()) {
        if (entry.source() instanceof CapacityEntry.Source.Inferred(var basis, _, boolean tied)) {
          assertThat(tied).isTrue();
          assertThat(basis)
              .hasSize(3)
              .allSatisfy(p -> assertThat(map.measurements()).containsKey(p));
          inferred.add(entry);
        } else {
          measured.add(entry);
        }
      }
    }
    assertThat(measured).hasSize(6);
    assertThat(inferred).hasSize(6);
    long now = measured.getFirst().measuredAtNanos() + 1;
    assertThat(measured.getFirst().ageNanos(now)).isEqualTo(1);
    assertThat(inferred.getFirst().confidence(now, DAY_NANOS))
        .isLessThan(measured.getFirst().confidence(now, DAY_NANOS))
        .isGreaterThan(inferred.getFirst().confidence(now + DAY_NANOS, DAY_NANOS));
  }

  @Test
  void shouldVerifyTheOldestLevelWhenIdle() {
    PhysicalTree network = PhysicalTrees.random(12, 3);
    SimulatedProbes probes = new SimulatedProbes(network, 1, 0, 3);
    SimulatedCluster cluster = joined(network, probes);
    long oldest =
        cluster.mapper().map().levels().stream()
            .mapToLong(Level::sampledAtNanos)
            .min()
            .orElseThrow();
    int before = cluster.probeCount();

    cluster.run(List.of(new JoinEvent.Idle(oldest + EXACT.verifyAfterNanos() - 1)));
    assertThat(cluster.probeCount()).as("nothing is old yet").isEqualTo(before);
    cluster.run(List.of(new JoinEvent.Idle(oldest + EXACT.verifyAfterNanos())));

    assertThat(cluster.probeCount()).isEqualTo(before + 1);
    assertThat(cluster.seen().getLast())
        .isInstanceOfSatisfying(
            JoinCommand.Verified.class, verified -> assertThat(verified.held()).isTrue());
  }

  @Test
  void shouldMeasureAnewWhatAVerificationContradicts() {
    PhysicalTree before = twoRacks(new int[] {1, 1, 1, 2, 2, 2});
    PhysicalTree after = twoRacks(new int[] {1, 1, 2, 2, 2, 2});
    CapacityMapper mapper = mapper();
    SimulatedCluster cluster = new SimulatedCluster(mapper, new SimulatedProbes(before, 1, 0, 1));
    for (int i = 0; i < 6; i++) {
      cluster.join(NodeProfile.of(SimulatedProbes.id(i), before.nicBitsPerSecond(i)), Hints.NONE);
    }
    SimulatedProbes moved = new SimulatedProbes(after, 1, 0, 1);
    SimulatedCluster later = new SimulatedCluster(mapper, moved);

    later.run(List.of(new JoinEvent.VerifyAsked(B, C, 2 * DAY_NANOS)));

    assertThat(later.seen())
        .contains(new JoinCommand.Verified(NodePair.of(B, C), false, List.of(B, C)));
    assertThat(mapper.map().nodes()).hasSize(6);
    assertThat(mapper.map().bothDirections().get(0, 1)).isPositive();
    for (NodeId node : List.of(B, C)) {
      for (CapacityEntry entry : mapper.map().row(node).values()) {
        assertThat(entry.bitsPerSecond())
            .as("%s", entry)
            .isEqualTo(
                moved.trueBitsPerSecond(
                    SimulatedProbes.number(node), SimulatedProbes.number(entry.to())));
      }
    }
  }

  @Test
  void shouldBringTogetherTwoGroupsOfOneRackThatDidNotSeeOneAnother() {
    PhysicalTree network = twoRacks(new int[] {2, 1, 1, 1, 1, 1});
    CapacityMapper mapper = mapper();
    SimulatedCluster cluster = new SimulatedCluster(mapper, new SimulatedProbes(network, 1, 0, 1));
    List<NodeId> away = List.of(B, C);
    for (int i = 0; i < 3; i++) {
      cluster.join(NodeProfile.of(SimulatedProbes.id(i), network.nicBitsPerSecond(i)), Hints.NONE);
    }
    away.forEach(node -> cluster.run(List.of(new JoinEvent.NodeLost(node))));
    for (int i = 3; i < 6; i++) {
      cluster.join(NodeProfile.of(SimulatedProbes.id(i), network.nicBitsPerSecond(i)), Hints.NONE);
    }
    int before = cluster.probeCount();
    assertThat(mapper.passedOver().keySet()).containsExactlyInAnyOrderElementsOf(away);

    away.forEach(node -> cluster.run(List.of(new JoinEvent.NodeBack(node, cluster.nowNanos()))));
    for (int i = 0; i < 3 && !mapper.passedOver().isEmpty(); i++) {
      cluster.run(List.of(new JoinEvent.Idle(cluster.nowNanos())));
    }

    assertThat(mapper.passedOver()).isEmpty();
    assertThat(MapError.of(mapper.map(), new SimulatedProbes(network, 1, 0, 1)).wrong()).isZero();
    assertThat(cluster.probeCount() - before).as("probes").isLessThanOrEqualTo(6);
  }

  private static PhysicalTree twoRacks(int[] rackOfNode) {
    List<Element> elements = new ArrayList<>();
    elements.add(new Element(-1, Long.MAX_VALUE, Long.MAX_VALUE));
    elements.add(new Element(0, 400, 400));
    elements.add(new Element(0, 400, 400));
    int[] nodes = new int[rackOfNode.length];
    for (int i = 0; i < nodes.length; i++) {
      nodes[i] = elements.size();
      elements.add(new Element(rackOfNode[i], 1000, 1000));
    }
    return new PhysicalTree(elements, nodes);
  }

  @Test
  void shouldOnlyVerifyWhatAnAdministratorDescribes() {
    PhysicalTree network = twoRacks(new int[] {1, 1, 1, 2, 2, 2, 1, 2});
    SimulatedProbes probes = new SimulatedProbes(network, 1, 0, 1);
    ExpectedCapacities told =
        (a, b) ->
            OptionalDouble.of(
                (double)
                    probes.trueBitsPerSecond(
                        SimulatedProbes.number(a.id()), SimulatedProbes.number(b.id())));
    SimulatedCluster cluster = new SimulatedCluster(new CapacityMapper(EXACT, told), probes);
    for (int i = 0; i < network.size(); i++) {
      cluster.join(NodeProfile.unknown(SimulatedProbes.id(i)), Hints.NONE);
    }

    assertThat(cluster.probeCount()).isEqualTo(network.size() - 1);
    assertThat(MapError.of(cluster.mapper().map(), probes).wrong()).isZero();
  }

  @Test
  void shouldMeasureWhereTheDescriptionIsWrong() {
    PhysicalTree network = PhysicalTrees.random(20, 9);
    SimulatedProbes probes = new SimulatedProbes(network, 1, 0, 9);
    ExpectedCapacities told = (a, b) -> OptionalDouble.of(12_345.0);
    SimulatedCluster cluster = new SimulatedCluster(new CapacityMapper(EXACT, told), probes);
    for (int i = 0; i < network.size(); i++) {
      cluster.join(NodeProfile.of(SimulatedProbes.id(i), network.nicBitsPerSecond(i)), Hints.NONE);
    }

    assertThat(cluster.seen())
        .filteredOn(JoinCommand.TopologyContradicted.class::isInstance)
        .hasSize(network.size() - 1);
    assertThat(MapError.of(cluster.mapper().map(), probes).wrong()).isZero();
  }
}
