package io.kollaps.emulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.kollaps.emulation.SharingExplanation.Pair;
import io.kollaps.topology.Settings.SharingWeights;
import io.kollaps.topology.path.Paths;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The loop with simulated senders in virtual time. */
class SharingLoopSimulationTest {
  private static final long FOREVER = Long.MAX_VALUE;
  private static final int SETTLED_MILLIS = 100;

  private enum Control {
    CUBIC(Sender.Cubic::new),
    BBR(Sender.Bbr::new);

    private final DoubleFunction<Sender> maker;

    Control(DoubleFunction<Sender> maker) {
      this.maker = maker;
    }

    Sender sender(double roundTripSeconds) {
      return maker.apply(roundTripSeconds);
    }
  }

  private static long[] expected(Paths paths, List<Pair> pairs) {
    return Explainer.explain(paths, pairs, SharingWeights.RTT).stream()
        .mapToLong(SharingExplanation::shareBitsPerSecond)
        .toArray();
  }

  private static List<Pair> clients(int count) {
    return IntStream.range(0, count).mapToObj(one -> new Pair(one, one + 6)).toList();
  }

  private static void assertGrants(TrafficSimulation simulation, List<Pair> pairs, long[] shares) {
    for (int flow = 0; flow < shares.length; flow++) {
      Pair pair = pairs.get(flow);
      assertThat((double) simulation.grant(pair.from(), pair.to()))
          .as("flow %s at %d ms", pair, simulation.nowMillis())
          .isCloseTo(shares[flow], within(0.005 * shares[flow]));
    }
  }

  /**
   * One client more every 4 s, then one less every 4 s, in reverse. Every millisecond from 100 ms
   * after the newcomer's first data on, each grant is within 0.5 % of max-min: this implies a
   * standard deviation below 0.5 %. After an end the silence has to pass too.
   */
  @ParameterizedTest
  @EnumSource(Control.class)
  void shouldFollowThePublishedVector(Control control) {
    TestNetwork network = TestNetwork.published();
    TrafficSimulation simulation = new TrafficSimulation(network, SharingWeights.RTT, 1, 1);
    for (int client = 0; client < 6; client++) {
      double roundTrip = simulation.roundTripSeconds(client, client + 6);
      simulation.send(
          client,
          client + 6,
          control.sender(roundTrip),
          4_000L * client,
          client == 0 ? FOREVER : 24_000L + 4_000L * (5 - client));
    }
    for (int step = 0; step < 11; step++) {
      int count = step < 6 ? step + 1 : 11 - step;
      boolean joined = step < 6;
      List<Pair> pairs = clients(count);
      long[] shares = expected(network, pairs);
      long stepBegan = simulation.nowMillis();
      long drain = joined ? 0 : 200;
      simulation.run(
          4_000,
          () -> {
            long since =
                joined
                    ? simulation.nowMillis() - simulation.firstDataMillis(count - 1, count + 5)
                    : simulation.nowMillis() - stepBegan - drain;
            if (simulation.nowMillis() > stepBegan + 1 && since > SETTLED_MILLIS) {
              assertGrants(simulation, pairs, shares);
            }
          });
    }
  }

  @ParameterizedTest
  @EnumSource(Control.class)
  void shouldCommandNothingWhileTrafficIsSteady(Control control) {
    TestNetwork network = TestNetwork.published();
    TrafficSimulation simulation = new TrafficSimulation(network, SharingWeights.RTT, 1, 1);
    for (Pair pair : clients(6)) {
      double roundTrip = simulation.roundTripSeconds(pair.from(), pair.to());
      simulation.send(pair.from(), pair.to(), control.sender(roundTrip), 0, FOREVER);
    }
    simulation.run(3_000, () -> {});
    int before = simulation.ratesCommanded();
    assertThat(before).isPositive();
    // Through three of bbr's near-silences.
    simulation.run(30_000, () -> {});
    assertThat(simulation.ratesCommanded()).isEqualTo(before);
  }

  /** A link of 60 Mbit/s among three: fair shares of 20, one uses 5, later 18. */
  @Test
  void shouldGiveToOthersWhatALimitedFlowLeavesAndLetItGrowBack() {
    TestNetwork network = dumbbell(3, 60_000_000L, 10 * TrafficSimulation.MILLI);
    TrafficSimulation simulation = new TrafficSimulation(network, SharingWeights.RTT, 1, 1);
    simulation.send(0, 3, new Sender.Constant(5e6), 0, 10_000);
    simulation.send(0, 3, new Sender.Constant(40e6), 10_000, FOREVER);
    for (int greedy = 1; greedy < 3; greedy++) {
      double roundTrip = simulation.roundTripSeconds(greedy, greedy + 3);
      simulation.send(greedy, greedy + 3, new Sender.Cubic(roundTrip), 0, FOREVER);
    }
    simulation.run(3_000, () -> {});
    simulation.run(
        7_000,
        () -> {
          for (int greedy = 1; greedy < 3; greedy++) {
            assertThat((double) simulation.grant(greedy, greedy + 3))
                .isCloseTo(27.5e6, within(0.01 * 27.5e6));
          }
          assertThat(simulation.grant(0, 3)).isBetween(19_900_000L, 20_100_000L);
        });
    simulation.run(SETTLED_MILLIS, () -> {});
    simulation.run(
        3_000,
        () ->
            assertGrants(
                simulation,
                List.of(new Pair(0, 3), new Pair(1, 4), new Pair(2, 5)),
                new long[] {20_000_000, 20_000_000, 20_000_000}));
  }

  /**
   * A sender of small bursts is judged by what it did before, not taken as greedy at each burst.
   */
  @Test
  void shouldNotGiveAFairShareToEachSmallBurst() {
    TestNetwork network = dumbbell(2, 40_000_000L, 10 * TrafficSimulation.MILLI);
    TrafficSimulation simulation = new TrafficSimulation(network, SharingWeights.RTT, 1, 1);
    simulation.send(0, 2, new Sender.OnOff(4e6, 0.02, 0.28), 0, FOREVER);
    simulation.send(1, 3, new Sender.Cubic(simulation.roundTripSeconds(1, 3)), 0, FOREVER);
    simulation.run(2_000, () -> {});
    simulation.run(
        5_000, () -> assertThat(simulation.grant(1, 3)).isBetween(37_000_000L, 40_000_000L));
  }

  /**
   * Bursts of 100 ms at twice the link's rate beside a greedy flow: both get half while both send.
   */
  @Test
  void shouldShareWithFlowsOf100Milliseconds() {
    TestNetwork network = dumbbell(2, 40_000_000L, 5 * TrafficSimulation.MILLI);
    TrafficSimulation simulation = new TrafficSimulation(network, SharingWeights.RTT, 1, 1);
    simulation.send(0, 2, new Sender.OnOff(80e6, 0.1, 0.9), 0, FOREVER);
    simulation.send(1, 3, new Sender.Cubic(simulation.roundTripSeconds(1, 3)), 0, FOREVER);
    simulation.run(2_000, () -> {});
    for (int round = 0; round < 10; round++) {
      // The newcomer's path stands at its share before it starts; the other gives way in a period.
      assertThat(simulation.grant(0, 2)).isEqualTo(20_000_000L);
      simulation.run(50, () -> {});
      assertThat(simulation.grant(0, 2)).isEqualTo(20_000_000L);
      assertThat(simulation.grant(1, 3)).isEqualTo(20_000_000L);
      // 100 ms on, at most 50 ms of queue, 100 ms of silence, a period.
      simulation.run(250, () -> {});
      assertThat(simulation.grant(1, 3)).isEqualTo(40_000_000L);
      simulation.run(700, () -> {});
    }
  }

  @ParameterizedTest
  @EnumSource(Control.class)
  void shouldSettleTwoHundredFlowsAtOnce(Control control) {
    long seed = 7;
    TestNetwork network = starOfStars(40, 8, seed);
    SplittableRandom random = new SplittableRandom(seed);
    TrafficSimulation simulation = new TrafficSimulation(network, SharingWeights.RTT, 1, seed);
    List<Pair> pairs = new ArrayList<>();
    while (pairs.size() < 200) {
      Pair pair = new Pair(random.nextInt(40), random.nextInt(40));
      if (pair.from() != pair.to() && !pairs.contains(pair)) {
        pairs.add(pair);
        double roundTrip = simulation.roundTripSeconds(pair.from(), pair.to());
        simulation.send(pair.from(), pair.to(), control.sender(roundTrip), 0, FOREVER);
      }
    }
    long[] shares = expected(network, pairs);
    simulation.run(SETTLED_MILLIS, () -> {});
    simulation.run(600, () -> assertGrants(simulation, pairs, shares));
    simulation.run(2_000, () -> {});
    int commanded = simulation.ratesCommanded();
    List<DoubleSummaryStatistics> grants =
        pairs.stream().map(pair -> new DoubleSummaryStatistics()).toList();
    simulation.run(
        12_000,
        () -> {
          for (int flow = 0; flow < pairs.size(); flow++) {
            Pair pair = pairs.get(flow);
            grants.get(flow).accept(simulation.grant(pair.from(), pair.to()));
          }
        });
    System.out.printf(
        "200 %s flows, seed %d: %d rates commanded in 12 s of steady state%n",
        control, seed, simulation.ratesCommanded() - commanded);
    for (int flow = 0; flow < pairs.size(); flow++) {
      // All within half a percent of the middle: the standard deviation is below that.
      assertThat(grants.get(flow).getMax() - grants.get(flow).getMin())
          .as("spread of the grants of flow %s, seed %d", pairs.get(flow), seed)
          .isLessThanOrEqualTo(0.005 * shares[flow]);
    }
  }

  /** Two and three parts that hear one another badly come to what one part alone decides. */
  @Test
  void shouldConvergeAmongPartsOverALossyNetwork() {
    for (long seed = 1; seed <= 6; seed++) {
      TestNetwork network = TestNetwork.published();
      int parts = 2 + (int) (seed % 2);
      TrafficSimulation simulation =
          new TrafficSimulation(network, SharingWeights.RTT, parts, seed);
      simulation.loseReports(0.3);
      for (Pair pair : clients(6)) {
        double roundTrip = simulation.roundTripSeconds(pair.from(), pair.to());
        long end = pair.from() == 5 ? 5_000 : FOREVER;
        simulation.send(
            pair.from(), pair.to(), new Sender.Cubic(roundTrip), 500L * pair.from(), end);
      }
      simulation.run(3_700, () -> {});
      long[] six = expected(network, clients(6));
      simulation.run(1_300, () -> assertGrants(simulation, clients(6), six));
      simulation.run(1_500, () -> {});
      long[] five = expected(network, clients(5));
      simulation.run(3_000, () -> assertGrants(simulation, clients(5), five));
    }
  }

  @Test
  void shouldTellPeersLittleWhileNothingChanges() {
    TestNetwork network = TestNetwork.published();
    TrafficSimulation simulation = new TrafficSimulation(network, SharingWeights.RTT, 2, 1);
    for (Pair pair : clients(6)) {
      double roundTrip = simulation.roundTripSeconds(pair.from(), pair.to());
      simulation.send(pair.from(), pair.to(), new Sender.Cubic(roundTrip), 0, FOREVER);
    }
    simulation.run(3_000, () -> {});
    int before = simulation.reportsSent();
    simulation.run(10_000, () -> {});
    // A full report each second of each part.
    assertThat(simulation.reportsSent() - before).isBetween(18, 22);
  }

  /** Clients 0 to n-1, servers n to 2n-1, one link between. */
  static TestNetwork dumbbell(int pairs, long rate, long latencyNanos) {
    TestNetwork network = new TestNetwork(2 * pairs, 2);
    for (int pair = 0; pair < pairs; pair++) {
      network.link(pair, 2 * pairs, 10 * rate, latencyNanos);
      network.link(2 * pairs + 1, pairs + pair, 10 * rate, latencyNanos);
    }
    network.link(2 * pairs, 2 * pairs + 1, rate, latencyNanos);
    return network;
  }

  /** Endpoints in groups of one bridge each, the bridges on one more. */
  static TestNetwork starOfStars(int endpoints, int groups, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    TestNetwork network = new TestNetwork(endpoints, groups + 1);
    for (int endpoint = 0; endpoint < endpoints; endpoint++) {
      network.link(
          endpoint,
          endpoints + endpoint % groups,
          random.nextLong(20, 200) * 1_000_000L,
          random.nextLong(1, 20) * TrafficSimulation.MILLI);
    }
    for (int group = 0; group < groups; group++) {
      network.link(
          endpoints + group,
          endpoints + groups,
          random.nextLong(50, 500) * 1_000_000L,
          random.nextLong(1, 20) * TrafficSimulation.MILLI);
    }
    return network;
  }
}
