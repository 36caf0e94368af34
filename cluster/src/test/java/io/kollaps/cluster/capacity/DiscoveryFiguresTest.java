package io.kollaps.cluster.capacity;

import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.simulate.MapError;
import io.kollaps.cluster.simulate.PhysicalTree;
import io.kollaps.cluster.simulate.PhysicalTrees;
import io.kollaps.cluster.simulate.SimulatedCluster;
import io.kollaps.cluster.simulate.SimulatedProbes;
import io.kollaps.cluster.simulate.SplitMix64;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The figures that the join algorithm has to reach; networks are named by their seeds. */
class DiscoveryFiguresTest {
  private static final int FIRST_SEED = 1000;
  private static final JoinSettings EXACT = JoinSettings.DEFAULT.withNoise(0).withGoodput(1);
  private static final JoinSettings NOISY = JoinSettings.DEFAULT.withNoise(0.03).withGoodput(1);

  /** Probes per node of each network. */
  private record Figures(List<Double> perNode, int mostOfOneJoin, MapError error) {
    double average() {
      return perNode.stream().mapToDouble(d -> d).average().orElseThrow();
    }

    double worst() {
      return Collections.max(perNode);
    }
  }

  private static Figures randomTrees(int nodes, int graphs, JoinSettings settings) {
    List<Double> perNode = new ArrayList<>();
    int most = 0;
    long wrong = 0;
    double mean = 0;
    double far = 0;
    for (int g = 0; g < graphs; g++) {
      PhysicalTree network = PhysicalTrees.random(nodes, FIRST_SEED + g);
      SimulatedProbes probes = new SimulatedProbes(network, 1, settings.relativeNoise(), g);
      SimulatedCluster cluster = SimulatedCluster.joined(network, settings, probes, true);
      perNode.add(cluster.probeCount() / (double) nodes);
      most = Math.max(most, Collections.max(cluster.probesOfJoin().values()));
      MapError error = MapError.of(cluster.mapper().map(), probes);
      if (settings.relativeNoise() == 0) {
        assertThat(error.wrong()).as("wrong entries, seed %d", FIRST_SEED + g).isZero();
      }
      wrong += error.wrong();
      mean += error.meanRelative() / graphs;
      far += error.shareOverTenPercent() / graphs;
    }
    return new Figures(perNode, most, new MapError(0, wrong, mean, far));
  }

  @Test
  void shouldNeedFewProbesOnRandomTreesOfSixtyNodes() {
    Figures figures = randomTrees(60, 100, EXACT);

    assertThat(figures.average()).isLessThanOrEqualTo(1.70);
    assertThat(figures.worst()).isLessThanOrEqualTo(2.10);
    assertThat(figures.mostOfOneJoin()).isLessThanOrEqualTo(5);
  }

  @Test
  void shouldNeedFewProbesInSmallClusters() {
    assertThat(randomTrees(5, 100, EXACT).average()).isLessThanOrEqualTo(0.9);
    assertThat(randomTrees(15, 100, EXACT).average()).isLessThanOrEqualTo(1.25);
  }

  @Test
  void shouldNeedFewProbesOnRandomTreesOfAThousandNodes() {
    assertThat(randomTrees(1000, 3, EXACT).average()).isLessThanOrEqualTo(2.25);
  }

  @Test
  void shouldStayNearTheTruthWithNoise() {
    Figures figures = randomTrees(60, 100, NOISY);

    assertThat(figures.error().meanRelative()).isLessThanOrEqualTo(0.012);
    assertThat(figures.error().shareOverTenPercent()).isLessThanOrEqualTo(0.0015);
    assertThat(figures.average()).isLessThanOrEqualTo(1.85);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.03})
  void shouldNeedOneProbeForEachNodeOfAStar(double noise) {
    PhysicalTree network = PhysicalTrees.star(60);
    SimulatedProbes probes =
        new SimulatedProbes(network, JoinSettings.ETHERNET_GOODPUT, noise, FIRST_SEED);

    SimulatedCluster cluster =
        SimulatedCluster.joined(network, JoinSettings.DEFAULT.withNoise(noise), probes, true);

    assertThat(cluster.probeCount()).isEqualTo(59);
    assertThat(cluster.mapper().map().levels()).hasSize(1);
    assertThat(cluster.mapper().map().levels().getFirst().meanBitsPerSecond()).isEqualTo(941.5e6);
  }

  @Test
  void shouldNeedFewProbesForRacksAndFewerWithHints() {
    assertThat(racks(0)).isLessThanOrEqualTo(3.9);
    assertThat(racks(0.9)).isLessThanOrEqualTo(1.5);
  }

  /** Average over 20 orders of 6 racks with 10 nodes; nodes are told the right rack so often. */
  private static double racks(double right) {
    int total = 0;
    for (int seed = FIRST_SEED; seed < FIRST_SEED + 20; seed++) {
      PhysicalTree network = PhysicalTrees.racks(6, 10, seed);
      int[] order = PhysicalTrees.shuffled(60, seed);
      SplitMix64 random = new SplitMix64(seed);
      SimulatedProbes probes =
          new SimulatedProbes(network, JoinSettings.ETHERNET_GOODPUT, 0.03, seed);
      SimulatedCluster cluster =
          new SimulatedCluster(
              new CapacityMapper(JoinSettings.DEFAULT, ExpectedCapacities.NONE), probes);
      for (int i = 0; i < 60; i++) {
        int rack = PhysicalTrees.rackOf(order[i], 10);
        int told = random.unit() < right ? rack : (rack + 1 + random.below(5)) % 6;
        Map<NodeId, Double> factors = new HashMap<>();
        for (int j = 0; j < i && right > 0; j++) {
          if (PhysicalTrees.rackOf(order[j], 10) == told) {
            factors.put(SimulatedProbes.id(j), 50.0);
          }
        }
        cluster.join(
            NodeProfile.of(SimulatedProbes.id(i), network.nicBitsPerSecond(i)), new Hints(factors));
      }
      assertThat(MapError.of(cluster.mapper().map(), probes).shareOverTenPercent())
          .as("seed %d", seed)
          .isZero();
      total += cluster.probeCount();
    }
    return total / 20.0 / 60;
  }

  @Test
  void shouldJoinAStarInFewSlotsWhenProbesRunTogether() {
    PhysicalTree network = PhysicalTrees.star(60);
    SimulatedProbes probes =
        new SimulatedProbes(network, JoinSettings.ETHERNET_GOODPUT, 0.03, FIRST_SEED);
    SimulatedCluster cluster =
        new SimulatedCluster(
            new CapacityMapper(JoinSettings.DEFAULT.withParallelJoins(64), ExpectedCapacities.NONE),
            probes);

    cluster.run(allAtOnce(network));

    assertThat(cluster.mapper().map().nodes()).hasSize(60);
    assertThat(cluster.slots()).isLessThanOrEqualTo(6);
    assertThat(cluster.mapper().map().levels())
        .singleElement()
        .satisfies(level -> assertThat(level.meanBitsPerSecond()).isEqualTo(941.5e6));
    assertThat(cluster.mapper().map().row(SimulatedProbes.id(7)).values())
        .allSatisfy(e -> assertThat(e.bitsPerSecond()).isBetween(913_255_000L, 941_500_000L));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void shouldNotBeMisledByProbesThatRunTogether(int seed) {
    List<PhysicalTree> networks =
        List.of(
            PhysicalTrees.random(40, seed),
            PhysicalTrees.classes(40, seed),
            PhysicalTrees.racks(4, 10, seed));
    for (PhysicalTree network : networks) {
      SimulatedProbes probes = new SimulatedProbes(network, 1, 0, seed);
      SimulatedCluster cluster =
          new SimulatedCluster(
              new CapacityMapper(EXACT.withParallelJoins(64), ExpectedCapacities.NONE), probes);

      cluster.run(allAtOnce(network));

      assertThat(cluster.mapper().map().nodes()).as("seed %d", seed).hasSize(40);
      assertThat(MapError.of(cluster.mapper().map(), probes).wrong()).as("seed %d", seed).isZero();
    }
  }

  private static List<JoinEvent> allAtOnce(PhysicalTree network) {
    List<JoinEvent> events = new ArrayList<>();
    for (int i = 0; i < network.size(); i++) {
      NodeProfile node = NodeProfile.of(SimulatedProbes.id(i), network.nicBitsPerSecond(i));
      events.add(new JoinEvent.JoinBegins(node, Hints.NONE, 0));
    }
    return events;
  }

  @Test
  void shouldBeRightWithoutKnowingInterfaces() {
    for (int seed = 1; seed <= 40; seed++) {
      for (PhysicalTree network :
          Arrays.asList(PhysicalTrees.random(30, seed), PhysicalTrees.classes(30, seed))) {
        SimulatedProbes probes = new SimulatedProbes(network, 1, 0, seed);
        SimulatedCluster cluster = SimulatedCluster.joined(network, EXACT, probes, false);
        assertThat(MapError.of(cluster.mapper().map(), probes).wrong())
            .as("seed %d", seed)
            .isZero();
      }
    }
  }

  @Test
  void shouldNeverClaimTooMuchWhereDirectionsDiffer() {
    long bounds = 0;
    long exact = 0;
    long low = 0;
    for (int seed = 1; seed <= 200; seed++) {
      PhysicalTree network = PhysicalTrees.directed(20, seed);
      SimulatedProbes probes = new SimulatedProbes(network, 1, 0, seed);
      CapacityMap map = SimulatedCluster.joined(network, EXACT, probes, false).mapper().map();
      for (CapacityMap.Placed placed : map.nodes()) {
        for (CapacityEntry entry : map.row(placed.profile().id()).values()) {
          long real =
              probes.trueBitsPerSecond(
                  SimulatedProbes.number(entry.from()), SimulatedProbes.number(entry.to()));
          assertThat(entry.bitsPerSecond())
              .as("seed %d: %s", seed, entry)
              .isLessThanOrEqualTo(real);
          bounds += entry.lowerBound() ? 1 : 0;
          exact += !entry.lowerBound() && entry.bitsPerSecond() == real ? 1 : 0;
          low += !entry.lowerBound() && entry.bitsPerSecond() < real ? 1 : 0;
        }
      }
    }
    // A level whose probes happen to find two different links of the same rate looks symmetric.
    assertThat(low).as("of %d exact, %d bounds", exact, bounds).isLessThan(exact / 100);
    assertThat(exact).as("beside %d bounds", bounds).isGreaterThan(bounds);
  }
}
