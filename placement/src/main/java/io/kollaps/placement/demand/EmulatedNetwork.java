package io.kollaps.placement.demand;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An emulated network as placement sees it: who can send how much to whom, at the most, at any time
 * of the timeline. Immutable.
 *
 * <p>Nodes {@code 0} to {@code endpointCount - 1} are endpoints. Epochs of the timeline that ask
 * for no more than another epoch are left out; when more than {@link #MAX_VARIANTS} remain, they
 * are replaced by one that has the largest rate of each link, which asks for at least as much.
 */
public final class EmulatedNetwork {
  /**
   * A rate that counts as unlimited: 2^44, 17.6 Tbit/s. Larger rates are taken for it, so that sums
   * over {@link #MAX_NODES} links fit a long.
   */
  public static final long UNLIMITED = 1L << 44;

  /** Most nodes of a network: 2^17 rates of {@link #UNLIMITED} sum up to 2^61. */
  public static final int MAX_NODES = 1 << 17;

  /** Most different epochs that are told apart. */
  public static final int MAX_VARIANTS = 16;

  /** Most values of running sums (8 bytes each) that exact cuts of a tree may keep: 512 MiB. */
  static final long MAX_CUT_STATE = 1L << 26;

  private final int endpointCount;
  private final int nodeCount;
  private final int[] edgeA;
  private final int[] edgeB;
  private final List<long[]> rates;
  private final int[][] edgesOf;
  private final long[] accessOut;
  private final long[] accessIn;
  private final Optional<TreeShape> tree;

  private EmulatedNetwork(
      int endpointCount, int nodeCount, int[] edgeA, int[] edgeB, List<long[]> rates) {
    this.endpointCount = endpointCount;
    this.nodeCount = nodeCount;
    this.edgeA = edgeA;
    this.edgeB = edgeB;
    this.rates = rates;
    this.edgesOf = incidence();
    this.accessOut = new long[endpointCount];
    this.accessIn = new long[endpointCount];
    sumAccess();
    this.tree = isForest() ? Optional.of(new TreeShape(this)) : Optional.empty();
  }

  /**
   * Makes a network.
   *
   * @param endpointCount number of endpoints, at least 1
   * @param nodeCount number of nodes, endpoints first, at most {@link #MAX_NODES}
   * @param from sending node of each link direction
   * @param to receiving node of each link direction
   * @param ratesOfEpochs for each epoch the rate of each link direction in bits per second, 0 for a
   *     link that is away; not empty
   * @throws IllegalArgumentException when the arrays do not fit together or there are too many
   *     nodes
   */
  public static EmulatedNetwork of(
      int endpointCount, int nodeCount, int[] from, int[] to, List<long[]> ratesOfEpochs) {
    if (endpointCount < 1 || nodeCount < endpointCount || nodeCount > MAX_NODES) {
      throw new IllegalArgumentException(
          endpointCount + " endpoints among " + nodeCount + " nodes; at most " + MAX_NODES);
    }
    if (from.length != to.length || ratesOfEpochs.isEmpty()) {
      throw new IllegalArgumentException("links without both ends, or no epoch");
    }
    Map<Long, Integer> edges = new HashMap<>();
    int[] edgeOf = new int[from.length];
    for (int link = 0; link < from.length; link++) {
      long low = Math.min(from[link], to[link]);
      long high = Math.max(from[link], to[link]);
      edgeOf[link] = edges.computeIfAbsent(low * nodeCount + high, key -> edges.size());
    }
    int[] edgeA = new int[edges.size()];
    int[] edgeB = new int[edges.size()];
    for (int link = 0; link < from.length; link++) {
      edgeA[edgeOf[link]] = Math.min(from[link], to[link]);
      edgeB[edgeOf[link]] = Math.max(from[link], to[link]);
    }
    List<long[]> variants = new ArrayList<>();
    for (long[] epoch : ratesOfEpochs) {
      long[] variant = new long[2 * edgeA.length];
      for (int link = 0; link < from.length; link++) {
        int slot = 2 * edgeOf[link] + (from[link] < to[link] ? 0 : 1);
        variant[slot] = Math.min(UNLIMITED, variant[slot] + Math.min(UNLIMITED, epoch[link]));
      }
      addVariant(variants, variant);
    }
    if (variants.size() > MAX_VARIANTS) {
      variants = List.of(largest(variants));
    }
    return new EmulatedNetwork(endpointCount, nodeCount, edgeA, edgeB, List.copyOf(variants));
  }

  private static void addVariant(List<long[]> variants, long[] variant) {
    if (variants.stream().noneMatch(known -> covers(known, variant))) {
      variants.removeIf(known -> covers(variant, known));
      variants.add(variant);
    }
  }

  private static boolean covers(long[] more, long[] less) {
    for (int i = 0; i < more.length; i++) {
      if (more[i] < less[i]) {
        return false;
      }
    }
    return true;
  }

  private static long[] largest(List<long[]> variants) {
    long[] result = variants.getFirst().clone();
    for (long[] variant : variants) {
      for (int i = 0; i < result.length; i++) {
        result[i] = Math.max(result[i], variant[i]);
      }
    }
    return result;
  }

  private int[][] incidence() {
    int[] degree = new int[nodeCount];
    for (int edge = 0; edge < edgeA.length; edge++) {
      degree[edgeA[edge]]++;
      degree[edgeB[edge]]++;
    }
    int[][] result = new int[nodeCount][];
    for (int node = 0; node < nodeCount; node++) {
      result[node] = new int[degree[node]];
    }
    int[] next = new int[nodeCount];
    for (int edge = 0; edge < edgeA.length; edge++) {
      result[edgeA[edge]][next[edgeA[edge]]++] = edge;
      result[edgeB[edge]][next[edgeB[edge]]++] = edge;
    }
    return result;
  }

  private void sumAccess() {
    for (int variant = 0; variant < rates.size(); variant++) {
      for (int endpoint = 0; endpoint < endpointCount; endpoint++) {
        long out = 0;
        long in = 0;
        for (int edge : edgesOf[endpoint]) {
          out += rate(variant, edge, endpoint);
          in += rate(variant, edge, other(edge, endpoint));
        }
        accessOut[endpoint] = Math.max(accessOut[endpoint], Math.min(UNLIMITED, out));
        accessIn[endpoint] = Math.max(accessIn[endpoint], Math.min(UNLIMITED, in));
      }
    }
  }

  private boolean isForest() {
    int[] group = new int[nodeCount];
    Arrays.setAll(group, i -> i);
    for (int edge = 0; edge < edgeA.length; edge++) {
      int a = find(group, edgeA[edge]);
      int b = find(group, edgeB[edge]);
      if (a == b) {
        return false;
      }
      group[a] = b;
    }
    return true;
  }

  private static int find(int[] group, int node) {
    int at = node;
    while (group[at] != at) {
      group[at] = group[group[at]];
      at = group[at];
    }
    return at;
  }

  /** Number of endpoints. */
  public int endpointCount() {
    return endpointCount;
  }

  /** Number of nodes, endpoints first. */
  public int nodeCount() {
    return nodeCount;
  }

  /** True when no two nodes have two ways between them: cuts are then computed on a tree. */
  public boolean isTree() {
    return tree.isPresent();
  }

  /** The most that an endpoint's own links let it send, at most {@link #UNLIMITED}. */
  public long accessOutBitsPerSecond(int endpoint) {
    return accessOut[endpoint];
  }

  /** The most that an endpoint's own links let it receive, at most {@link #UNLIMITED}. */
  public long accessInBitsPerSecond(int endpoint) {
    return accessIn[endpoint];
  }

  /**
   * Cuts of this network, one for each of several sets of endpoints.
   *
   * <p>Exact by a min-cut recursion on trees and by max-flow otherwise; where a tree's running sums
   * would need more than 512 MiB, an upper bound: the smaller sum of access rates of both sides.
   *
   * @param count number of sets
   * @param initial side on which every endpoint is in the beginning: {@link Cuts#OUTSIDE} or {@link
   *     Cuts#FREE}
   */
  public Cuts cuts(int count, byte initial) {
    if (tree.isEmpty()) {
      return new FlowCuts(this, count, initial);
    }
    long state = 4L * tree.get().innerCount() * count * variantCount();
    return state <= MAX_CUT_STATE || initial == Cuts.FREE
        ? new TreeCuts(tree.get(), count, initial)
        : new AccessCuts(this, count);
  }

  /** What can flow between some endpoints and all others. */
  public CutDemand across(BitSet inside) {
    Cuts cuts = cuts(1, Cuts.OUTSIDE);
    inside.stream().forEach(e -> cuts.change(0, e, Cuts.OUTSIDE, Cuts.INSIDE));
    return new CutDemand(cuts.outBitsPerSecond(0), cuts.inBitsPerSecond(0));
  }

  /**
   * For each number of endpoints, the least that must be able to flow between so many endpoints and
   * the others, whichever they are; empty when the network is no tree or is too large for it.
   */
  public Optional<SmallestCuts> smallestCuts() {
    return endpointCount > SmallestCuts.MAX_ENDPOINTS
        ? Optional.empty()
        : tree.map(SmallestCuts::new);
  }

  /**
   * For each number up to the most, those among some endpoints that are cheapest to separate from
   * all others; empty when the network is no tree or is too large for it.
   */
  public Optional<CheapSets> cheapSets(BitSet choice, int most) {
    return endpointCount > SmallestCuts.MAX_ENDPOINTS
        ? Optional.empty()
        : tree.map(shape -> new CheapSets(shape, choice, most));
  }

  /** This network as a tree of links; empty when it is none. */
  public Optional<LinkTree> linkTree() {
    return tree.map(TreeShape::linkTree);
  }

  /**
   * Endpoints in an order in which those near to each other in the network follow one another:
   * depth first from the middle.
   */
  public int[] nearbyOrder() {
    int[] order = new int[endpointCount];
    int next = 0;
    boolean[] seen = new boolean[nodeCount];
    int[] stack = new int[nodeCount + 2 * edgeA.length];
    for (int start : starts()) {
      int top = 0;
      stack[top++] = start;
      while (top > 0) {
        int node = stack[--top];
        if (seen[node]) {
          continue;
        }
        seen[node] = true;
        if (node < endpointCount) {
          order[next++] = node;
        }
        for (int edge : edgesOf[node]) {
          int neighbour = other(edge, node);
          if (!seen[neighbour]) {
            stack[top++] = neighbour;
          }
        }
      }
    }
    return order;
  }

  private int[] starts() {
    int[] result = new int[nodeCount + 1];
    result[0] = middle();
    for (int node = 0; node < nodeCount; node++) {
      result[node + 1] = nodeCount - 1 - node;
    }
    return result;
  }

  /** A node with the fewest links to the farthest: half way on a longest shortest way. */
  int middle() {
    int[] before = new int[nodeCount];
    int far = farthest(nodeCount - 1, before);
    int end = farthest(far, before);
    int length = 0;
    for (int node = end; node != far; node = before[node]) {
      length++;
    }
    int node = end;
    for (int i = 0; i < length / 2; i++) {
      node = before[node];
    }
    return node;
  }

  private int farthest(int start, int[] before) {
    Arrays.fill(before, -1);
    before[start] = start;
    int[] queue = new int[nodeCount];
    int tail = 0;
    queue[tail++] = start;
    for (int head = 0; head < tail; head++) {
      for (int edge : edgesOf[queue[head]]) {
        int neighbour = other(edge, queue[head]);
        if (before[neighbour] < 0) {
          before[neighbour] = queue[head];
          queue[tail++] = neighbour;
        }
      }
    }
    return queue[tail - 1];
  }

  int variantCount() {
    return rates.size();
  }

  int[] edgesOf(int node) {
    return edgesOf[node];
  }

  int edgeCount() {
    return edgeA.length;
  }

  int edgeA(int edge) {
    return edgeA[edge];
  }

  int edgeB(int edge) {
    return edgeB[edge];
  }

  /** The other end of an edge. */
  int other(int edge, int node) {
    return edgeA[edge] == node ? edgeB[edge] : edgeA[edge];
  }

  /** Rate of an edge away from one of its ends. */
  long rate(int variant, int edge, int sender) {
    return rates.get(variant)[2 * edge + (edgeA[edge] == sender ? 0 : 1)];
  }
}
