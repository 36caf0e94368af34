package io.kollaps.topology.path;

import java.util.Arrays;
import java.util.BitSet;

/**
 * The expanded network in flat arrays: every node and every link that exists in any epoch.
 *
 * <p>Nodes are the endpoints (node = endpoint index), then the bridges in file order, then one meta
 * bridge for each service whose replicas share a link. Endpoints and meta bridges are leaves:
 * nothing passes through them, as a host does not forward.
 *
 * <p>Most endpoints hang on one link in each direction, to a bridge or to their own meta bridge.
 * Such a <em>simple</em> endpoint needs no place in a tree of shortest paths: whatever leads to it
 * ends with its only link in, whatever starts there begins with its only link out. Trees are
 * therefore kept between <em>slots</em> only: bridges, meta bridges and endpoints with more than
 * one link in a direction. All endpoints of one bridge share that bridge's tree, which makes both
 * memory and time a small part of one tree for every endpoint.
 */
final class NetworkLayout implements ExpandedNetwork {
  /** No link, no slot. */
  static final int NONE = -1;

  private final String[] nodeNames;
  private final int endpointCount;
  private final int bridgeCount;
  private final int[] linkFrom;
  private final int[] linkTo;
  private final int[] onlyLinkOut;
  private final int[] onlyLinkIn;
  private final boolean[] simple;
  private final int[] slotOfNode;
  private final boolean[] leafSlot;
  private final int slotCount;
  private final int[] coreStart;
  private final int[] coreLink;
  private final int[] coreTail;
  private final int[] coreHead;
  private final int[] coreOfLink;
  private final int[] roots;

  /**
   * Lays the network out.
   *
   * @param nodeNames endpoints, bridges, meta bridges
   * @param endpointCount number of endpoints
   * @param bridgeCount number of bridges
   * @param metaOfEndpoint the meta bridge of each endpoint's own service, {@link #NONE} without one
   * @param linkFrom node that sends, for each link
   * @param linkTo node that receives, for each link
   */
  NetworkLayout(
      String[] nodeNames,
      int endpointCount,
      int bridgeCount,
      int[] metaOfEndpoint,
      int[] linkFrom,
      int[] linkTo) {
    this.nodeNames = nodeNames;
    this.endpointCount = endpointCount;
    this.bridgeCount = bridgeCount;
    this.linkFrom = linkFrom;
    this.linkTo = linkTo;
    this.onlyLinkOut = new int[endpointCount];
    this.onlyLinkIn = new int[endpointCount];
    this.simple = findSimple(metaOfEndpoint);
    this.slotOfNode = new int[nodeNames.length];
    this.slotCount = giveSlots();
    this.leafSlot = findLeaves();
    this.coreOfLink = new int[linkFrom.length];
    this.coreStart = new int[slotCount + 1];
    int coreCount = countCore();
    this.coreLink = new int[coreCount];
    this.coreTail = new int[coreCount];
    this.coreHead = new int[coreCount];
    fillCore();
    this.roots = findRoots();
  }

  private boolean[] findSimple(int[] metaOfEndpoint) {
    Arrays.fill(onlyLinkOut, NONE);
    Arrays.fill(onlyLinkIn, NONE);
    boolean[] result = new boolean[endpointCount];
    Arrays.fill(result, true);
    for (int link = 0; link < linkFrom.length; link++) {
      noteOnlyLink(onlyLinkOut, linkFrom[link], linkTo[link], link, metaOfEndpoint, result);
      noteOnlyLink(onlyLinkIn, linkTo[link], linkFrom[link], link, metaOfEndpoint, result);
    }
    return result;
  }

  private void noteOnlyLink(
      int[] only, int node, int peer, int link, int[] metaOfEndpoint, boolean[] result) {
    if (!isEndpoint(node)) {
      return;
    }
    // Nothing passes through the meta bridge of another service, so its tree cannot answer.
    boolean foreignMeta = !isEndpoint(peer) && !isBridge(peer) && metaOfEndpoint[node] != peer;
    if (only[node] == NONE && !foreignMeta) {
      only[node] = link;
    } else {
      result[node] = false;
    }
  }

  private int giveSlots() {
    int next = 0;
    for (int node = 0; node < nodeNames.length; node++) {
      slotOfNode[node] = node < endpointCount && simple[node] ? NONE : next++;
    }
    return next;
  }

  private boolean[] findLeaves() {
    boolean[] result = new boolean[slotCount];
    for (int node = 0; node < nodeNames.length; node++) {
      if (slotOfNode[node] != NONE) {
        result[slotOfNode[node]] = !isBridge(node);
      }
    }
    return result;
  }

  private int countCore() {
    for (int link = 0; link < linkFrom.length; link++) {
      if (isCore(link)) {
        coreStart[slotOfNode[linkFrom[link]] + 1]++;
      }
    }
    for (int slot = 0; slot < slotCount; slot++) {
      coreStart[slot + 1] += coreStart[slot];
    }
    return coreStart[slotCount];
  }

  private void fillCore() {
    Arrays.fill(coreOfLink, NONE);
    int[] next = Arrays.copyOf(coreStart, slotCount);
    for (int link = 0; link < linkFrom.length; link++) {
      if (isCore(link)) {
        int tail = slotOfNode[linkFrom[link]];
        int core = next[tail]++;
        coreLink[core] = link;
        coreTail[core] = tail;
        coreHead[core] = slotOfNode[linkTo[link]];
        coreOfLink[link] = core;
      }
    }
  }

  private boolean isCore(int link) {
    return slotOfNode[linkFrom[link]] != NONE && slotOfNode[linkTo[link]] != NONE;
  }

  private int[] findRoots() {
    BitSet found = new BitSet(slotCount);
    for (int endpoint = 0; endpoint < endpointCount; endpoint++) {
      int slot = rootSlot(endpoint);
      if (slot != NONE) {
        found.set(slot);
      }
    }
    return found.stream().toArray();
  }

  int endpointCount() {
    return endpointCount;
  }

  boolean isEndpoint(int node) {
    return node < endpointCount;
  }

  private boolean isBridge(int node) {
    return node >= endpointCount && node < endpointCount + bridgeCount;
  }

  @Override
  public int nodeCount() {
    return nodeNames.length;
  }

  @Override
  public int linkCount() {
    return linkFrom.length;
  }

  @Override
  public String linkName(int link) {
    return nodeNames[linkFrom[link]] + "->" + nodeNames[linkTo[link]];
  }

  @Override
  public int from(int link) {
    return linkFrom[link];
  }

  @Override
  public int to(int link) {
    return linkTo[link];
  }

  /** True when an endpoint has at most one link in each direction, to no foreign meta bridge. */
  boolean isSimple(int endpoint) {
    return simple[endpoint];
  }

  /** The link out of a simple endpoint, {@link #NONE} when it has none. */
  int onlyLinkOut(int endpoint) {
    return onlyLinkOut[endpoint];
  }

  /** The link into a simple endpoint, {@link #NONE} when it has none. */
  int onlyLinkIn(int endpoint) {
    return onlyLinkIn[endpoint];
  }

  int slotCount() {
    return slotCount;
  }

  /** Slot of a node, {@link #NONE} for a simple endpoint. */
  int slot(int node) {
    return slotOfNode[node];
  }

  /** True for a slot through which nothing passes: paths only begin and end there. */
  boolean isLeaf(int slot) {
    return leafSlot[slot];
  }

  /**
   * Slot whose tree answers for paths from an endpoint: its own, or that of the bridge on which it
   * hangs; {@link #NONE} when it has no link out, or when that leads straight to another endpoint.
   */
  int rootSlot(int endpoint) {
    if (!simple[endpoint]) {
      return slotOfNode[endpoint];
    }
    int link = onlyLinkOut[endpoint];
    return link == NONE || isEndpoint(linkTo[link]) ? NONE : slotOfNode[linkTo[link]];
  }

  /** Slots that need a tree, ascending. A new array at each call. */
  int[] roots() {
    return roots.clone();
  }

  /** Number of links between two slots, the core. */
  int coreCount() {
    return coreLink.length;
  }

  /**
   * First core link out of a slot; those up to {@code coreStart(slot + 1)} follow by link index.
   */
  int coreStart(int slot) {
    return coreStart[slot];
  }

  /** Link of a core index. */
  int coreLink(int core) {
    return coreLink[core];
  }

  /** Slot that sends on a core link. */
  int coreTail(int core) {
    return coreTail[core];
  }

  /** Slot that receives on a core link. */
  int coreHead(int core) {
    return coreHead[core];
  }

  /** Core index of a link, {@link #NONE} when an end of it has no slot. */
  int coreOfLink(int link) {
    return coreOfLink[link];
  }
}
