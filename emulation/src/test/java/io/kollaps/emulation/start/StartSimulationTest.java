package io.kollaps.emulation.start;

import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.emulation.start.RingMessage.Confirmation;
import io.kollaps.emulation.start.RingMessage.Proposal;
import io.kollaps.emulation.start.StartCommand.GiveUp;
import io.kollaps.emulation.start.StartCommand.StartAt;
import io.kollaps.emulation.start.StartSimulation.Given;
import io.kollaps.emulation.start.StartSimulation.Node;
import io.kollaps.emulation.start.StartSimulation.Sent;
import io.kollaps.emulation.start.StartSimulation.World;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Whole rings in virtual time. The number of seeds of each test is the system property {@code
 * kollaps.start.seeds}, 1000 when it is not set.
 */
class StartSimulationTest {
  private static final long MILLI = StartSimulation.MILLI;
  private static final long SEEDS = Long.getLong("kollaps.start.seeds", 1_000);
  private static final StartSettings SETTINGS = StartSettings.DEFAULT;

  private static StartSimulation run(World world, long seed) {
    StartSimulation simulation = new StartSimulation(SETTINGS, world, seed);
    simulation.run();
    check(simulation, "seed " + seed + ", " + world);
    return simulation;
  }

  private static boolean allStarted(StartSimulation simulation) {
    return simulation.nodes.stream().allMatch(node -> node.start() != null);
  }

  @Test
  void shouldStartTogetherWhereNothingGoesWrong() {
    for (long seed = 1; seed <= SEEDS; seed++) {
      int size = 1 + (int) (seed % 50);
      StartSimulation simulation = run(new World(size, 0, 0, MILLI, 0, false, MILLI), seed);
      assertThat(allStarted(simulation)).as("seed %d", seed).isTrue();
      assertThat(simulation.aborted()).as("seed %d", seed).isFalse();
    }
  }

  /** Loss, delays of up to a tenth of a second, repetition and reordering, but nobody crashes. */
  @Test
  void shouldStartNearlyAlwaysOverABadNetwork() {
    int started = 0;
    for (long seed = 1; seed <= SEEDS; seed++) {
      SplittableRandom random = new SplittableRandom(-seed);
      World world =
          new World(
              random.nextInt(1, 51),
              random.nextDouble(0.2),
              random.nextDouble(0.3),
              random.nextLong(MILLI, 100 * MILLI),
              0,
              false,
              random.nextLong(20 * MILLI));
      started += allStarted(run(world, seed)) ? 1 : 0;
    }
    System.out.printf("bad networks: %d of %d rings started%n", started, SEEDS);
    assertThat(started).isGreaterThan((int) (0.99 * SEEDS));
  }

  @Test
  void shouldHarmNobodyWhenPartsCrashAndMostIsLost() {
    int started = 0;
    int some = 0;
    for (long seed = 1; seed <= SEEDS; seed++) {
      SplittableRandom random = new SplittableRandom(-seed);
      int size = random.nextInt(1, 51);
      World world =
          new World(
              size,
              random.nextDouble(0.7),
              random.nextDouble(0.5),
              random.nextLong(MILLI, 1_000 * MILLI),
              random.nextDouble(3.0 / size),
              false,
              random.nextLong(240 * MILLI));
      StartSimulation simulation = run(world, seed);
      if (allStarted(simulation)) {
        started++;
      } else if (simulation.nodes.stream().anyMatch(node -> node.start() != null)) {
        some++;
      }
    }
    System.out.printf(
        "crashes: %d of %d rings started, %d in part and aborted%n", started, SEEDS, some);
    // The cases that matter occur.
    assertThat(started).isPositive();
    assertThat(some).isPositive();
  }

  /** One node believes that the leader's clock is 3 s from where it is. */
  @Test
  void shouldNotStartWithAClockThatIsOffByMoreThanItsBound() {
    for (long seed = 1; seed <= SEEDS; seed++) {
      SplittableRandom random = new SplittableRandom(-seed);
      World world =
          new World(
              random.nextInt(2, 51),
              random.nextDouble(0.1),
              0.1,
              random.nextLong(MILLI, 10 * MILLI),
              0,
              true,
              random.nextLong(20 * MILLI));
      StartSimulation simulation = new StartSimulation(SETTINGS, world, seed);
      simulation.run();
      assertThat(simulation.nodes).as("seed %d", seed).allMatch(node -> node.start() == null);
      assertThat(simulation.aborted()).isTrue();
    }
  }

  /** What must hold in every world; looks only at what went in and came out. */
  private static void check(StartSimulation simulation, String what) {
    checkOutcomes(simulation, what);
    checkInstants(simulation, what);
    checkConfirmation(simulation, what);
    for (Node node : simulation.nodes) {
      // Two messages for each round, each 13 times within the time for a hop.
      assertThat(node.sends()).as(what).isLessThanOrEqualTo((SETTINGS.maxRounds() + 1) * 13);
    }
  }

  private static void checkOutcomes(StartSimulation simulation, String what) {
    int started = 0;
    for (Node node : simulation.nodes) {
      assertThat(node.outcomes().size()).as(what).isLessThanOrEqualTo(1);
      started += node.start() == null ? 0 : 1;
      if (node.begun() && !node.crashed() && node.outcomes().isEmpty()) {
        // Cancelled before it came to an end by itself, which takes so long at most.
        assertThat(node.abortedAt()).as(what).isLessThan(SETTINGS.longestNanos() + 2_000 * MILLI);
      }
      if (node.outcomes().stream().anyMatch(GiveUp.class::isInstance)) {
        assertThat(simulation.aborted()).as(what).isTrue();
      }
    }
    // All, or the run is aborted: also where somebody crashed after its word.
    assertThat(started == simulation.nodes.size() || simulation.aborted()).as(what).isTrue();
  }

  private static void checkInstants(StartSimulation simulation, String what) {
    List<Node> started = simulation.nodes.stream().filter(node -> node.start() != null).toList();
    long earliest = Long.MAX_VALUE;
    long latest = Long.MIN_VALUE;
    for (Node node : started) {
      StartAt start = node.start();
      if (start == null) {
        throw new AssertionError("filtered");
      }
      StartAt first = started.getFirst().start();
      assertThat(start).as(what).isEqualTo(first);
      // In time by the machine's own clock.
      long local = node.trueNanos(start.instantNanos());
      assertThat(node.outcomeAt()).as(what).isLessThanOrEqualTo(local - 4 * MILLI);
      earliest = Math.min(earliest, local + node.boundNanos());
      latest = Math.max(latest, local - node.boundNanos());
      assertThat(start.largestBoundNanos()).as(what).isGreaterThanOrEqualTo(node.boundNanos());
    }
    // Every two starts are apart by at most the sum of their bounds.
    assertThat(started.isEmpty() || latest <= earliest).as(what).isTrue();
    assertThat(
            simulation.sent.stream()
                .filter(one -> one.message() instanceof Confirmation)
                .map(one -> one.message().instantNanos())
                .distinct()
                .count())
        .as(what)
        .isLessThanOrEqualTo(1);
  }

  private static void checkConfirmation(StartSimulation simulation, String what) {
    int size = simulation.nodes.size();
    for (int position = 0; position < size && size > 1; position++) {
      StartAt start = simulation.nodes.get(position).start();
      if (start != null) {
        int successor = (position + 1) % size;
        assertThat(confirmed(simulation, successor)).as(what).isTrue();
        if (position == 0) {
          for (int other = 0; other < size; other++) {
            assertThat(confirmed(simulation, other)).as(what).isTrue();
          }
        }
      }
    }
    for (Sent one : simulation.sent) {
      if (one.position() == 0 && one.message() instanceof Confirmation confirmation) {
        checkRoom(simulation, one, confirmation, what);
        return;
      }
    }
  }

  private static boolean confirmed(StartSimulation simulation, int position) {
    for (Given one : simulation.given) {
      if (one.position() == position
          && one.message() instanceof Confirmation
          && one.message().attempt() == 5) {
        return true;
      }
    }
    return false;
  }

  /**
   * The first confirmation left early enough for another turn, with clocks as far apart as may be.
   */
  private static void checkRoom(
      StartSimulation simulation, Sent sent, Confirmation confirmation, String what) {
    Sent proposal =
        simulation.sent.stream()
            .filter(
                one ->
                    one.position() == 0
                        && one.message() instanceof Proposal
                        && one.message().round() == confirmation.round())
            .findFirst()
            .orElseThrow();
    long turn = sent.atNanos() - proposal.atNanos();
    long largest = simulation.nodes.stream().mapToLong(Node::boundNanos).max().orElseThrow();
    Node first = simulation.nodes.getFirst();
    long room = confirmation.instantNanos() - first.leaderNanos(sent.atNanos());
    // A clock that drifts measures a turn by up to a ten-thousandth less.
    assertThat(room).as(what).isGreaterThan((long) (1.999 * turn) + 2 * largest + 49 * MILLI);
    assertThat(confirmation.largestBoundNanos()).as(what).isEqualTo(largest);
  }
}
