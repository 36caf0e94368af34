package io.kollaps.placement.demand;

import java.util.Arrays;

/**
 * An emulated forest as one rooted tree. Inner nodes come first, in an order in which parents
 * precede children; endpoints are leaves. An endpoint with several links becomes an inner node on
 * which its leaf hangs without a limit: it may then forward, which adds nothing to a cut, because
 * what it forwards it could as well send or receive itself. Trees of a forest hang on the root by
 * edges without capacity.
 *
 * <p>A <em>plane</em> is one epoch in one direction. Rate arrays are by plane, then by node: what
 * the cut pays when the node is on the far side of its parent.
 */
final class TreeShape {
  /** The edge of a leaf that stands for an endpoint with several links: more than any sum. */
  private static final long NO_LIMIT = 1L << 61;

  private final int endpointCount;
  private final int innerCount;
  private final int planeCount;
  private final int outPlanes;
  private final int[] parent;
  private final long[][] whenInside;
  private final long[][] whenOutside;
  private final long[] largestRates;
  private final long[] insideWithoutChoice;

  TreeShape(EmulatedNetwork network) {
    this.endpointCount = network.endpointCount();
    Numbering numbering = new Numbering(network);
    this.innerCount = numbering.innerCount;
    this.parent = numbering.parent;
    int nodes = innerCount + endpointCount;
    long[][] up = new long[network.variantCount()][nodes];
    long[][] down = new long[network.variantCount()][nodes];
    boolean symmetric = true;
    for (int variant = 0; variant < up.length; variant++) {
      for (int node = 1; node < nodes; node++) {
        int edge = numbering.edge[node];
        if (edge == Numbering.OWN_LEAF) {
          up[variant][node] = NO_LIMIT;
          down[variant][node] = NO_LIMIT;
        } else if (edge >= 0) {
          int below = numbering.below[node];
          up[variant][node] = network.rate(variant, edge, below);
          down[variant][node] = network.rate(variant, edge, network.other(edge, below));
        }
      }
      symmetric &= Arrays.equals(up[variant], down[variant]);
    }
    this.outPlanes = up.length;
    this.planeCount = symmetric ? up.length : 2 * up.length;
    this.whenInside = new long[planeCount][];
    this.whenOutside = new long[planeCount][];
    for (int variant = 0; variant < up.length; variant++) {
      // Outwards, a node inside sends up to a parent outside, and a parent inside sends down.
      whenInside[variant] = up[variant];
      whenOutside[variant] = down[variant];
      if (!symmetric) {
        whenInside[outPlanes + variant] = down[variant];
        whenOutside[outPlanes + variant] = up[variant];
      }
    }
    this.largestRates = findLargestRates();
    this.insideWithoutChoice = sumsWithoutChoice();
  }

  int endpointCount() {
    return endpointCount;
  }

  /** Number of nodes that are no leaves, the root is 0. */
  int innerCount() {
    return innerCount;
  }

  int leaf(int endpoint) {
    return innerCount + endpoint;
  }

  /** Parent of a node; parents have smaller numbers than their inner children; -1 of the root. */
  int parent(int node) {
    return parent[node];
  }

  /** This tree by the larger rate of each edge. */
  LinkTree linkTree() {
    return new LinkTree(innerCount, parent, largestRates);
  }

  /** By node, the larger rate of its edge over both directions and all epochs. */
  long[] largestRates() {
    return largestRates;
  }

  /**
   * The least cut below a node that is inside, when every endpoint below it is outside, by the
   * largest rates.
   */
  long insideWithoutChoice(int node) {
    return node < innerCount ? insideWithoutChoice[node] : NO_LIMIT;
  }

  private long[] sumsWithoutChoice() {
    long[] result = new long[innerCount];
    for (int endpoint = 0; endpoint < endpointCount; endpoint++) {
      result[parent[leaf(endpoint)]] += largestRates[leaf(endpoint)];
    }
    for (int node = innerCount - 1; node > 0; node--) {
      result[parent[node]] += Math.min(result[node], largestRates[node]);
    }
    return result;
  }

  private long[] findLargestRates() {
    long[] result = new long[parent.length];
    for (int plane = 0; plane < planeCount; plane++) {
      for (int node = 0; node < result.length; node++) {
        long larger = Math.max(whenInside[plane][node], whenOutside[plane][node]);
        result[node] = Math.max(result[node], larger);
      }
    }
    return result;
  }

  int planeCount() {
    return planeCount;
  }

  /** The planes below this number are outward; without others, inward is the same. */
  int outPlanes() {
    return outPlanes;
  }

  /** What is cut when a node is inside and its parent outside. */
  long[] whenInside(int plane) {
    return whenInside[plane];
  }

  /** What is cut when a node is outside and its parent inside. */
  long[] whenOutside(int plane) {
    return whenOutside[plane];
  }

  /** Gives tree numbers to the network's nodes, breadth first from its middle. */
  private static final class Numbering {
    static final int OWN_LEAF = -2;
    static final int NO_EDGE = -1;

    final int innerCount;
    final int[] parent;
    final int[] edge;
    final int[] below;

    Numbering(EmulatedNetwork network) {
      int nodes = network.nodeCount();
      int endpoints = network.endpointCount();
      boolean[] inner = new boolean[nodes];
      int count = 1;
      for (int node = 0; node < nodes; node++) {
        inner[node] = isInner(network, node);
        count += inner[node] ? 1 : 0;
      }
      innerCount = count;
      parent = new int[count + endpoints];
      edge = new int[count + endpoints];
      below = new int[count + endpoints];
      Arrays.fill(edge, NO_EDGE);
      parent[0] = -1;
      number(network, inner);
    }

    private void number(EmulatedNetwork network, boolean[] inner) {
      int nodes = network.nodeCount();
      int endpoints = network.endpointCount();
      int[] numberOf = new int[nodes];
      Arrays.fill(numberOf, -1);
      int next = 1;
      int[] queue = new int[nodes];
      for (int start = -1; start < nodes; start++) {
        int first = start < 0 ? network.middle() : start;
        boolean reachedFromItsNeighbour = !inner[first] && network.edgesOf(first).length == 1;
        if (numberOf[first] >= 0 || reachedFromItsNeighbour) {
          continue;
        }
        numberOf[first] = inner[first] ? next++ : innerCount + first;
        parent[numberOf[first]] = 0;
        int tail = 0;
        queue[tail++] = first;
        for (int head = 0; head < tail; head++) {
          int node = queue[head];
          for (int e : network.edgesOf(node)) {
            int child = network.other(e, node);
            if (numberOf[child] < 0) {
              numberOf[child] = inner[child] ? next++ : innerCount + child;
              parent[numberOf[child]] = numberOf[node];
              edge[numberOf[child]] = e;
              below[numberOf[child]] = child;
              queue[tail++] = child;
            }
          }
        }
      }
      for (int endpoint = 0; endpoint < endpoints; endpoint++) {
        if (inner[endpoint]) {
          parent[innerCount + endpoint] = numberOf[endpoint];
          edge[innerCount + endpoint] = OWN_LEAF;
        }
      }
    }

    /** Of two endpoints that only have each other, the first is the inner one. */
    private static boolean isInner(EmulatedNetwork network, int node) {
      int[] edges = network.edgesOf(node);
      if (node >= network.endpointCount() || edges.length > 1) {
        return true;
      }
      if (edges.length == 0) {
        return false;
      }
      int neighbour = network.other(edges[0], node);
      return neighbour < network.endpointCount()
          && network.edgesOf(neighbour).length == 1
          && node < neighbour;
    }
  }
}
