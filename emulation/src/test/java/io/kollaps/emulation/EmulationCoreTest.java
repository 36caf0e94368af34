package io.kollaps.emulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kollaps.emulation.CoreCommand.PathRate;
import io.kollaps.emulation.CoreEvent.EpochBegan;
import io.kollaps.emulation.CoreEvent.PathUsage;
import io.kollaps.emulation.CoreEvent.PeerFlows;
import io.kollaps.emulation.CoreEvent.PeerGone;
import io.kollaps.emulation.CoreEvent.UsageRead;
import io.kollaps.emulation.FlowReport.FlowDemand;
import io.kollaps.emulation.SharingExplanation.Pair;
import io.kollaps.topology.Settings.SharingWeights;
import io.kollaps.topology.path.Paths;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntPredicate;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class EmulationCoreTest {
  private static final long PERIOD = 25_000_000L;
  private static final long MEGA = 1_000_000L;
  private static final long UNLIMITED = FlowTable.UNLIMITED;

  /** A core, its clock and its network. */
  private static final class Driver {
    private final EmulationCore core;
    private final Paths paths;
    private long now;
    private List<CoreCommand> last = List.of();

    Driver(Paths paths, IntPredicate own) {
      this.paths = paths;
      core = new EmulationCore(CoreSettings.DEFAULT, SharingWeights.RTT, 0, own);
      last = core.handle(new EpochBegan(0, paths));
    }

    void read(PathUsage... usages) {
      now += PERIOD;
      last = core.handle(new UsageRead(now, PERIOD, List.of(usages)));
    }

    /** A reading in which flows use all they are granted. */
    void readGreedy(Pair... pairs) {
      PathUsage[] usages = new PathUsage[pairs.length];
      for (int flow = 0; flow < pairs.length; flow++) {
        int path = id(pairs[flow]);
        usages[flow] = new PathUsage(path, grant(pairs[flow]) / 8 / 40, false);
      }
      read(usages);
    }

    void hear(FlowReport report) {
      core.handle(new PeerFlows(now, report));
    }

    int id(Pair pair) {
      return paths.pathId(pair.from(), pair.to());
    }

    long grant(Pair pair) {
      return core.grantBitsPerSecond(id(pair));
    }

    List<PathRate> rates() {
      return last.stream()
          .filter(CoreCommand.SetRates.class::isInstance)
          .flatMap(command -> ((CoreCommand.SetRates) command).rates().stream())
          .toList();
    }

    List<FlowReport> reports() {
      return last.stream()
          .filter(CoreCommand.TellPeers.class::isInstance)
          .map(command -> ((CoreCommand.TellPeers) command).report())
          .toList();
    }
  }

  private static Driver published() {
    return new Driver(TestNetwork.published(), endpoint -> true);
  }

  private static Pair client(int number) {
    return new Pair(number - 1, number + 5);
  }

  @Test
  void shouldSetAllOwnPathsAtTheBeginToWhatTheyCarry() {
    Driver driver = new Driver(TestNetwork.published(), endpoint -> endpoint < 3);
    assertThat(driver.rates()).hasSize(3 * 11);
    assertThat(driver.grant(client(1))).isEqualTo(50 * MEGA);
    assertThat(driver.grant(client(3))).isEqualTo(10 * MEGA);
    assertThatThrownBy(() -> driver.grant(client(4))).hasMessageContaining("of this part");
  }

  @Test
  void shouldBeginAFlowAboveAHundredthOfItsPathAndEndItAfter100MillisecondsOfSilence() {
    Driver driver = published();
    int path = driver.id(client(1));
    // 1 % of 50 Mbit/s in 25 ms: 1562.5 bytes.
    driver.read(new PathUsage(path, 1_562, false));
    assertThat(driver.core.activeFlows()).isEmpty();
    driver.read(new PathUsage(path, 1_563, false));
    assertThat(driver.core.activeFlows())
        .singleElement()
        .satisfies(
            flow -> {
              assertThat(flow.pathId()).isEqualTo(path);
              assertThat(flow.greedy()).isTrue();
              assertThat(flow.grantedBitsPerSecond()).isEqualTo(50 * MEGA);
              assertThat(flow.usedBitsPerSecond()).isEqualTo(1_563L * 8 * 40);
            });
    for (int reading = 0; reading < 3; reading++) {
      driver.read();
      assertThat(driver.core.activeFlows()).hasSize(1);
    }
    driver.read();
    assertThat(driver.core.activeFlows()).isEmpty();
    driver.read(new PathUsage(path, 0, true));
    assertThat(driver.core.activeFlows()).hasSize(1);
  }

  @Test
  void shouldNotEndAFlowBetweenThePacketsOfASlowPath() {
    TestNetwork network = new TestNetwork(2, 0);
    network.link(0, 1, 64_000, 0);
    Driver driver = new Driver(network, endpoint -> true);
    // A full packet each 187.5 ms.
    for (int reading = 0; reading < 80; reading++) {
      driver.read(
          reading % 8 == 0 ? new PathUsage[] {new PathUsage(1, 1_500, false)} : new PathUsage[0]);
      assertThat(driver.core.activeFlows()).as("reading %d", reading).hasSize(1);
    }
  }

  /** What an idle path stands at is what its flow gets when it starts, on random networks. */
  @Test
  void shouldHoldIdlePathsAtWhatANewcomerWouldGet() {
    for (long seed = 1; seed <= 30; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      TestNetwork network = SharingLoopSimulationTest.starOfStars(12, 3, seed);
      Driver driver = new Driver(network, endpoint -> true);
      List<Pair> flows = new ArrayList<>();
      for (int step = 0; step < 12; step++) {
        Pair newcomer = new Pair(random.nextInt(12), random.nextInt(12));
        if (newcomer.from() == newcomer.to() || flows.contains(newcomer)) {
          continue;
        }
        flows.add(newcomer);
        long share =
            Explainer.explain(network, flows, SharingWeights.RTT).getLast().shareBitsPerSecond();
        Offset<Double> close = Offset.offset(0.002 * share);
        assertThat((double) driver.grant(newcomer)).as("seed %d", seed).isCloseTo(share, close);
        driver.readGreedy(flows.toArray(Pair[]::new));
        assertThat((double) driver.grant(newcomer)).as("seed %d", seed).isCloseTo(share, close);
        assertThat(driver.core.activeFlows()).hasSize(flows.size());
      }
    }
  }

  @Test
  void shouldRecomputeAllRatesAtOnceWhenAnEpochBegins() {
    Driver driver = published();
    driver.readGreedy(client(1), client(2));
    TestNetwork half = TestNetwork.published().withRate(TestNetwork.PUBLISHED_CORE, 25 * MEGA);
    List<CoreCommand> commands = driver.core.handle(new EpochBegan(driver.now, half));
    assertThat(((CoreCommand.SetRates) commands.getFirst()).rates()).hasSize(12 * 11);
    List<Pair> three = List.of(client(1), client(2), client(3));
    List<SharingExplanation> two = Explainer.explain(half, three.subList(0, 2), SharingWeights.RTT);
    assertThat(driver.grant(client(1))).isEqualTo(two.get(0).shareBitsPerSecond());
    assertThat(driver.grant(client(2))).isEqualTo(two.get(1).shareBitsPerSecond());
    assertThat(driver.grant(client(3)))
        .isEqualTo(Explainer.explain(half, three, SharingWeights.RTT).get(2).shareBitsPerSecond());
  }

  @Test
  void shouldEndFlowsWhosePathsVanishAndSetPathsThatAppear() {
    Driver driver = published();
    driver.readGreedy(client(1), client(4));
    TestNetwork cut = TestNetwork.published().withRate(TestNetwork.PUBLISHED_CORE, 0);
    driver.core.handle(new EpochBegan(driver.now, cut));
    assertThat(driver.core.activeFlows())
        .singleElement()
        .extracting(FlowView::pathId)
        .isEqualTo(driver.id(client(4)));
    assertThat(driver.grant(client(1))).isZero();
    // A reading from just before the cut.
    driver.read(new PathUsage(driver.id(client(1)), 100_000, true));
    assertThat(driver.core.activeFlows())
        .extracting(FlowView::pathId)
        .containsExactly(driver.id(client(4)));
    // Not at once: the report of the begin was just before.
    driver.read();
    assertThat(driver.reports().getFirst().flows())
        .contains(new FlowDemand(driver.id(client(1)), 0));
    driver.core.handle(new EpochBegan(driver.now, TestNetwork.published()));
    assertThat(driver.grant(client(1))).isEqualTo(50 * MEGA);
  }

  @Test
  void shouldLeaveUnlimitedPathsUnlimited() {
    TestNetwork network = new TestNetwork(3, 0);
    network.link(0, 1, UNLIMITED, 0);
    network.link(0, 2, 8 * MEGA, 0);
    Driver driver = new Driver(network, endpoint -> true);
    Pair free = new Pair(0, 1);
    assertThat(driver.grant(free)).isEqualTo(UNLIMITED);
    for (int reading = 0; reading < 100; reading++) {
      driver.read(new PathUsage(1, 50_000_000, false), new PathUsage(2, 25_000, true));
      assertThat(driver.rates()).isEmpty();
    }
    assertThat(driver.grant(free)).isEqualTo(UNLIMITED);
    assertThat(driver.core.activeFlows()).hasSize(2);
  }

  private static FlowReport report(long sequence, boolean full, FlowDemand... flows) {
    return full
        ? FlowReport.full(7, sequence, List.of(flows))
        : FlowReport.changes(7, sequence, List.of(flows));
  }

  private static FlowDemand wants(Pair pair, long demand) {
    return new FlowDemand(TestNetwork.published().pathId(pair.from(), pair.to()), demand);
  }

  @Test
  void shouldHoldTheNewestWordOnEachFlowWhateverTheOrderOfReports() {
    List<FlowReport> reports =
        List.of(
            report(1, false, wants(client(2), UNLIMITED), wants(client(3), 5 * MEGA)),
            report(2, false, wants(client(3), 0)),
            report(3, true, wants(client(2), 7 * MEGA), wants(client(4), UNLIMITED)),
            report(4, false, wants(client(2), 9 * MEGA), wants(client(5), 3 * MEGA)),
            report(5, false, wants(client(4), 0)));
    for (long seed = 1; seed <= 200; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      List<FlowReport> shuffled = new ArrayList<>(reports);
      shuffled.addAll(reports);
      for (int at = shuffled.size() - 1; at > 0; at--) {
        shuffled.set(at, shuffled.set(random.nextInt(at + 1), shuffled.get(at)));
      }
      Driver driver = new Driver(TestNetwork.published(), endpoint -> endpoint == 0);
      driver.readGreedy(client(1));
      shuffled.forEach(driver::hear);
      driver.readGreedy(client(1));
      // C2 wants 9 and C3 is over: 41 of the 50 are left; C5's 3 do not matter.
      assertThat(driver.grant(client(1))).as("seed %d", seed).isEqualTo(41 * MEGA);
    }
  }

  @Test
  void shouldForgetPartsThatAreGoneOrSilent() {
    Driver driver = new Driver(TestNetwork.published(), endpoint -> endpoint == 0);
    driver.hear(report(1, true, wants(client(2), 10 * MEGA)));
    driver.readGreedy(client(1));
    assertThat(driver.grant(client(1))).isEqualTo(40 * MEGA);
    driver.core.handle(new PeerGone(driver.now, 7));
    driver.readGreedy(client(1));
    assertThat(driver.grant(client(1))).isEqualTo(50 * MEGA);
    driver.hear(report(1, true, wants(client(2), 10 * MEGA)));
    driver.readGreedy(client(1));
    assertThat(driver.grant(client(1))).isEqualTo(40 * MEGA);
    for (int reading = 0; reading < 401; reading++) {
      driver.readGreedy(client(1));
    }
    assertThat(driver.grant(client(1))).isEqualTo(50 * MEGA);
  }

  @Test
  void shouldIgnoreWhatAPeerCannotKnow() {
    Driver driver = new Driver(TestNetwork.published(), endpoint -> endpoint == 0);
    driver.hear(
        report(
            1,
            false,
            new FlowDemand(-5, 1_000),
            new FlowDemand(Integer.MAX_VALUE, 1_000),
            new FlowDemand(13, 1_000),
            new FlowDemand(15, -1_000),
            new FlowDemand(3, 40 * MEGA)));
    driver.hear(FlowReport.full(0, 9, List.of(wants(client(2), UNLIMITED))));
    driver.readGreedy(client(1));
    assertThat(driver.grant(client(1))).isEqualTo(50 * MEGA);
  }

  @Test
  void shouldTellChangesSeveralTimesAndEverythingEachSecond() {
    Driver driver = published();
    List<FlowReport> told = new ArrayList<>();
    for (int reading = 0; reading < 100; reading++) {
      if (reading >= 50) {
        driver.readGreedy(client(1));
      } else {
        driver.read();
      }
      told.addAll(driver.reports());
    }
    // Nothing while there is nothing; three times the change, of which one may be a full one, then
    // a full report each second.
    assertThat(told).hasSizeBetween(4, 6);
    assertThat(told).extracting(FlowReport::sequence).isSorted().doesNotHaveDuplicates();
    assertThat(told).filteredOn(FlowReport::full).hasSizeBetween(1, 2);
    FlowDemand greedy = new FlowDemand(driver.id(client(1)), UNLIMITED);
    assertThat(told).allSatisfy(one -> assertThat(one.flows()).containsExactly(greedy));
  }

  @Test
  void shouldBoundTheWorkOfAReadingAndCatchUpAtTheNext() {
    int endpoints = 300;
    TestNetwork network = new TestNetwork(endpoints, 2);
    for (int endpoint = 0; endpoint < endpoints; endpoint++) {
      network.link(endpoint, endpoints + endpoint % 2, 1_000 * MEGA, 1_000_000);
    }
    network.link(endpoints, endpoints + 1, 100 * MEGA, 1_000_000);
    Driver driver = new Driver(network, endpoint -> true);
    Pair flow = new Pair(0, 1);
    driver.readGreedy(flow);
    // 22500 paths cross the link in each direction, with 3 links each.
    assertThat(driver.rates()).hasSizeBetween(1_000, IdlePaths.MAX_STEPS / 3);
    for (int reading = 0; reading < 4; reading++) {
      driver.readGreedy(flow);
    }
    assertThat(driver.rates()).isEmpty();
    for (int from = 2; from < endpoints; from += 2) {
      assertThat(driver.grant(new Pair(from, 5))).isEqualTo(50 * MEGA);
    }
  }

  @Test
  void shouldRefuseEventsThatCannotBe() {
    EmulationCore fresh =
        new EmulationCore(CoreSettings.DEFAULT, SharingWeights.RTT, 0, endpoint -> true);
    UsageRead early = new UsageRead(1, 1, List.of());
    assertThatThrownBy(() -> fresh.handle(early)).hasMessageContaining("EpochBegan");
    Driver driver = published();
    UsageRead empty = new UsageRead(1, 0, List.of());
    assertThatThrownBy(() -> driver.core.handle(empty)).hasMessageContaining("interval");
    assertThatThrownBy(() -> driver.read(new PathUsage(144, 1, false)))
        .hasMessageContaining("path 144");
    EpochBegan other = new EpochBegan(1, new TestNetwork(3, 0));
    assertThatThrownBy(() -> driver.core.handle(other)).hasMessageContaining("the same in all");
  }

  @Test
  void shouldRefuseSettingsOutOfRange() {
    assertThatThrownBy(
            () ->
                new CoreSettings(
                    0.01,
                    1,
                    700_000_000,
                    1_000_000,
                    0.85,
                    1.3,
                    0.5,
                    0.001,
                    0.05,
                    0,
                    0.001,
                    0,
                    1_000_000_000,
                    3,
                    0,
                    0,
                    3_000_000_000L))
        .hasMessageContaining("silenceNanos is 1")
        .hasMessageContaining("1000000");
  }
}
