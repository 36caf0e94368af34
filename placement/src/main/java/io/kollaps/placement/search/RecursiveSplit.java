package io.kollaps.placement.search;

import io.kollaps.placement.demand.CheapSets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Divides the endpoints along the physical tree from the root down: each part of it but one takes
 * the set that is cheapest to separate from all others, of about the size that suits its nodes; the
 * one left takes the rest. (The idea of dual recursive bipartitioning: F. Pellegrini, "Static
 * mapping by dual recursive bipartitioning of process and architecture graphs", SHPCC 1994.)
 */
final class RecursiveSplit {
  private static final double SMALLEST_PART = 0.3;

  /**
   * Exponents of how much more than its rate a link between switches counts at most. Where links
   * count little, what is behind a slow one gets few endpoints; where they count much, each part
   * gets as many as its nodes can take, when the cut can be carried. Some cases need the one, some
   * the other.
   */
  private static final double SLOW_LINKS = 3;

  private static final double FAST_LINKS = 9;

  private final SearchCase searchCase;
  private final Hierarchy hierarchy;
  private final SplittableRandom random;
  private final int[] slots;
  private final double[] weight;
  private final int[] nodeOf;

  private RecursiveSplit(
      SearchCase searchCase, Hierarchy hierarchy, int quota, SplittableRandom random) {
    this.searchCase = searchCase;
    this.hierarchy = hierarchy;
    this.random = random;
    this.slots = new int[hierarchy.vertexCount()];
    this.weight = new double[hierarchy.vertexCount()];
    this.nodeOf = new int[searchCase.endpointCount()];
    double perBit = slotsPerBit() * Math.exp(3 * random.nextDouble() - 1);
    double linkFactor =
        Math.exp((random.nextBoolean() ? FAST_LINKS : SLOW_LINKS) * random.nextDouble());
    for (int vertex = 0; vertex < slots.length; vertex++) {
      if (hierarchy.isNode(vertex)) {
        slots[vertex] = Math.min(quota, searchCase.freeSlots()[vertex]);
        weight[vertex] = slots[vertex];
        continue;
      }
      for (int child : hierarchy.children(vertex)) {
        slots[vertex] += slots[child];
        weight[vertex] += weight[child];
      }
      double narrow = Math.min(hierarchy.out(vertex), hierarchy.in(vertex));
      boolean single = hierarchy.children(vertex).length == 1;
      weight[vertex] = Math.min(weight[vertex], narrow * perBit * (single ? 1 : linkFactor));
    }
  }

  /** So that nodes would together have room for all endpoints if bits of capacity were slots. */
  private double slotsPerBit() {
    double capacity = 0;
    for (int vertex = 0; vertex < hierarchy.vertexCount(); vertex++) {
      int[] children = hierarchy.children(vertex);
      if (children.length == 1 && hierarchy.isNode(children[0])) {
        double narrow = Math.min(hierarchy.out(vertex), hierarchy.in(vertex));
        capacity += Math.min(narrow, 1e12);
      }
    }
    return capacity == 0 ? 1 : searchCase.endpointCount() / capacity;
  }

  /**
   * A division; slots are kept, network limits perhaps. Only where nothing else restricts nodes.
   */
  static Optional<int[]> find(
      SearchCase searchCase, Hierarchy hierarchy, int quota, SplittableRandom random) {
    RecursiveSplit split = new RecursiveSplit(searchCase, hierarchy, quota, random);
    BitSet all = new BitSet();
    all.set(0, searchCase.endpointCount());
    return split.divide(hierarchy.root(), all) ? Optional.of(split.nodeOf) : Optional.empty();
  }

  /**
   * Divides anew what is below a vertex; the rest stays where it is.
   *
   * @param nodes node of each endpoint
   * @return the new nodes, empty when there are not slots enough
   */
  static Optional<int[]> again(
      SearchCase searchCase,
      Hierarchy hierarchy,
      int quota,
      int vertex,
      int[] nodes,
      SplittableRandom random) {
    RecursiveSplit split = new RecursiveSplit(searchCase, hierarchy, quota, random);
    BitSet below = new BitSet();
    for (int endpoint = 0; endpoint < nodes.length; endpoint++) {
      split.nodeOf[endpoint] = nodes[endpoint];
      if (hierarchy.isBelow(nodes[endpoint], vertex)) {
        below.set(endpoint);
      }
    }
    return split.divide(vertex, below) ? Optional.of(split.nodeOf) : Optional.empty();
  }

  private boolean divide(int vertex, BitSet endpoints) {
    if (hierarchy.isNode(vertex)) {
      endpoints.stream().forEach(endpoint -> nodeOf[endpoint] = vertex);
      return endpoints.cardinality() <= slots[vertex];
    }
    int[] order = order(hierarchy.children(vertex));
    int slotsLeft = Arrays.stream(order).map(child -> slots[child]).sum();
    double weightLeft = Arrays.stream(order).mapToDouble(child -> weight[child]).sum();
    BitSet rest = (BitSet) endpoints.clone();
    for (int i = 0; i < order.length; i++) {
      int child = order[i];
      BitSet taken = rest;
      if (i < order.length - 1 && !rest.isEmpty()) {
        slotsLeft -= slots[child];
        Optional<BitSet> chosen = choose(child, rest, slotsLeft, weightLeft);
        if (chosen.isEmpty()) {
          return false;
        }
        taken = chosen.get();
        weightLeft -= weight[child];
      }
      BitSet given = (BitSet) taken.clone();
      rest.andNot(given);
      if (!given.isEmpty() && !divide(child, given)) {
        return false;
      }
    }
    return true;
  }

  /** Lighter parts first, with some chance, so that the heaviest takes the rest. */
  private int[] order(int[] children) {
    double[] key = new double[hierarchy.vertexCount()];
    for (int child : children) {
      key[child] = weight[child] * Math.exp(random.nextDouble());
    }
    return Arrays.stream(children)
        .boxed()
        .sorted((a, b) -> Double.compare(key[a], key[b]))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  private Optional<BitSet> choose(int child, BitSet rest, int slotsAfter, double weightLeft) {
    int left = rest.cardinality();
    double fair = weightLeft <= 0 ? 0 : left * weight[child] / weightLeft;
    int least = Math.max(0, left - slotsAfter);
    int most = Math.min(Math.min(slots[child], left), Math.max(least, (int) (1.7 * fair + 2)));
    long capacity = Math.min(hierarchy.out(child), hierarchy.in(child));
    return searchCase
        .emulated()
        .cheapSets(rest, most)
        .map(sets -> sets.choose(size(sets, least, most, fair, capacity)));
  }

  /** The size nearest to the fair one whose cut can be carried, else the one cheapest to cut. */
  private static int size(CheapSets sets, int least, int most, double fair, long capacity) {
    int best = least;
    double bestCost = Double.MAX_VALUE;
    for (int size = least; size <= Math.min(most, sets.most()); size++) {
      double over = Math.max(0, sets.bitsPerSecond(size) - capacity);
      double cost =
          over * 1e6
              + Math.abs(size - fair) / Math.max(1, fair)
              + (size < SMALLEST_PART * fair ? 1 : 0)
              + (double) sets.bitsPerSecond(size) / Math.max(1, capacity);
      if (cost < bestCost) {
        bestCost = cost;
        best = size;
      }
    }
    return best;
  }
}
