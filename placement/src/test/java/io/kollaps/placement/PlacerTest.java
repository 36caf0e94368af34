package io.kollaps.placement;

import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.placement.demand.Cuts;
import io.kollaps.placement.demand.Graphs;
import io.kollaps.placement.network.KnownTree;
import io.kollaps.placement.network.Soundness;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PlacerTest {
  private static final long MEGA = 1_000_000;

  /** Never ends a search: the trials do. */
  private final Placer placer = new Placer(() -> 0);

  private Placement place(PlacementRequest request, Cluster cluster) {
    return placer.place(request, new Reservations(cluster), PlacementOptions.DEFAULT);
  }

  private Placement.Placed placed(PlacementRequest request, Reservations reservations) {
    Placement answer = placer.place(request, reservations, PlacementOptions.DEFAULT);
    assertThat(answer).isInstanceOf(Placement.Placed.class);
    return (Placement.Placed) answer;
  }

  private static int[] loads(Reservations reservations) {
    return IntStream.range(0, reservations.cluster().nodes().size())
        .map(reservations::load)
        .toArray();
  }

  /** Figure 49 of the thesis: three endpoints, ten nodes, four endpoints on a node. */
  @Test
  void shouldSpreadTheSameExperimentEvenly() {
    Reservations reservations = new Reservations(Made.cluster(Made.star(10, 1000 * MEGA), 4));
    PlacementRequest request = Made.request(Made.hub(3, 10 * MEGA).network());
    for (int i = 0; i < 13; i++) {
      assertThat(reservations.commit("run " + i, request, placed(request, reservations))).isTrue();
      int[] loads = loads(reservations);
      assertThat(
              Arrays.stream(loads).max().orElseThrow() - Arrays.stream(loads).min().orElseThrow())
          .as("after experiment %d: %s", i + 1, Arrays.toString(loads))
          .isLessThanOrEqualTo(1);
    }

    Placement last = placer.place(request, reservations, PlacementOptions.DEFAULT);

    assertThat(last).isInstanceOf(Placement.Refused.class);
    assertThat(((Placement.Refused) last).proved()).isTrue();
    assertThat(((Placement.Refused) last).reason()).contains("take 1 more", "there are 3");
  }

  /** Figure 7 fits one endpoint on each host of 100 Mbit/s, which the thesis' rule refuses. */
  @Test
  void shouldPlaceFigure7OnThreeHosts() {
    Graphs figure7 =
        Graphs.symmetric(
            3,
            5,
            new long[] {0, 3, 80 * MEGA},
            new long[] {1, 3, 80 * MEGA},
            new long[] {3, 4, 70 * MEGA},
            new long[] {4, 2, 70 * MEGA});
    Reservations reservations = new Reservations(Made.cluster(Made.star(3, 100 * MEGA), 4));

    Placement.Placed placed = placed(Made.request(figure7.network()), reservations);

    assertThat(placed.seats()).extracting(Placement.Seat::node).doesNotHaveDuplicates();
    assertThat(placed.soundness()).isEqualTo(Soundness.KNOWN_TOPOLOGY);
    assertThat(placed.seats().getFirst().why()).contains("nothing else runs here");
  }

  /** Figure 9 has the same capacities between pairs, but needs 140 and 150 Mbit/s. */
  @Test
  void shouldNotSpreadFigure9() {
    Graphs figure9 =
        Graphs.symmetric(
            3,
            3,
            new long[] {0, 1, 80 * MEGA},
            new long[] {0, 2, 70 * MEGA},
            new long[] {1, 2, 70 * MEGA});
    PlacementRequest request = Made.request(figure9.network());

    Placement.Placed together =
        placed(request, new Reservations(Made.cluster(Made.star(3, 100 * MEGA), 3)));
    Placement refused = place(request, Made.cluster(Made.star(3, 100 * MEGA), 2));

    assertThat(together.seats())
        .extracting(Placement.Seat::node)
        .containsOnly(together.seats().getFirst().node());
    assertThat(together.seats().getFirst().why()).contains("would lack");
    assertThat(refused).isInstanceOf(Placement.Refused.class);
    Placement.TightCut tightest = ((Placement.Refused) refused).tightest().orElseThrow();
    assertThat(((Placement.Refused) refused).proved()).isTrue();
    assertThat(tightest.leftBitsPerSecond()).isEqualTo(100 * MEGA);
    assertThat(tightest.neededBitsPerSecond()).isBetween(140 * MEGA, 150 * MEGA);
    assertThat(tightest.lackingBitsPerSecond()).isBetween(40 * MEGA, 50 * MEGA);
  }

  @Test
  void shouldHonourPins() {
    PlacementRequest request = Made.request(Made.hub(4, MEGA).network());
    PlacementRequest pinned =
        Made.with(request, 2, new PlacementRequest.EndpointNeed("e2", 0, 0, Optional.of("n4")));

    Placement.Placed placed =
        placed(pinned, new Reservations(Made.cluster(Made.star(5, 1000 * MEGA), 4)));

    assertThat(placed.seats().get(2).node()).isEqualTo("n4");
    assertThat(placed.seats().get(2).why()).isEqualTo("pinned");
    assertThat(placed.seats()).extracting(Placement.Seat::node).doesNotHaveDuplicates();
  }

  @Test
  void shouldRefuseAPinToNowhere() {
    PlacementRequest request =
        Made.with(
            Made.request(Made.hub(2, MEGA).network()),
            1,
            new PlacementRequest.EndpointNeed("e1", 0, 0, Optional.of("gone")));

    Placement answer = place(request, Made.cluster(Made.star(5, MEGA), 4));

    assertThat(answer).isInstanceOf(Placement.Refused.class);
    assertThat(((Placement.Refused) answer).reason()).contains("e1", "gone", "no node");
  }

  @Test
  void shouldNameTheNodeThatCannotTakeItsPinnedEndpoints() {
    PlacementRequest request = Made.request(Made.hub(3, MEGA).network());
    for (int i = 0; i < 3; i++) {
      request =
          Made.with(
              request, i, new PlacementRequest.EndpointNeed("e" + i, 0, 0, Optional.of("n3")));
    }
    Cluster cluster = Made.cluster(Made.star(5, 1000 * MEGA), 2);
    String pinnedTo = cluster.nodes().get(3).name();
    assertThat(pinnedTo).isEqualTo("n3");

    Placement.Refused answer = (Placement.Refused) place(request, cluster);

    assertThat(answer.proved()).isTrue();
    assertThat(answer.reason()).contains("node n3", "pinned to it");
  }

  @Test
  void shouldNameTheEndpointThatIsLargerThanAnyNode() {
    List<NodeCapacity> nodes =
        List.of(
            new NodeCapacity("small", 10, 1000, 1 << 20, 0),
            new NodeCapacity("large", 10, 4000, 1 << 22, 0));
    PlacementRequest request =
        Made.with(
            Made.request(Made.hub(2, MEGA).network()),
            1,
            new PlacementRequest.EndpointNeed("giant", 4500, 0, Optional.empty()));

    Placement.Refused answer =
        (Placement.Refused) place(request, new Cluster(nodes, Made.star(2, 1000 * MEGA)));

    assertThat(answer.proved()).isTrue();
    assertThat(answer.reason()).contains("endpoint giant");
  }

  @Test
  void shouldUseUnreliableNodesLast() {
    List<NodeCapacity> nodes =
        List.of(
            Made.node("often-gone", 4, 3),
            Made.node("once-gone", 4, 1),
            Made.node("good", 4, 0),
            Made.node("good-too", 4, 0));
    Reservations reservations = new Reservations(new Cluster(nodes, Made.star(4, 1000 * MEGA)));
    PlacementRequest two = Made.request(Made.hub(2, MEGA).network());
    PlacementRequest three = Made.request(Made.hub(3, MEGA).network());

    assertThat(placed(two, reservations).seats())
        .extracting(Placement.Seat::node)
        .containsExactlyInAnyOrder("good", "good-too");
    assertThat(placed(three, reservations).seats())
        .extracting(Placement.Seat::node)
        .containsExactlyInAnyOrder("good", "good-too", "once-gone");
  }

  @Test
  void shouldKeepProcessorsAndMemory() {
    List<NodeCapacity> nodes =
        List.of(
            new NodeCapacity("small", 10, 1000, 1 << 20, 0),
            new NodeCapacity("large", 10, 4000, 1 << 22, 0));
    Cluster cluster = new Cluster(nodes, Made.star(2, 1000 * MEGA));
    PlacementRequest request = Made.request(Made.hub(3, MEGA).network());
    PlacementRequest heavy = request;
    for (int i = 0; i < 3; i++) {
      heavy =
          Made.with(
              heavy,
              i,
              new PlacementRequest.EndpointNeed(
                  "e" + i, i == 2 ? 1000 : 2000, 1000, Optional.empty()));
    }
    Reservations reservations = new Reservations(cluster);

    Placement.Placed placed = placed(heavy, reservations);

    assertThat(placed.seats())
        .extracting(Placement.Seat::node)
        .containsExactly("large", "large", "small");
    assertThat(reservations.commit("run", heavy, placed)).isTrue();
    Placement again = place(heavy, cluster);
    assertThat(again).isInstanceOf(Placement.Placed.class);
    Placement.Refused full =
        (Placement.Refused) placer.place(heavy, reservations, PlacementOptions.DEFAULT);
    assertThat(full.proved()).isTrue();
    assertThat(full.reason()).contains("processor");
  }

  /**
   * As many endpoints as nodes, and the first tries fail: the thesis' placer ended with a panic.
   */
  @Test
  void shouldPlaceAsManyEndpointsAsNodesWhenFirstTriesFail() {
    Graphs line =
        Graphs.symmetric(3, 3, new long[] {0, 1, 90 * MEGA}, new long[] {1, 2, 10 * MEGA});
    List<KnownTree.Vertex> vertices =
        List.of(
            new KnownTree.Vertex("n0", Optional.of(3), 10 * MEGA, 10 * MEGA),
            new KnownTree.Vertex("n1", Optional.of(3), 100 * MEGA, 100 * MEGA),
            new KnownTree.Vertex("n2", Optional.of(3), 90 * MEGA, 90 * MEGA),
            new KnownTree.Vertex("switch", Optional.empty(), 0, 0));

    Placement.Placed placed =
        placed(
            Made.request(line.network()),
            new Reservations(Made.cluster(new KnownTree(3, vertices), 1)));

    assertThat(placed.seats()).extracting(Placement.Seat::node).containsExactly("n2", "n1", "n0");
  }

  /** Nothing fits, and the case is too large to try everything. */
  @Test
  void shouldAlwaysAnswerWithinItsTime() {
    SplittableRandom random = new SplittableRandom(1);
    long[] now = {0};
    Placer ticking = new Placer(() -> now[0] += 1000);
    for (int i = 0; i < 5; i++) {
      Graphs mesh = Graphs.randomGraph(random, 8);
      Reservations reservations = new Reservations(Made.cluster(Made.tree(random, 20, 1, 2, 3), 2));

      Placement answer =
          ticking.place(
              Made.request(mesh.network()),
              reservations,
              new PlacementOptions(1_000_000, Long.MAX_VALUE, 1));

      assertThat(answer).isInstanceOf(Placement.Refused.class);
      assertThat(answer.searchNanos()).isLessThan(1_200_000);
    }
  }

  @Test
  void shouldAnswerTheSameForTheSameSeed() {
    for (int seed = 0; seed < 10; seed++) {
      Placement first = seeded(seed);
      assertThat(seeded(seed)).isEqualTo(first);
    }
  }

  private Placement seeded(int seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Graphs graphs = Graphs.randomForest(random, 20, false);
    Cluster cluster = Made.cluster(Made.tree(random, 10, 60, 120, 200), 4);
    return placer.place(
        Made.request(graphs.network()),
        new Reservations(cluster),
        new PlacementOptions(1, 300_000, seed));
  }

  /** Small cases, against every placement there is, with cuts by another algorithm. */
  @Test
  void shouldPlaceWheneverAPlacementExists() {
    int feasible = 0;
    for (int seed = 0; seed < 60; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      int endpoints = 3 + random.nextInt(3);
      int nodes = 3 + random.nextInt(2);
      Graphs graphs =
          seed % 2 == 0
              ? Graphs.randomForest(random, endpoints, true)
              : Graphs.randomGraph(random, endpoints);
      KnownTree tree = Made.tree(random, nodes, 40, 80, 160);

      Placement answer = place(Made.request(graphs.network()), Made.cluster(tree, 2));

      boolean possible = anyFits(graphs, tree, new int[endpoints], 0, 2);
      boolean spread = anyFits(graphs, tree, new int[endpoints], 0, 1);
      assertThat(answer instanceof Placement.Placed).as("seed " + seed).isEqualTo(possible);
      if (answer instanceof Placement.Placed placed) {
        feasible++;
        int[] count = new int[nodes];
        int[] nodeOf = new int[endpoints];
        for (int e = 0; e < endpoints; e++) {
          nodeOf[e] = Integer.parseInt(placed.seats().get(e).node().substring(1));
          count[nodeOf[e]]++;
        }
        assertThat(fits(graphs, tree, nodeOf)).as("seed " + seed).isTrue();
        assertThat(Arrays.stream(count).max().orElseThrow())
            .as("seed " + seed)
            .isEqualTo(spread ? 1 : 2);
      } else {
        assertThat(((Placement.Refused) answer).proved()).as("seed " + seed).isTrue();
      }
    }
    assertThat(feasible).isBetween(10, 55);
  }

  private static boolean anyFits(
      Graphs graphs, KnownTree tree, int[] nodeOf, int endpoint, int slots) {
    if (endpoint == nodeOf.length) {
      return fits(graphs, tree, nodeOf);
    }
    for (int node = 0; node < tree.nodeCount(); node++) {
      int chosen = node;
      nodeOf[endpoint] = node;
      long there = Arrays.stream(nodeOf, 0, endpoint + 1).filter(n -> n == chosen).count();
      if (there <= slots && anyFits(graphs, tree, nodeOf, endpoint + 1, slots)) {
        return true;
      }
    }
    return false;
  }

  static boolean fits(Graphs graphs, KnownTree tree, int[] nodeOf) {
    for (int vertex = 0; vertex < tree.vertices().size(); vertex++) {
      int link = vertex;
      if (tree.vertices().get(vertex).parent().isEmpty()) {
        continue;
      }
      byte[] side = new byte[nodeOf.length];
      for (int e = 0; e < side.length; e++) {
        side[e] = below(tree, nodeOf[e], link) ? Cuts.INSIDE : Cuts.OUTSIDE;
      }
      if (graphs.flow(side, Cuts.INSIDE, Cuts.OUTSIDE)
              > tree.vertices().get(vertex).upBitsPerSecond()
          || graphs.flow(side, Cuts.OUTSIDE, Cuts.INSIDE)
              > tree.vertices().get(vertex).downBitsPerSecond()) {
        return false;
      }
    }
    return true;
  }

  static boolean below(KnownTree tree, int node, int vertex) {
    Optional<Integer> at = Optional.of(node);
    while (at.isPresent() && at.get() != vertex) {
      at = tree.vertices().get(at.get()).parent();
    }
    return at.isPresent();
  }
}
