package io.kollaps.placement.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.kollaps.placement.demand.Graphs;
import io.kollaps.placement.demand.LinkTree;
import io.kollaps.placement.network.KnownTree;
import io.kollaps.placement.network.NetworkLimits;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class EmbeddingTest {
  private static final long TRIALS = 200_000;

  private final SplittableRandom random = new SplittableRandom(7);

  /** A random experiment on a random cluster, no link of which is faster than given. */
  private SearchCase randomCase(int endpoints, int nodes, int slots, int fastest) {
    int switches = 1 + random.nextInt(nodes);
    List<KnownTree.Vertex> vertices = new ArrayList<>();
    for (int i = 0; i < nodes + switches; i++) {
      Optional<Integer> parent =
          i == nodes
              ? Optional.empty()
              : Optional.of(
                  nodes + (i < nodes ? random.nextInt(switches) : random.nextInt(i - nodes)));
      long rate = random.nextInt(1, fastest);
      vertices.add(new KnownTree.Vertex("v" + i, parent, rate, rate));
    }
    NetworkLimits limits = new KnownTree(nodes, vertices).limits();
    int[] free = new int[nodes];
    Arrays.fill(free, slots);
    int[] pinned = new int[endpoints];
    Arrays.fill(pinned, SearchCase.ANYWHERE);
    return new SearchCase(
        Graphs.randomForest(random, endpoints, false).network(),
        limits,
        limits.scaledCapacities(),
        new int[nodes],
        new int[nodes],
        free,
        new long[nodes],
        new long[nodes],
        new long[endpoints],
        new long[endpoints],
        pinned);
  }

  private static PhysicalTree tree(SearchCase searchCase) {
    return new PhysicalTree(Hierarchy.of(searchCase).orElseThrow(), searchCase.nodeCount());
  }

  private static LinkTree links(SearchCase searchCase) {
    return searchCase.emulated().linkTree().orElseThrow();
  }

  private int[] randomPlaces(LinkTree links, PhysicalTree tree) {
    int[] places = new int[links.parents().length];
    for (int node = 0; node < places.length; node++) {
      places[node] =
          random.nextInt(node < links.innerCount() ? tree.vertexCount() : tree.nodeCount());
    }
    return places;
  }

  @Test
  void shouldKnowWhatLinksLackAfterEveryChange() {
    for (int i = 0; i < 100; i++) {
      SearchCase searchCase = randomCase(2 + random.nextInt(12), 2 + random.nextInt(8), 20, 200);
      LinkTree links = links(searchCase);
      PhysicalTree tree = tree(searchCase);
      Embedding embedding = new Embedding(links, tree, randomPlaces(links, tree));
      for (int change = 0; change < 50; change++) {
        int[] group = together(embedding, random.nextInt(embedding.nodeCount()));
        int home = embedding.place(group[0]);
        int target = random.nextInt(tree.nodeCount());
        double before = embedding.cost();
        embedding.begin();
        double more = embedding.look(group, group.length, target);
        embedding.move(group, group.length, target, 0, more);
        same(embedding, new Embedding(links, tree, embedding.places()));
        if (random.nextBoolean() && tree.isNode(home)) {
          embedding.moveBack(group, group.length, home, embedding.changes(), more);
          same(embedding, new Embedding(links, tree, embedding.places()));
          assertThat(embedding.cost()).isEqualTo(before, within(1e-3));
        }
      }
    }
  }

  /** Some of the nodes that are where another one is, and that one first. */
  private int[] together(Embedding embedding, int first) {
    List<Integer> group = new ArrayList<>(List.of(first));
    for (int node = 0; node < embedding.nodeCount(); node++) {
      if (node != first
          && embedding.place(node) == embedding.place(first)
          && random.nextBoolean()) {
        group.add(node);
      }
    }
    return group.stream().mapToInt(Integer::intValue).toArray();
  }

  private static void same(Embedding actual, Embedding expected) {
    assertThat(actual.cost()).isEqualTo(expected.cost(), within(1e-3));
    assertThat(actual.excess()).isEqualTo(expected.excess());
    assertThat(actual.exceeded()).isEqualTo(expected.exceeded());
  }

  /** Smallest cuts of nested sets are nested: one place of each switch suits all links. */
  @Test
  void shouldCarryExactlyTheCutsWhenSwitchesAreWellPlaced() {
    for (int i = 0; i < 60; i++) {
      SearchCase searchCase = randomCase(2 + random.nextInt(3), 2 + random.nextInt(2), 4, 60);
      LinkTree links = links(searchCase);
      PhysicalTree tree = tree(searchCase);
      int[] places = randomPlaces(links, tree);
      double least = Double.MAX_VALUE;
      long count = Math.round(Math.pow(tree.vertexCount(), links.innerCount()));
      for (long number = 0; number < count; number++) {
        long rest = number;
        for (int node = 0; node < links.innerCount(); node++) {
          places[node] = (int) (rest % tree.vertexCount());
          rest /= tree.vertexCount();
        }
        least = Math.min(least, new Embedding(links, tree, places).excess());
      }
      int[] nodes = Arrays.copyOfRange(places, links.innerCount(), places.length);

      assertThat(least).isEqualTo(excessOfCuts(searchCase, tree, nodes));
    }
  }

  private static double excessOfCuts(SearchCase searchCase, PhysicalTree tree, int[] nodes) {
    double sum = 0;
    for (int link = 0; link < tree.root(); link++) {
      BitSet below = new BitSet();
      for (int endpoint = 0; endpoint < nodes.length; endpoint++) {
        int at = tree.first(nodes[endpoint]);
        below.set(endpoint, at >= tree.first(link) && at < tree.end(link));
      }
      long cut = searchCase.emulated().across(below).outBitsPerSecond();
      sum += Math.max(0, cut - tree.capacity(link));
    }
    return sum;
  }

  @Test
  void shouldFindPlacementsWhereThereAreSome() {
    int possible = 0;
    for (int i = 0; i < 60; i++) {
      SearchCase searchCase = randomCase(6, 3, 3, 160);
      int[] found = search(searchCase);

      boolean fits = new Assignment(searchCase, found).meter().excess() == 0;
      assertThat(fits).as("case %d", i).isEqualTo(canFit(searchCase));
      assertThat(Usage.hasRoom(searchCase, found)).isTrue();
      possible += fits ? 1 : 0;
    }
    assertThat(possible).isBetween(5, 55);
  }

  private static int[] search(SearchCase searchCase) {
    return new EmbeddingSearch(
            searchCase,
            Hierarchy.of(searchCase).orElseThrow(),
            links(searchCase),
            searchCase.freeSlots()[0],
            new Effort(() -> 0, 1, TRIALS),
            new SplittableRandom(1))
        .run()
        .orElseThrow();
  }

  private static boolean canFit(SearchCase searchCase) {
    int nodes = searchCase.nodeCount();
    int[] nodeOf = new int[searchCase.endpointCount()];
    long count = Math.round(Math.pow(nodes, nodeOf.length));
    for (long number = 0; number < count; number++) {
      long rest = number;
      for (int endpoint = 0; endpoint < nodeOf.length; endpoint++) {
        nodeOf[endpoint] = (int) (rest % nodes);
        rest /= nodes;
      }
      if (Usage.hasRoom(searchCase, nodeOf)
          && new Assignment(searchCase, nodeOf).meter().excess() == 0) {
        return true;
      }
    }
    return false;
  }

  @Test
  void shouldGiveTheSameAnswerForASeed() {
    SearchCase searchCase = randomCase(40, 12, 8, 120);

    assertThat(search(searchCase)).isEqualTo(search(searchCase));
  }

  /** Every slot is needed: nothing can move, endpoints can only change places. */
  @Test
  void shouldKeepSlotsWhenAllAreNeeded() {
    SearchCase searchCase = randomCase(24, 6, 4, 100);

    assertThat(Usage.hasRoom(searchCase, search(searchCase))).isTrue();
  }
}
