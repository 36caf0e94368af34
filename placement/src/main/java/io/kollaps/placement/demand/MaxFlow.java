package io.kollaps.placement.demand;

import java.util.Arrays;

/**
 * Maximal flow by Dinic's algorithm (shortest augmenting paths in layers, 1970) on a graph with
 * capacities in both directions of each edge. One instance is used again and again: capacities are
 * set before each question. Not safe to share between threads.
 */
final class MaxFlow {
  /** A flow that is not looked at any closer: more than any sum of limited rates. */
  private static final long PLENTY = 1L << 60;

  private final int nodeCount;
  private final int[] first;
  private final int[] arcs;
  private final int[] head;
  private final long[] left;
  private final int[] level;
  private final int[] next;
  private final int[] queue;
  private final int[] way;

  /**
   * A graph whose edges have no capacity yet.
   *
   * @param a one end of each edge
   * @param b the other end of each edge
   */
  MaxFlow(int nodeCount, int[] a, int[] b) {
    this.nodeCount = nodeCount;
    this.first = new int[nodeCount + 1];
    this.arcs = new int[2 * a.length];
    this.head = new int[2 * a.length];
    this.left = new long[2 * a.length];
    this.level = new int[nodeCount];
    this.next = new int[nodeCount];
    this.queue = new int[nodeCount];
    this.way = new int[nodeCount];
    for (int edge = 0; edge < a.length; edge++) {
      first[a[edge] + 1]++;
      first[b[edge] + 1]++;
      head[2 * edge] = b[edge];
      head[2 * edge + 1] = a[edge];
    }
    for (int node = 0; node < nodeCount; node++) {
      first[node + 1] += first[node];
    }
    int[] at = Arrays.copyOf(first, nodeCount);
    for (int edge = 0; edge < a.length; edge++) {
      arcs[at[a[edge]]++] = 2 * edge;
      arcs[at[b[edge]]++] = 2 * edge + 1;
    }
  }

  /** Sets what an edge can carry from a to b, and from b to a; forgets any flow on it. */
  void capacity(int edge, long forward, long backward) {
    left[2 * edge] = forward;
    left[2 * edge + 1] = backward;
  }

  /**
   * The maximal flow, 2^60 when it is more; uses the capacities up, so that they must be set again.
   */
  long flow(int source, int sink) {
    long total = 0;
    while (total < PLENTY && layer(source, sink)) {
      System.arraycopy(first, 0, next, 0, nodeCount);
      total += block(source, sink);
    }
    return Math.min(total, PLENTY);
  }

  private boolean layer(int source, int sink) {
    Arrays.fill(level, -1);
    level[source] = 0;
    queue[0] = source;
    int tail = 1;
    for (int at = 0; at < tail && level[sink] < 0; at++) {
      int node = queue[at];
      for (int i = first[node]; i < first[node + 1]; i++) {
        int neighbour = head[arcs[i]];
        if (level[neighbour] < 0 && left[arcs[i]] > 0) {
          level[neighbour] = level[node] + 1;
          queue[tail++] = neighbour;
        }
      }
    }
    return level[sink] >= 0;
  }

  /** Augments along layers until no way is left; a loop, because ways can be long. */
  private long block(int source, int sink) {
    long total = 0;
    int node = source;
    int length = 0;
    while (true) {
      if (total >= PLENTY) {
        return total;
      }
      if (node == sink) {
        total += augment(length);
        node = source;
        length = 0;
        continue;
      }
      int arc = usable(node);
      if (arc >= 0) {
        way[length++] = arc;
        node = head[arc];
      } else if (length == 0) {
        return total;
      } else {
        node = head[way[--length] ^ 1];
        next[node]++;
      }
    }
  }

  private int usable(int node) {
    for (; next[node] < first[node + 1]; next[node]++) {
      int arc = arcs[next[node]];
      if (left[arc] > 0 && level[head[arc]] == level[node] + 1) {
        return arc;
      }
    }
    return -1;
  }

  private long augment(int length) {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < length; i++) {
      least = Math.min(least, left[way[i]]);
    }
    for (int i = 0; i < length; i++) {
      left[way[i]] -= least;
      left[way[i] ^ 1] += least;
    }
    return least;
  }
}
