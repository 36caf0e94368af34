package io.kollaps.topology.path;

import io.kollaps.topology.Jitter;
import io.kollaps.topology.LinkProperties;
import java.util.Optional;

/**
 * Paths of one epoch, collapsed when asked for: trees and link properties are kept, end-to-end
 * values are not. A question costs time linear in the path's hops.
 */
final class CollapsedPaths implements Paths {
  private static final int NONE = PathTree.NONE;
  private static final long UNREACHABLE = -1;

  private final NetworkLayout layout;
  private final ActivePaths active;
  private final LinkTable links;
  private final PathTree[] trees;

  /**
   * Puts an epoch together.
   *
   * @param layout the network of all epochs
   * @param active which paths may exist
   * @param links properties of this epoch
   * @param trees by slot; only the layout's roots have one
   */
  CollapsedPaths(NetworkLayout layout, ActivePaths active, LinkTable links, PathTree[] trees) {
    this.layout = layout;
    this.active = active;
    this.links = links;
    this.trees = trees;
  }

  LinkTable linkTable() {
    return links;
  }

  /** Tree of a root slot, for tests. */
  PathTree tree(int root) {
    return trees[root];
  }

  @Override
  public int endpointCount() {
    return layout.endpointCount();
  }

  @Override
  public int linkCount() {
    return layout.linkCount();
  }

  @Override
  public boolean connected(int from, int to) {
    return lastLink(from, to) != NONE;
  }

  @Override
  public Optional<CollapsedPath> path(int from, int to) {
    int link = lastLink(from, to);
    if (link == NONE) {
      return Optional.empty();
    }
    Collapse collapse = new Collapse();
    int root = layout.rootSlot(from);
    while (link != NONE) {
      collapse.prepend(links.require(link));
      link = linkBefore(from, root, link);
    }
    return Optional.of(collapse.result());
  }

  @Override
  public int[] links(int from, int to) {
    int last = lastLink(from, to);
    int root = layout.rootSlot(from);
    int hops = 0;
    for (int link = last; link != NONE; link = linkBefore(from, root, link)) {
      hops++;
    }
    int[] result = new int[hops];
    for (int link = last; link != NONE; link = linkBefore(from, root, link)) {
      result[--hops] = link;
    }
    return result;
  }

  @Override
  public long roundTripNanos(int from, int to) {
    long there = latencyNanos(from, to);
    if (there == UNREACHABLE) {
      return 0;
    }
    long back = latencyNanos(to, from);
    return TreeBuilder.saturatingAdd(there, back == UNREACHABLE ? there : back);
  }

  @Override
  public long linkRateBitsPerSecond(int link) {
    LinkProperties properties = links.get(link);
    return properties == null ? 0 : properties.rateBitsPerSecond();
  }

  private long latencyNanos(int from, int to) {
    int link = lastLink(from, to);
    if (link == NONE) {
      return UNREACHABLE;
    }
    long sum = 0;
    int root = layout.rootSlot(from);
    while (link != NONE) {
      sum = TreeBuilder.saturatingAdd(sum, links.require(link).latencyNanos());
      link = linkBefore(from, root, link);
    }
    return sum;
  }

  /** Last link of the path, {@link #NONE} when there is no path. */
  private int lastLink(int from, int to) {
    if (from == to || !active.allows(from, to)) {
      return NONE;
    }
    if (layout.isSimple(from)) {
      int first = layout.onlyLinkOut(from);
      if (first == NONE || !links.present(first)) {
        return NONE;
      }
      int head = layout.to(first);
      if (layout.isEndpoint(head)) {
        return head == to ? first : NONE;
      }
    }
    int root = layout.rootSlot(from);
    return layout.isSimple(to)
        ? lastLinkToSimple(from, root, to)
        : trees[root].lastLink(layout.slot(to));
  }

  private int lastLinkToSimple(int from, int root, int to) {
    int last = layout.onlyLinkIn(to);
    if (last == NONE || !links.present(last)) {
      return NONE;
    }
    int node = layout.from(last);
    if (layout.isEndpoint(node)) {
      return node == from ? last : NONE;
    }
    int slot = layout.slot(node);
    return slot == root || trees[root].lastLink(slot) != NONE ? last : NONE;
  }

  /** The link before {@code link} on the path that begins at {@code from}, whose root is given. */
  private int linkBefore(int from, int root, int link) {
    int node = layout.from(link);
    if (node == from) {
      return NONE;
    }
    int slot = layout.slot(node);
    return slot == root ? layout.onlyLinkOut(from) : trees[root].lastLink(slot);
  }

  /** Sums up links from the last to the first. */
  private static final class Collapse {
    private long latencyNanos;
    private int jittered;
    private Jitter lastJitter = Jitter.NONE;
    private double squares;
    private boolean reorders;
    private double loss;
    private LinkProperties slowest = LinkProperties.IDEAL;
    private int hops;

    void prepend(LinkProperties link) {
      latencyNanos = TreeBuilder.saturatingAdd(latencyNanos, link.latencyNanos());
      if (link.jitter().deviationNanos() > 0) {
        jittered++;
        lastJitter = link.jitter();
        squares += (double) lastJitter.deviationNanos() * lastJitter.deviationNanos();
        reorders |= lastJitter.reorders();
      }
      // Same as 1 - (1 - a)(1 - b), but exact when only one link loses packets.
      loss += link.lossProbability() * (1 - loss);
      if (hops == 0 || link.rateBitsPerSecond() <= slowest.rateBitsPerSecond()) {
        slowest = link;
      }
      hops++;
    }

    CollapsedPath result() {
      return new CollapsedPath(
          latencyNanos,
          jitter(),
          Math.min(1, loss),
          slowest.rateBitsPerSecond(),
          slowest.framing(),
          slowest.queueLimit(),
          hops);
    }

    private Jitter jitter() {
      return jittered <= 1
          ? lastJitter
          : new Jitter(Math.round(Math.sqrt(squares)), Jitter.Distribution.NORMAL, reorders);
    }
  }
}
