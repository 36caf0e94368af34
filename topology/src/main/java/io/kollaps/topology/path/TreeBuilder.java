package io.kollaps.topology.path;

import io.kollaps.topology.Settings.Routing;
import java.util.Arrays;

/**
 * Computes trees of shortest paths. Holds scratch arrays: one instance for one thread.
 *
 * <p>A path is better when it has fewer hops, then less latency (or the reverse, by {@link
 * Routing}); among equals the one whose sequence of link indexes is lexicographically smallest, so
 * that the order of declaration decides and nothing else does. Both costs grow along a path and
 * every link adds one hop, hence all best paths to a node have the same number of links, and the
 * smallest sequence to a node continues the smallest sequence to one of its predecessors. So costs
 * come first, from a breadth-first search or from Dijkstra's algorithm; then one walk over the
 * links that meet those costs, hop by hop and in the order of the sequences themselves, lets each
 * node be claimed by its smallest one. The walk takes time linear in the number of links.
 */
final class TreeBuilder {
  /** Weight of a link that is away. */
  static final long AWAY = -1;

  private final NetworkLayout layout;
  private final Routing routing;
  private final int[] hops;
  private final long[] latencyNanos;
  private final int[] queue;
  private final int[] predecessors;
  private final CostHeap heap;

  TreeBuilder(NetworkLayout layout, Routing routing) {
    this.layout = layout;
    this.routing = routing;
    int slots = layout.slotCount();
    this.hops = new int[slots];
    this.latencyNanos = new long[slots];
    this.queue = new int[slots];
    this.predecessors = new int[slots];
    this.heap = new CostHeap(routing == Routing.LATENCY ? slots : 0, latencyNanos, hops);
  }

  /**
   * Last links of the best paths from a root.
   *
   * @param root slot where the paths begin
   * @param weights latency of each core link in nanoseconds, {@link #AWAY} where it is away
   * @return one link or {@link PathTree#NONE} for each slot; overwritten by the next call
   */
  int[] build(int root, long[] weights) {
    Arrays.fill(hops, -1);
    hops[root] = 0;
    latencyNanos[root] = 0;
    switch (routing) {
      case HOPS -> searchByHops(root, weights);
      case LATENCY -> searchByLatency(root, weights);
    }
    claim(root, weights);
    return predecessors;
  }

  /** Sum that stays at the largest value instead of overflowing; both at least 0. */
  static long saturatingAdd(long a, long b) {
    long sum = a + b;
    return sum < 0 ? Long.MAX_VALUE : sum;
  }

  private boolean forwards(int slot, int root) {
    return slot == root || !layout.isLeaf(slot);
  }

  private void searchByHops(int root, long[] weights) {
    int head = 0;
    int tail = 0;
    queue[tail++] = root;
    while (head < tail) {
      int slot = queue[head++];
      if (!forwards(slot, root)) {
        continue;
      }
      int end = layout.coreStart(slot + 1);
      for (int core = layout.coreStart(slot); core < end; core++) {
        if (weights[core] == AWAY) {
          continue;
        }
        int next = layout.coreHead(core);
        long latency = saturatingAdd(latencyNanos[slot], weights[core]);
        if (hops[next] == -1) {
          hops[next] = hops[slot] + 1;
          latencyNanos[next] = latency;
          queue[tail++] = next;
        } else if (hops[next] == hops[slot] + 1 && latency < latencyNanos[next]) {
          latencyNanos[next] = latency;
        }
      }
    }
  }

  private void searchByLatency(int root, long[] weights) {
    heap.push(root);
    while (!heap.isEmpty()) {
      int slot = heap.pop();
      if (!forwards(slot, root)) {
        continue;
      }
      int end = layout.coreStart(slot + 1);
      for (int core = layout.coreStart(slot); core < end; core++) {
        if (weights[core] == AWAY) {
          continue;
        }
        int next = layout.coreHead(core);
        long latency = saturatingAdd(latencyNanos[slot], weights[core]);
        int hop = hops[slot] + 1;
        if (hops[next] == -1
            || latency < latencyNanos[next]
            || (latency == latencyNanos[next] && hop < hops[next])) {
          hops[next] = hop;
          latencyNanos[next] = latency;
          heap.push(next);
        }
      }
    }
  }

  private void claim(int root, long[] weights) {
    Arrays.fill(predecessors, PathTree.NONE);
    int head = 0;
    int tail = 0;
    queue[tail++] = root;
    while (head < tail) {
      int slot = queue[head++];
      if (!forwards(slot, root)) {
        continue;
      }
      int end = layout.coreStart(slot + 1);
      for (int core = layout.coreStart(slot); core < end; core++) {
        int next = layout.coreHead(core);
        if (weights[core] != AWAY
            && predecessors[next] == PathTree.NONE
            && hops[next] == hops[slot] + 1
            && latencyNanos[next] == saturatingAdd(latencyNanos[slot], weights[core])) {
          predecessors[next] = layout.coreLink(core);
          queue[tail++] = next;
        }
      }
    }
  }
}
