package io.kollaps.placement.search;

import io.kollaps.placement.demand.LinkTree;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Where the emulated nodes of an {@link Embedding} are in the beginning. */
final class EmbeddingStart {
  /** An emulated node whose vertex is not known. */
  static final int UNKNOWN = -1;

  private EmbeddingStart() {}

  /**
   * A line of neighbours by chance, divided evenly among a line of nodes by chance.
   *
   * @param slots most endpoints on each node, enough for all
   */
  static int[] lines(LinkTree emulated, PhysicalTree tree, int[] slots, SplittableRandom random) {
    int[] nodes = tree.line(random);
    long all = Arrays.stream(slots).asLongStream().sum();
    int[] result = new int[emulated.parents().length];
    int endpoints = result.length - emulated.innerCount();
    int at = 0;
    int done = 0;
    long before = 0;
    int here = 0;
    for (int node : line(emulated, random)) {
      boolean isEndpoint = node >= emulated.innerCount();
      boolean full = here == slots[nodes[at]];
      boolean fairShare = before + slots[nodes[at]] <= done * all / endpoints;
      while (isEndpoint && (full || fairShare) && at + 1 < nodes.length) {
        before += slots[nodes[at++]];
        here = 0;
        full = slots[nodes[at]] == 0;
        fairShare = before + slots[nodes[at]] <= done * all / endpoints;
      }
      result[node] = nodes[at];
      done += isEndpoint ? 1 : 0;
      here += isEndpoint ? 1 : 0;
    }
    return result;
  }

  /** The emulated nodes depth first from one by chance, neighbours in an order by chance. */
  private static int[] line(LinkTree emulated, SplittableRandom random) {
    int[][] neighbours = neighbours(emulated);
    int[] result = new int[neighbours.length];
    int next = 0;
    boolean[] seen = new boolean[result.length];
    int[] stack = new int[result.length];
    int top = 0;
    int start = random.nextInt(emulated.innerCount());
    stack[top++] = start;
    seen[start] = true;
    while (top > 0) {
      int node = stack[--top];
      result[next++] = node;
      int[] near = neighbours[node];
      for (int i = near.length - 1; i >= 0; i--) {
        int chosen = random.nextInt(i + 1);
        int follows = near[chosen];
        near[chosen] = near[i];
        if (!seen[follows]) {
          seen[follows] = true;
          stack[top++] = follows;
        }
      }
    }
    return result;
  }

  private static int[][] neighbours(LinkTree emulated) {
    int[] parents = emulated.parents();
    int[] size = new int[parents.length];
    for (int node = 1; node < parents.length; node++) {
      size[node]++;
      size[parents[node]]++;
    }
    int[][] result = new int[parents.length][];
    Arrays.setAll(result, node -> new int[size[node]]);
    for (int node = 1; node < parents.length; node++) {
      result[node][--size[node]] = parents[node];
      result[parents[node]][--size[parents[node]]] = node;
    }
    return result;
  }

  /**
   * Endpoints on given nodes; switches where they are known to be, else in the middle of what is
   * below them.
   *
   * @param nodes node of each endpoint
   * @param known vertex of each switch, {@link #UNKNOWN} for others
   */
  static int[] around(LinkTree emulated, PhysicalTree tree, int[] nodes, int[] known) {
    int inner = emulated.innerCount();
    int[] result = new int[inner + nodes.length];
    System.arraycopy(nodes, 0, result, inner, nodes.length);
    double[][] wanted = new double[inner][0];
    for (int node = result.length - 1; node >= 0; node--) {
      if (node < inner) {
        result[node] = known[node] == UNKNOWN ? middle(tree, wanted[node]) : known[node];
      }
      if (node > 0) {
        int above = emulated.parents()[node];
        if (wanted[above].length == 0) {
          wanted[above] = new double[tree.vertexCount()];
        }
        wanted[above][tree.first(result[node])] += emulated.rates()[node];
      }
    }
    return result;
  }

  /** The vertex with at most half of the weight behind each of its links. */
  private static int middle(PhysicalTree tree, double[] weight) {
    double[] before = new double[tree.vertexCount() + 1];
    for (int i = 0; i < weight.length; i++) {
      before[i + 1] = before[i] + weight[i];
    }
    if (weight.length == 0) {
      return tree.root();
    }
    int at = tree.root();
    int next = at;
    while (next >= 0) {
      at = next;
      next = -1;
      for (int child : tree.children(at)) {
        double below = before[tree.end(child)] - before[tree.first(child)];
        next = 2 * below > before[weight.length] ? child : next;
      }
    }
    return at;
  }
}
