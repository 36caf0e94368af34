package io.kollaps.placement.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kollaps.placement.demand.EmulatedNetwork;
import io.kollaps.placement.demand.Graphs;
import io.kollaps.placement.search.SearchCase;
import io.kollaps.placement.search.Usage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LimitsTest {
  private static final int CASES = 60;
  private static final int PLACEMENTS = 20;

  private static KnownTree tree(SplittableRandom random, int nodes) {
    int switches = 1 + random.nextInt(nodes);
    List<KnownTree.Vertex> vertices = new ArrayList<>();
    for (int i = 0; i < nodes + switches; i++) {
      Optional<Integer> parent =
          i == nodes
              ? Optional.empty()
              : Optional.of(
                  nodes + (i < nodes ? random.nextInt(switches) : random.nextInt(i - nodes)));
      // Few values, so that capacities are tied often.
      long rate = 100L * (1 + random.nextInt(3));
      vertices.add(new KnownTree.Vertex("v" + i, parent, rate, rate));
    }
    return new KnownTree(nodes, vertices);
  }

  private static List<Integer> up(KnownTree tree, int node) {
    List<Integer> way = new ArrayList<>();
    for (int at = node; tree.vertices().get(at).parent().isPresent(); ) {
      way.add(at);
      at = tree.vertices().get(at).parent().get();
    }
    return way;
  }

  private static long capacity(KnownTree tree, int a, int b) {
    List<Integer> links = up(tree, a);
    List<Integer> other = up(tree, b);
    List<Integer> shared = links.stream().filter(other::contains).toList();
    return java.util.stream.Stream.concat(links.stream(), other.stream())
        .filter(link -> !shared.contains(link))
        .mapToLong(link -> tree.vertices().get(link).upBitsPerSecond())
        .min()
        .orElseThrow();
  }

  /** The dendrogram of a tree's capacities, from the smallest down. */
  private static CapacityTree dendrogram(KnownTree tree, List<Integer> nodes, boolean confirmed) {
    if (nodes.size() == 1) {
      return new CapacityTree.Leaf(
          nodes.getFirst(),
          "n" + nodes.getFirst(),
          PhysicalNetwork.UNLIMITED,
          PhysicalNetwork.UNLIMITED);
    }
    long level = Long.MAX_VALUE;
    for (int a : nodes) {
      for (int b : nodes) {
        level = a == b ? level : Math.min(level, capacity(tree, a, b));
      }
    }
    List<CapacityTree> members = new ArrayList<>();
    BitSet done = new BitSet();
    for (int a : nodes) {
      if (!done.get(a)) {
        long narrow = level;
        List<Integer> member =
            nodes.stream().filter(b -> b == a || capacity(tree, a, b) > narrow).toList();
        member.forEach(done::set);
        members.add(dendrogram(tree, member, confirmed));
      }
    }
    return new CapacityTree.Group(level, confirmed, members);
  }

  private static SearchCase searchCase(EmulatedNetwork emulated, PhysicalNetwork network) {
    NetworkLimits limits = network.limits();
    int nodes = limits.nodeCount();
    int[] plenty = new int[nodes];
    Arrays.fill(plenty, 1000);
    return new SearchCase(
        emulated,
        limits,
        limits.scaledCapacities(),
        new int[nodes],
        new int[nodes],
        plenty,
        new long[nodes],
        new long[nodes],
        new long[emulated.endpointCount()],
        new long[emulated.endpointCount()],
        new int[emulated.endpointCount()]);
  }

  private static boolean keeps(EmulatedNetwork emulated, PhysicalNetwork network, int[] nodeOf) {
    SearchCase searchCase = searchCase(emulated, network);
    long[] demand = Usage.demand(searchCase, nodeOf);
    for (int i = 0; i < demand.length; i++) {
      if (demand[i] > searchCase.residual()[i]) {
        return false;
      }
    }
    return true;
  }

  @Test
  void shouldBeSoundWhereOnlyCapacitiesAreKnown() {
    int kept = 0;
    int possible = 0;
    for (int seed = 0; seed < CASES; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      int nodes = 2 + random.nextInt(7);
      KnownTree tree = tree(random, nodes);
      List<Integer> all = java.util.stream.IntStream.range(0, nodes).boxed().toList();
      CapacityMap map = new CapacityMap(nodes, dendrogram(tree, all, false));
      for (int i = 0; i < PLACEMENTS; i++) {
        Graphs graphs = Graphs.randomForest(random, 2 + random.nextInt(6), i % 2 == 0);
        int[] nodeOf = random.ints(graphs.network().endpointCount(), 0, nodes).toArray();
        boolean really = keeps(graphs.network(), tree, nodeOf);
        possible += really ? 1 : 0;
        if (keeps(graphs.network(), map, nodeOf)) {
          kept++;
          assertThat(really).as("seed " + seed + " placement " + i).isTrue();
        }
      }
    }
    assertThat(kept).as("of %d possible ones", possible).isGreaterThan(possible / 10);
  }

  /** Two experiments together, one after the other, on capacities that are all tied. */
  @Test
  void shouldBeSoundForSeveralExperimentsTogether() {
    KnownTree trunk =
        new KnownTree(
            4,
            List.of(
                new KnownTree.Vertex("n0", Optional.of(4), 100, 100),
                new KnownTree.Vertex("n1", Optional.of(4), 100, 100),
                new KnownTree.Vertex("n2", Optional.of(5), 100, 100),
                new KnownTree.Vertex("n3", Optional.of(5), 100, 100),
                new KnownTree.Vertex("s4", Optional.empty(), 0, 0),
                new KnownTree.Vertex("s5", Optional.of(4), 100, 100)));
    List<Integer> all = List.of(0, 1, 2, 3);
    Graphs pair = Graphs.symmetric(2, 2, new long[] {0, 1, 60});
    CapacityMap conservative = new CapacityMap(4, dendrogram(trunk, all, false));
    CapacityMap confirmed = new CapacityMap(4, dendrogram(trunk, all, true));

    // n0 to n2, and n1 to n3: the canonical tree sees no link in common, the real one does.
    assertThat(together(pair, conservative)).isFalse();
    assertThat(together(pair, trunk)).isFalse();
    assertThat(together(pair, confirmed)).isTrue();
    assertThat(conservative.soundness()).isEqualTo(Soundness.CONSERVATIVE);
    assertThat(confirmed.soundness()).isEqualTo(Soundness.CONFIRMED_TIES);
    assertThat(trunk.soundness()).isEqualTo(Soundness.KNOWN_TOPOLOGY);
  }

  private static boolean together(Graphs graphs, PhysicalNetwork network) {
    SearchCase searchCase = searchCase(graphs.network(), network);
    long[] first = Usage.demand(searchCase, new int[] {0, 2});
    long[] second = Usage.demand(searchCase, new int[] {1, 3});
    for (int i = 0; i < first.length; i++) {
      if (first[i] + second[i] > searchCase.residual()[i]) {
        return false;
      }
    }
    return true;
  }

  @Test
  void shouldTakeAGroupOfTwoThatStandsAloneAsConfirmed() {
    CapacityTree leaf0 = new CapacityTree.Leaf(0, "a", 10, 20);
    CapacityTree leaf1 = new CapacityTree.Leaf(1, "b", PhysicalNetwork.UNLIMITED, 30);
    CapacityMap map = new CapacityMap(2, new CapacityTree.Group(25, false, List.of(leaf0, leaf1)));

    assertThat(map.soundness()).isEqualTo(Soundness.CONFIRMED_TIES);
    Map<String, Long> limits = new HashMap<>();
    map.limits()
        .limits()
        .forEach(l -> limits.merge(l.name(), l.capacityBitsPerSecond(), Math::min));
    assertThat(limits).containsEntry("out of a", 10L).containsEntry("into b", 30L);
  }

  @Test
  void shouldBoundTheLinksOfKnownRoutesAsThoseOfTheSameTree() {
    for (int seed = 0; seed < CASES; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      int nodes = 2 + random.nextInt(6);
      KnownTree tree = tree(random, nodes);
      KnownRoutes routes = routes(tree);
      for (int i = 0; i < PLACEMENTS; i++) {
        Graphs graphs = Graphs.randomForest(random, 2 + random.nextInt(6), true);
        int[] nodeOf = random.ints(graphs.network().endpointCount(), 0, nodes).toArray();
        assertThat(keeps(graphs.network(), routes, nodeOf))
            .as("seed " + seed + " placement " + i)
            .isEqualTo(keeps(graphs.network(), tree, nodeOf));
      }
    }
  }

  private static KnownRoutes routes(KnownTree tree) {
    List<KnownRoutes.Link> links = new ArrayList<>();
    for (KnownTree.Vertex vertex : tree.vertices()) {
      links.add(new KnownRoutes.Link(vertex.name() + " up", vertex.upBitsPerSecond()));
      links.add(new KnownRoutes.Link(vertex.name() + " down", vertex.downBitsPerSecond()));
    }
    List<KnownRoutes.Route> routes = new ArrayList<>();
    for (int a = 0; a < tree.nodeCount(); a++) {
      for (int b = 0; b < tree.nodeCount(); b++) {
        if (a != b) {
          List<Integer> from = up(tree, a);
          List<Integer> to = up(tree, b);
          List<Integer> way = new ArrayList<>();
          from.stream().filter(v -> !to.contains(v)).forEach(v -> way.add(2 * v));
          to.stream().filter(v -> !from.contains(v)).forEach(v -> way.add(2 * v + 1));
          routes.add(new KnownRoutes.Route(a, b, way));
        }
      }
    }
    return new KnownRoutes(tree.nodeCount(), links, routes);
  }

  /** A link that carries traffic from a node to both of its neighbours, one of which sends too. */
  @Test
  void shouldCountTrafficInsideAGroupOfSenders() {
    List<KnownRoutes.Link> links =
        List.of(
            new KnownRoutes.Link("ring", 100),
            new KnownRoutes.Link("rest", PhysicalNetwork.UNLIMITED));
    List<KnownRoutes.Route> routes = new ArrayList<>();
    for (int a = 0; a < 3; a++) {
      for (int b = 0; b < 3; b++) {
        if (a != b) {
          routes.add(new KnownRoutes.Route(a, b, List.of(a < 2 && (b == 1 || b == 2) ? 0 : 1)));
        }
      }
    }
    KnownRoutes network = new KnownRoutes(3, links, routes);
    Graphs triangle =
        Graphs.symmetric(3, 3, new long[] {0, 1, 40}, new long[] {1, 2, 40}, new long[] {0, 2, 40});

    // 0->1, 0->2 and 1->2 take the link: 120 in all.
    assertThat(keeps(triangle.network(), network, new int[] {0, 1, 2})).isFalse();
    assertThat(keeps(triangle.network(), network, new int[] {0, 0, 2})).isTrue();
  }

  @Test
  void shouldRefuseWhatIsNoNetwork() {
    CapacityTree leaf = new CapacityTree.Leaf(0, "a", 1, 1);
    assertThatThrownBy(() -> new CapacityMap(2, leaf)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new CapacityTree.Group(1, false, List.of(leaf)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () ->
                new KnownTree(
                    1,
                    List.of(
                        new KnownTree.Vertex("a", Optional.of(1), 1, 1),
                        new KnownTree.Vertex("b", Optional.of(0), 1, 1))))
        .hasMessageContaining("one root");
    assertThatThrownBy(() -> new KnownRoutes(2, List.of(), List.of()))
        .hasMessageContaining("0 of 2 pairs");
  }
}
