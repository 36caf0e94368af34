package io.kollaps.placement.demand;

import java.util.Arrays;

/**
 * For each number of endpoints the least that must be able to flow between so many endpoints and
 * the others, whichever they are: exact on a tree with one epoch, by a knapsack over the tree. Of
 * several epochs the largest minimum is taken, which is still a lower bound.
 */
public final class SmallestCuts {
  /** Most endpoints: the recursion takes time in the square of them. */
  static final int MAX_ENDPOINTS = 4096;

  private static final long NEVER = 1L << 62;

  private final TreeShape tree;
  private final long[] out;
  private final long[] in;

  SmallestCuts(TreeShape tree) {
    this.tree = tree;
    this.out = largest(0, tree.outPlanes());
    this.in =
        tree.outPlanes() == tree.planeCount() ? out : largest(tree.outPlanes(), tree.planeCount());
  }

  /** Least that must be able to flow from so many endpoints to the others. */
  public long outBitsPerSecond(int endpoints) {
    return out[endpoints];
  }

  /** Least that must be able to flow to so many endpoints from the others. */
  public long inBitsPerSecond(int endpoints) {
    return in[endpoints];
  }

  private long[] largest(int firstPlane, int endPlane) {
    long[] result = new long[tree.endpointCount() + 1];
    for (int plane = firstPlane; plane < endPlane; plane++) {
      long[] least = least(plane);
      for (int i = 0; i < result.length; i++) {
        result[i] = Math.max(result[i], least[i]);
      }
    }
    return result;
  }

  private long[] least(int plane) {
    long[] whenInside = tree.whenInside(plane);
    long[] whenOutside = tree.whenOutside(plane);
    long[][] outside = new long[tree.innerCount()][];
    long[][] inside = new long[tree.innerCount()][];
    Arrays.fill(outside, new long[] {0});
    Arrays.fill(inside, new long[] {0});
    for (int endpoint = 0; endpoint < tree.endpointCount(); endpoint++) {
      int leaf = tree.leaf(endpoint);
      int parent = tree.parent(leaf);
      outside[parent] = merged(outside[parent], new long[] {0, whenInside[leaf]});
      inside[parent] = merged(inside[parent], new long[] {whenOutside[leaf], 0});
    }
    for (int node = tree.innerCount() - 1; node > 0; node--) {
      int parent = tree.parent(node);
      int size = outside[node].length;
      long[] childOutside = new long[size];
      long[] childInside = new long[size];
      for (int i = 0; i < size; i++) {
        childOutside[i] = Math.min(outside[node][i], inside[node][i] + whenInside[node]);
        childInside[i] = Math.min(inside[node][i], outside[node][i] + whenOutside[node]);
      }
      outside[parent] = merged(outside[parent], childOutside);
      inside[parent] = merged(inside[parent], childInside);
    }
    long[] result = new long[tree.endpointCount() + 1];
    for (int i = 0; i < result.length; i++) {
      result[i] = Math.min(outside[0][i], inside[0][i]);
    }
    return result;
  }

  private static long[] merged(long[] a, long[] b) {
    long[] result = new long[a.length + b.length - 1];
    Arrays.fill(result, NEVER);
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < b.length; j++) {
        result[i + j] = Math.min(result[i + j], a[i] + b[j]);
      }
    }
    return result;
  }
}
