package io.kollaps.topology.path;

import io.kollaps.topology.Settings.Routing;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * The trees of all roots, carried from epoch to epoch: a tree is computed again only when a changed
 * link can change it, and equal trees are kept once.
 */
final class PathForest {
  private final NetworkLayout layout;
  private final Routing routing;
  private final TreeBuilder builder;
  private final long[] weights;
  private final int[] roots;
  private final Map<PathTree, PathTree> known = new HashMap<>();
  private PathTree[] trees;
  private boolean planted;
  private int costHops;
  private long costLatencyNanos;

  PathForest(NetworkLayout layout, Routing routing) {
    this.layout = layout;
    this.routing = routing;
    this.builder = new TreeBuilder(layout, routing);
    this.weights = new long[layout.coreCount()];
    Arrays.fill(weights, TreeBuilder.AWAY);
    this.roots = layout.roots();
    this.trees = new PathTree[layout.slotCount()];
  }

  /**
   * Trees after links changed; the array is not changed by later calls.
   *
   * @param links links that changed in any way, each once
   * @param latencies their latency now, {@link TreeBuilder#AWAY} where a link is away
   */
  PathTree[] update(int[] links, long[] latencies) {
    int[] cores = new int[links.length];
    long[] after = new long[links.length];
    int count = 0;
    for (int i = 0; i < links.length; i++) {
      int core = layout.coreOfLink(links[i]);
      if (core != NetworkLayout.NONE && weights[core] != latencies[i]) {
        cores[count] = core;
        after[count++] = latencies[i];
      }
    }
    if (count == 0 && planted) {
      return trees;
    }
    boolean[] stale = new boolean[roots.length];
    for (int r = 0; r < roots.length; r++) {
      stale[r] = !planted || isStale(roots[r], cores, after, count);
    }
    for (int i = 0; i < count; i++) {
      weights[cores[i]] = after[i];
    }
    PathTree[] next = trees.clone();
    for (int r = 0; r < roots.length; r++) {
      if (stale[r]) {
        int root = roots[r];
        PathTree tree = PathTree.of(builder.build(root, weights), trees[root]);
        PathTree same = known.putIfAbsent(tree, tree);
        next[root] = same == null ? tree : same;
      }
    }
    planted = true;
    trees = next;
    return trees;
  }

  /**
   * True when a tree may change. The costs of its paths stay the best ones, reached by the same
   * links, as long as it uses no changed link and no link that appeared or became faster is as good
   * as what leads to its head now.
   */
  private boolean isStale(int root, int[] cores, long[] after, int count) {
    PathTree tree = trees[root];
    for (int i = 0; i < count; i++) {
      int core = cores[i];
      int head = layout.coreHead(core);
      if (tree.lastLink(head) == layout.coreLink(core)) {
        return true;
      }
      long before = weights[core];
      boolean better =
          after[i] != TreeBuilder.AWAY && (before == TreeBuilder.AWAY || after[i] < before);
      if (better && competes(tree, root, core, after[i])) {
        return true;
      }
    }
    return false;
  }

  private boolean competes(PathTree tree, int root, int core, long latencyNanos) {
    int tail = layout.coreTail(core);
    int head = layout.coreHead(core);
    boolean leads = tail == root || (tree.lastLink(tail) != PathTree.NONE && !layout.isLeaf(tail));
    if (!leads || head == root) {
      return false;
    }
    if (tree.lastLink(head) == PathTree.NONE) {
      return true;
    }
    measure(tree, root, tail);
    int hops = costHops + 1;
    long latency = TreeBuilder.saturatingAdd(costLatencyNanos, latencyNanos);
    measure(tree, root, head);
    int byHops = Integer.compare(hops, costHops);
    int byLatency = Long.compare(latency, costLatencyNanos);
    return routing == Routing.HOPS
        ? byHops < 0 || (byHops == 0 && byLatency <= 0)
        : byLatency < 0 || (byLatency == 0 && byHops <= 0);
  }

  private void measure(PathTree tree, int root, int slot) {
    costHops = 0;
    costLatencyNanos = 0;
    int at = slot;
    while (at != root) {
      int core = layout.coreOfLink(tree.lastLink(at));
      costHops++;
      costLatencyNanos = TreeBuilder.saturatingAdd(costLatencyNanos, weights[core]);
      at = layout.coreTail(core);
    }
  }
}
