package io.kollaps.placement.demand;

import java.util.Arrays;
import java.util.BitSet;

/**
 * The endpoints among some that are cheapest to separate from all others, for each number of them:
 * a knapsack over a tree, by the larger rate of both directions and all epochs.
 */
public final class CheapSets {
  private static final long NEVER = 1L << 62;

  private final TreeShape tree;
  private final BitSet choice;
  private final int most;
  private final long[] rates;
  private final int[] firstChild;
  private final int[] nextSibling;

  /** By node: least cuts by number of chosen endpoints below it, when it is outside and inside. */
  private final long[][] outside;

  private final long[][] inside;

  /** By child: the sums over it and its siblings before it in the list. */
  private final long[][] outsideWith;

  private final long[][] insideWith;

  CheapSets(TreeShape tree, BitSet choice, int most) {
    this.tree = tree;
    this.choice = choice;
    this.most = most;
    int nodes = tree.innerCount() + tree.endpointCount();
    this.rates = tree.largestRates();
    this.firstChild = new int[nodes];
    this.nextSibling = new int[nodes];
    Arrays.fill(firstChild, -1);
    for (int node = 1; node < nodes; node++) {
      nextSibling[node] = firstChild[tree.parent(node)];
      firstChild[tree.parent(node)] = node;
    }
    this.outside = new long[nodes][];
    this.inside = new long[nodes][];
    this.outsideWith = new long[nodes][];
    this.insideWith = new long[nodes][];
    for (int endpoint = 0; endpoint < tree.endpointCount(); endpoint++) {
      boolean free = choice.get(endpoint) && most > 0;
      int leaf = tree.leaf(endpoint);
      outside[leaf] = free ? new long[] {0, NEVER} : new long[] {0};
      inside[leaf] = free ? new long[] {NEVER, 0} : new long[] {NEVER};
    }
    for (int node = tree.innerCount() - 1; node >= 0; node--) {
      long[] whenOutside = {0};
      long[] whenInside = {0};
      for (int child = firstChild[node]; child >= 0; child = nextSibling[child]) {
        whenOutside = joined(whenOutside, seen(outside[child], inside[child], rates[child]));
        whenInside = joined(whenInside, seen(inside[child], outside[child], rates[child]));
        outsideWith[child] = whenOutside;
        insideWith[child] = whenInside;
      }
      outside[node] = whenOutside;
      inside[node] = whenInside;
    }
  }

  /** What a child adds to its parent on the same side as the first table. */
  private static long[] seen(long[] same, long[] other, long rate) {
    long[] result = new long[same.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = Math.min(same[i], other[i] + rate);
    }
    return result;
  }

  private long[] joined(long[] a, long[] b) {
    long[] result = new long[Math.min(most, a.length + b.length - 2) + 1];
    Arrays.fill(result, NEVER);
    for (int i = 0; i < a.length; i++) {
      int end = Math.min(b.length, result.length - i);
      for (int j = 0; j < end; j++) {
        result[i + j] = Math.min(result[i + j], a[i] + b[j]);
      }
    }
    return result;
  }

  /** Most endpoints that can be chosen. */
  public int most() {
    return outside[0].length - 1;
  }

  /** Least cut of so many of the endpoints from all others. */
  public long bitsPerSecond(int size) {
    return Math.min(outside[0][size], inside[0][size]);
  }

  /** So many endpoints with the least cut. */
  public BitSet choose(int size) {
    BitSet result = new BitSet();
    int[] stack = new int[3 * outside.length];
    int top = push(stack, 0, 0, size, outside[0][size] <= inside[0][size] ? 0 : 1);
    while (top > 0) {
      int side = stack[--top];
      int left = stack[--top];
      int node = stack[--top];
      if (node >= tree.innerCount()) {
        if (left > 0) {
          result.set(node - tree.innerCount());
        }
        continue;
      }
      int[] children = lastFirst(node);
      for (int i = 0; i < children.length; i++) {
        int child = children[i];
        long[] same = side == 0 ? outside[child] : inside[child];
        long[] other = side == 0 ? inside[child] : outside[child];
        long[][] with = side == 0 ? outsideWith : insideWith;
        long[] before = i + 1 < children.length ? with[children[i + 1]] : new long[] {0};
        int taken = taken(with[child][left], before, seen(same, other, rates[child]), left);
        boolean stays = same[taken] <= other[taken] + rates[child];
        top = push(stack, top, child, taken, stays ? side : 1 - side);
        left -= taken;
      }
    }
    result.and(choice);
    return result;
  }

  private static int push(int[] stack, int top, int node, int size, int side) {
    stack[top] = node;
    stack[top + 1] = size;
    stack[top + 2] = side;
    return top + 3;
  }

  private int[] lastFirst(int node) {
    int count = 0;
    for (int child = firstChild[node]; child >= 0; child = nextSibling[child]) {
      count++;
    }
    int[] result = new int[count];
    for (int child = firstChild[node]; child >= 0; child = nextSibling[child]) {
      result[--count] = child;
    }
    return result;
  }

  private static int taken(long sum, long[] before, long[] child, int left) {
    for (int taken = Math.max(0, left - before.length + 1);
        taken < child.length && taken <= left;
        taken++) {
      if (before[left - taken] + child[taken] == sum) {
        return taken;
      }
    }
    throw new IllegalStateException("a sum that was found cannot be divided");
  }
}
