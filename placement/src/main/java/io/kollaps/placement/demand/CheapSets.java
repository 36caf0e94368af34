package io.kollaps.placement.demand;

import java.util.Arrays;
import java.util.BitSet;

/**
 * The endpoints among some that are cheapest to separate from all others, for each number of them:
 * a knapsack over a tree, by the larger rate of both directions and all epochs.
 */
public final class CheapSets {
  private static final long NEVER = 1L << 62;
  private static final int NONE = -1;
  private static final int NOT_CONCERNED = -2;

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

  /** By inner node: what children without a choice add when it is inside. */
  private final long[] insideOfOthers;

  CheapSets(TreeShape tree, BitSet choice, int most) {
    this.tree = tree;
    this.choice = choice;
    this.most = most;
    int nodes = tree.innerCount() + tree.endpointCount();
    this.rates = tree.largestRates();
    this.firstChild = new int[nodes];
    this.nextSibling = new int[nodes];
    this.outside = new long[nodes][];
    this.inside = new long[nodes][];
    this.outsideWith = new long[nodes][];
    this.insideWith = new long[nodes][];
    this.insideOfOthers = new long[tree.innerCount()];
    int[] order = linkConcerned();
    for (int i = order.length - 1; i >= 0; i--) {
      fill(order[i]);
    }
  }

  /** Links the nodes with a choice below them; returns the inner ones, parents first. */
  private int[] linkConcerned() {
    Arrays.fill(firstChild, NOT_CONCERNED);
    firstChild[0] = NONE;
    int[] order = new int[tree.innerCount()];
    int count = 0;
    order[count++] = 0;
    boolean free = most > 0;
    for (int endpoint = choice.nextSetBit(0);
        endpoint >= 0;
        endpoint = choice.nextSetBit(endpoint + 1)) {
      int node = tree.leaf(endpoint);
      outside[node] = free ? new long[] {0, NEVER} : new long[] {0};
      inside[node] = free ? new long[] {NEVER, 0} : new long[] {NEVER};
      boolean known = false;
      while (node != 0 && !known) {
        int parent = tree.parent(node);
        known = firstChild[parent] != NOT_CONCERNED;
        if (!known) {
          order[count++] = parent;
        }
        nextSibling[node] = known ? firstChild[parent] : NONE;
        firstChild[parent] = node;
        node = parent;
      }
    }
    int[] result = Arrays.copyOf(order, count);
    Arrays.sort(result);
    return result;
  }

  /** The tables of a node from those of its children; the others' share is always the same. */
  private void fill(int node) {
    long others = tree.insideWithoutChoice(node);
    for (int child = firstChild[node]; child >= 0; child = nextSibling[child]) {
      others -= Math.min(tree.insideWithoutChoice(child), rates[child]);
    }
    long[] whenOutside = {0};
    long[] whenInside = {others};
    for (int child = firstChild[node]; child >= 0; child = nextSibling[child]) {
      whenOutside = joined(whenOutside, outside[child], inside[child], rates[child]);
      whenInside = joined(whenInside, inside[child], outside[child], rates[child]);
      outsideWith[child] = whenOutside;
      insideWith[child] = whenInside;
    }
    outside[node] = whenOutside;
    inside[node] = whenInside;
    insideOfOthers[node] = others;
  }

  /** What a child with so many adds to its parent on the same side as the first table. */
  private static long seen(long[] same, long[] other, long rate, int size) {
    return Math.min(same[size], other[size] + rate);
  }

  /** A table, and what a child adds to it on the same side as the child's first table. */
  private long[] joined(long[] table, long[] same, long[] other, long rate) {
    long[] result = new long[Math.min(most, table.length + same.length - 2) + 1];
    Arrays.fill(result, NEVER);
    for (int j = 0; j < same.length; j++) {
      long added = seen(same, other, rate, j);
      int end = Math.min(table.length, result.length - j);
      for (int i = 0; i < end; i++) {
        result[i + j] = Math.min(result[i + j], table[i] + added);
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
    int[] stack = new int[3 * outside.length + 3];
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
        long[] before =
            i + 1 < children.length
                ? with[children[i + 1]]
                : new long[] {side == 0 ? 0 : insideOfOthers[node]};
        int taken = taken(with[child][left], before, same, other, rates[child], left);
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

  private static int taken(
      long sum, long[] before, long[] same, long[] other, long rate, int left) {
    for (int taken = Math.max(0, left - before.length + 1);
        taken < same.length && taken <= left;
        taken++) {
      if (before[left - taken] + seen(same, other, rate, taken) == sum) {
        return taken;
      }
    }
    throw new IllegalStateException("a sum that was found cannot be divided");
  }
}
