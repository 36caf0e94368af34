package io.kollaps.placement;

import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.placement.demand.Cuts;
import io.kollaps.placement.demand.Graphs;
import io.kollaps.placement.network.KnownTree;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ReservationsTest {
  private static final int CLUSTERS = 120;
  private static final int STEPS = 60;

  private final Placer placer = new Placer(() -> 0);

  private record Running(Graphs graphs, List<String> nodes) {}

  /** What the whole property says: random starts and stops, a known tree, nothing overloaded. */
  @Test
  void shouldNeverOverloadALinkOfAKnownTreeAndGiveEverythingBack() {
    int placed = 0;
    int refused = 0;
    for (int seed = 0; seed < CLUSTERS; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      KnownTree tree = randomCluster(random, seed);
      Reservations reservations = new Reservations(Made.cluster(tree, 4));
      List<Reservations.LimitUse> before = reservations.uses();
      Map<String, Running> running = new HashMap<>();
      for (int step = 0; step < STEPS; step++) {
        if (!running.isEmpty() && random.nextInt(5) < 2) {
          String run =
              running.keySet().stream().sorted().toList().get(random.nextInt(running.size()));
          assertThat(reservations.release(run)).isTrue();
          assertThat(reservations.release(run)).as("a second time").isFalse();
          running.remove(run);
        } else if (start("run " + step, random, reservations, running)) {
          placed++;
        } else {
          refused++;
        }
        shouldFit(tree, reservations, running, "seed " + seed + " step " + step);
      }
      List.copyOf(running.keySet()).forEach(reservations::release);
      assertThat(reservations.uses()).as("seed " + seed).isEqualTo(before);
      for (int node = 0; node < tree.nodeCount(); node++) {
        assertThat(reservations.load(node)).isZero();
      }
    }
    assertThat(placed).isGreaterThan(1000);
    assertThat(refused).isGreaterThan(200);
  }

  private static KnownTree randomCluster(SplittableRandom random, int seed) {
    return switch (seed % 3) {
      case 0 -> Made.star(8, 200);
      case 1 -> Made.tree(random, 8, 40, 80, 120, 160, 300, 400);
      default -> Made.tree(random, 8, 200, 200, 2000);
    };
  }

  private boolean start(
      String run,
      SplittableRandom random,
      Reservations reservations,
      Map<String, Running> running) {
    int endpoints = 2 + random.nextInt(4);
    Graphs graphs =
        random.nextInt(3) == 0
            ? Graphs.randomGraph(random, endpoints)
            : Graphs.randomForest(random, endpoints, random.nextBoolean());
    PlacementRequest request = Made.request(graphs.network());
    Placement answer = placer.place(request, reservations, new PlacementOptions(1, 5_000, 1));
    if (!(answer instanceof Placement.Placed placed)) {
      return false;
    }
    assertThat(reservations.commit(run, request, placed)).isTrue();
    assertThat(reservations.commit(run, request, placed)).as("a second time").isFalse();
    running.put(
        run, new Running(graphs, placed.seats().stream().map(Placement.Seat::node).toList()));
    return true;
  }

  /** Adds up what every running experiment can send over every link, by another algorithm. */
  private static void shouldFit(
      KnownTree tree, Reservations reservations, Map<String, Running> running, String what) {
    Map<String, Long> used = new HashMap<>();
    for (Running run : running.values()) {
      int[] nodeOf =
          run.nodes().stream().mapToInt(name -> Integer.parseInt(name.substring(1))).toArray();
      for (int vertex = 0; vertex < tree.vertices().size(); vertex++) {
        KnownTree.Vertex below = tree.vertices().get(vertex);
        if (below.parent().isPresent()) {
          byte[] side = new byte[nodeOf.length];
          for (int e = 0; e < side.length; e++) {
            side[e] = PlacerTest.below(tree, nodeOf[e], vertex) ? Cuts.INSIDE : Cuts.OUTSIDE;
          }
          String above = tree.vertices().get(below.parent().get()).name();
          used.merge(
              below.name() + "->" + above,
              run.graphs().flow(side, Cuts.INSIDE, Cuts.OUTSIDE),
              Long::sum);
          used.merge(
              above + "->" + below.name(),
              run.graphs().flow(side, Cuts.OUTSIDE, Cuts.INSIDE),
              Long::sum);
        }
      }
    }
    for (Reservations.LimitUse use : reservations.uses()) {
      long real = used.getOrDefault(use.name(), 0L);
      assertThat(use.usedBitsPerSecond()).as(what + " " + use.name()).isEqualTo(real);
      assertThat(real).as(what + " " + use.name()).isLessThanOrEqualTo(use.capacityBitsPerSecond());
    }
  }

  @Test
  void shouldNotCommitWhatNoLongerFits() {
    Reservations reservations = new Reservations(Made.cluster(Made.star(2, 100), 2));
    PlacementRequest request = Made.request(Made.hub(2, 60).network());
    Placement.Placed placed =
        (Placement.Placed) placer.place(request, reservations, PlacementOptions.DEFAULT);

    assertThat(reservations.commit("first", request, placed)).isTrue();
    List<Reservations.LimitUse> before = reservations.uses();
    assertThat(reservations.commit("second", request, placed)).isFalse();
    assertThat(reservations.uses()).isEqualTo(before);
    assertThat(reservations.runs()).containsExactly("first");
  }

  @Test
  void shouldKeepRunsOnAChangedClusterButThoseOfLostNodes() {
    Reservations reservations = new Reservations(Made.cluster(Made.star(4, 100), 1));
    PlacementRequest request = Made.request(Made.hub(2, 60).network());
    for (String run : List.of("first", "second")) {
      Placement answer = placer.place(request, reservations, PlacementOptions.DEFAULT);
      assertThat(reservations.commit(run, request, (Placement.Placed) answer)).isTrue();
    }
    String lost = reservations.held("second").orElseThrow().nodes().getFirst();
    List<NodeCapacity> left =
        reservations.cluster().nodes().stream().filter(n -> !n.name().equals(lost)).toList();

    Reservations after = reservations.on(new Cluster(left, Made.star(3, 50)));

    assertThat(after.runs()).containsExactly("first");
    assertThat(after.held("first")).isEqualTo(reservations.held("first"));
    assertThat(after.uses().stream().filter(use -> use.usedBitsPerSecond() == 60)).hasSize(4);
    assertThat(after.release("first")).isTrue();
    assertThat(after.uses()).isEqualTo(new Reservations(after.cluster()).uses());
  }
}
