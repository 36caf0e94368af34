package io.kollaps.emulation;

import java.util.Arrays;

/**
 * Weighted max-min sharing of links by progressive filling (Bertsekas and Gallager, Data Networks,
 * 6.5.2), per link and direction, with demands.
 *
 * <p>All flows grow together, each at its weight: at level t a flow has weight x t. A flow stops
 * when it has what it wants, when its path carries no more, or when a link that it crosses is full.
 * The level at which a link would be full only grows while flows stop before it, so the next to
 * stop is found with a heap whose keys are corrected when they come up: O((H + F) log(L + F)) for F
 * flows with H hops in all over L links.
 *
 * <p>The same table and capacities give the same result. The order of the flows in the table
 * changes nothing but the last bits of the sums: nodes that must agree add their flows in order of
 * path ids. Working memory is kept between calls. Not safe for use by several threads.
 */
public final class SharingSolver {
  /** Bottleneck of a flow that has all it wants. */
  public static final int DEMAND = -1;

  /** Bottleneck of a flow that has all its path carries, though no link of it is full. */
  public static final int PATH_RATE = -2;

  /** Bottleneck of a flow that nothing limits. */
  public static final int NONE = -3;

  private static final int UNDECIDED = -4;

  /** Levels closer than this are one: rounding of sums, far below a bit per second. */
  private static final double TIE = 1e-9;

  private FlowTable flows = new FlowTable();
  private int flowCount;
  private double[] shares = new double[64];
  private double[] levels = new double[64];
  private int[] bottlenecks = new int[64];
  private long[] limits = new long[64];
  private int[] stopped = new int[64];
  private int stoppedCount;

  private int[] slotOfLink;
  private int slotCount;
  private int[] linkOfSlot = new int[64];
  private double[] capacity = new double[64];
  private double[] left = new double[64];
  private double[] growing = new double[64];
  private int[] growingCount = new int[64];
  private int[] slotOffset = new int[65];
  private int[] slotFlows = new int[256];
  private int[] cursor = new int[64];

  private final LevelHeap linkHeap = new LevelHeap();
  private final LevelHeap limitHeap = new LevelHeap();

  /** A solver for links 0 to {@code linkCount - 1}. */
  public SharingSolver(int linkCount) {
    slotOfLink = new int[linkCount];
    Arrays.fill(slotOfLink, -1);
  }

  /**
   * Shares the links among the flows; the answers hold until the next call.
   *
   * @param table the flows; must not change while the answers are read
   * @param linkRatesBitsPerSecond capacity by link index, at least 0; {@link FlowTable#UNLIMITED}
   *     for a link that never limits
   */
  public void solve(FlowTable table, long[] linkRatesBitsPerSecond) {
    solve(table, linkRatesBitsPerSecond, false);
  }

  /** As the other, with all flows taken as greedy when {@code allGreedy}. */
  void solve(FlowTable table, long[] linkRatesBitsPerSecond, boolean allGreedy) {
    forgetLinks();
    flows = table;
    flowCount = table.size();
    stoppedCount = 0;
    ensureFlows(flowCount);
    collectLinks(linkRatesBitsPerSecond);
    fillSlots();
    startHeaps(allGreedy);
    while (stopNext()) {}
    for (int flow = 0; flow < flowCount; flow++) {
      if (bottlenecks[flow] == UNDECIDED) {
        stop(flow, Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY, NONE);
      }
    }
  }

  /** A flow's share in bits per second, positive infinity when nothing limits it. */
  public double share(int flow) {
    return shares[flow];
  }

  /**
   * A flow's share in whole bits per second, rounded down so that shares never add up to more than
   * a link carries; {@link FlowTable#UNLIMITED} when nothing limits it.
   */
  public long shareBitsPerSecond(int flow) {
    return Rates.whole(shares[flow]);
  }

  /**
   * What keeps a flow from having more: a link index, or {@link #DEMAND}, {@link #PATH_RATE},
   * {@link #NONE}. A full link goes before a demand or a path rate that is reached at the same
   * level.
   */
  public int bottleneck(int flow) {
    return bottlenecks[flow];
  }

  /** Level (share per weight) at which a flow stopped. */
  double level(int flow) {
    return levels[flow];
  }

  /** Number of limited links that any flow crosses; slots 0 to this - 1. */
  int slots() {
    return slotCount;
  }

  int linkOfSlot(int slot) {
    return linkOfSlot[slot];
  }

  double capacityOfSlot(int slot) {
    return capacity[slot];
  }

  /** Slot of a link, -1 when no flow crosses it or it is unlimited. */
  int slotOfLink(int link) {
    return slotOfLink[link];
  }

  int flowsOfSlot(int slot) {
    return slotOffset[slot + 1] - slotOffset[slot];
  }

  /** The flow that stopped as number {@code position}, in order of levels. */
  int stoppedAt(int position) {
    return stopped[position];
  }

  private void forgetLinks() {
    for (int slot = 0; slot < slotCount; slot++) {
      slotOfLink[linkOfSlot[slot]] = -1;
    }
    slotCount = 0;
  }

  private void ensureFlows(int count) {
    if (count > shares.length) {
      int larger = Math.max(count, shares.length * 2);
      shares = new double[larger];
      levels = new double[larger];
      bottlenecks = new int[larger];
      limits = new long[larger];
      stopped = new int[larger];
    }
    Arrays.fill(bottlenecks, 0, count, UNDECIDED);
  }

  private void collectLinks(long[] rates) {
    for (int flow = 0; flow < flowCount; flow++) {
      double weight = flows.weight(flow);
      for (int at = flows.firstHop(flow); at < flows.firstHop(flow + 1); at++) {
        int link = flows.linkAt(at);
        long rate = rates[link];
        if (rate == FlowTable.UNLIMITED) {
          continue;
        }
        int slot = slotOfLink[link];
        if (slot < 0) {
          slot = newSlot(link, rate);
        }
        growing[slot] += weight;
        growingCount[slot]++;
      }
    }
  }

  private int newSlot(int link, long rate) {
    if (slotCount == linkOfSlot.length) {
      int larger = slotCount * 2;
      linkOfSlot = Arrays.copyOf(linkOfSlot, larger);
      capacity = Arrays.copyOf(capacity, larger);
      left = Arrays.copyOf(left, larger);
      growing = Arrays.copyOf(growing, larger);
      growingCount = Arrays.copyOf(growingCount, larger);
      slotOffset = Arrays.copyOf(slotOffset, larger + 1);
      cursor = Arrays.copyOf(cursor, larger);
    }
    int slot = slotCount++;
    slotOfLink[link] = slot;
    linkOfSlot[slot] = link;
    capacity[slot] = rate;
    left[slot] = rate;
    growing[slot] = 0;
    growingCount[slot] = 0;
    return slot;
  }

  private void fillSlots() {
    slotOffset[0] = 0;
    for (int slot = 0; slot < slotCount; slot++) {
      cursor[slot] = slotOffset[slot];
      slotOffset[slot + 1] = slotOffset[slot] + growingCount[slot];
    }
    if (slotOffset[slotCount] > slotFlows.length) {
      slotFlows = new int[Math.max(slotOffset[slotCount], slotFlows.length * 2)];
    }
    for (int flow = 0; flow < flowCount; flow++) {
      for (int at = flows.firstHop(flow); at < flows.firstHop(flow + 1); at++) {
        int slot = slotOfLink[flows.linkAt(at)];
        if (slot >= 0) {
          slotFlows[cursor[slot]++] = flow;
        }
      }
    }
  }

  private void startHeaps(boolean allGreedy) {
    linkHeap.clear();
    limitHeap.clear();
    for (int slot = 0; slot < slotCount; slot++) {
      linkHeap.push(slot, left[slot] / growing[slot]);
    }
    for (int flow = 0; flow < flowCount; flow++) {
      long demand = allGreedy ? FlowTable.UNLIMITED : flows.demandBitsPerSecond(flow);
      long limit = Math.min(demand, flows.pathRateBitsPerSecond(flow));
      if (limit < narrowest(flow)) {
        limits[flow] = limit;
        limitHeap.push(flow, limit / flows.weight(flow));
      }
    }
  }

  /** Capacity of a flow's narrowest link: a limit that is not below it never stops the flow. */
  private double narrowest(int flow) {
    double narrowest = FlowTable.UNLIMITED;
    for (int at = flows.firstHop(flow); at < flows.firstHop(flow + 1); at++) {
      int slot = slotOfLink[flows.linkAt(at)];
      if (slot >= 0) {
        narrowest = Math.min(narrowest, capacity[slot]);
      }
    }
    return narrowest;
  }

  /** Stops the next flow or all flows of the next full link; false when none is left. */
  private boolean stopNext() {
    double linkLevel = nextLinkLevel();
    double limitLevel = nextLimitLevel();
    if (linkLevel == Double.POSITIVE_INFINITY && limitLevel == Double.POSITIVE_INFINITY) {
      return false;
    }
    if (linkLevel <= limitLevel * (1 + TIE)) {
      int slot = linkHeap.topId();
      linkHeap.pop();
      for (int at = slotOffset[slot]; at < slotOffset[slot + 1]; at++) {
        int flow = slotFlows[at];
        if (bottlenecks[flow] == UNDECIDED) {
          stop(flow, flows.weight(flow) * linkLevel, linkLevel, linkOfSlot[slot]);
        }
      }
      return true;
    }
    int flow = limitHeap.topId();
    limitHeap.pop();
    long limit = limits[flow];
    stop(
        flow,
        (double) limit,
        limitLevel,
        limit < flows.pathRateBitsPerSecond(flow) ? DEMAND : PATH_RATE);
    return true;
  }

  private double nextLinkLevel() {
    while (!linkHeap.isEmpty()) {
      int slot = linkHeap.topId();
      if (growingCount[slot] == 0) {
        linkHeap.pop();
        continue;
      }
      double level = Math.max(linkHeap.topLevel(), Math.max(0, left[slot]) / growing[slot]);
      if (level <= linkHeap.topLevel()) {
        return level;
      }
      linkHeap.raiseTop(level);
    }
    return Double.POSITIVE_INFINITY;
  }

  private double nextLimitLevel() {
    while (!limitHeap.isEmpty()) {
      if (bottlenecks[limitHeap.topId()] == UNDECIDED) {
        return limitHeap.topLevel();
      }
      limitHeap.pop();
    }
    return Double.POSITIVE_INFINITY;
  }

  private void stop(int flow, double share, double level, int bottleneck) {
    shares[flow] = share;
    levels[flow] = level;
    bottlenecks[flow] = bottleneck;
    stopped[stoppedCount++] = flow;
    double weight = flows.weight(flow);
    for (int at = flows.firstHop(flow); at < flows.firstHop(flow + 1); at++) {
      int slot = slotOfLink[flows.linkAt(at)];
      if (slot >= 0) {
        left[slot] -= share;
        growing[slot] -= weight;
        growingCount[slot]--;
      }
    }
  }
}
