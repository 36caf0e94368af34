package io.kollaps.emulation;

import io.kollaps.topology.LinkProperties;
import java.util.Arrays;

/**
 * The flows among which links are shared, as flat arrays that are used again: {@link #clear()} and
 * {@link #add} allocate only when the table grows. Flows are numbered from 0 in the order in which
 * they were added.
 *
 * <p>Not safe for use by several threads.
 */
public final class FlowTable {
  /** A demand or path rate without limit. */
  public static final long UNLIMITED = LinkProperties.UNLIMITED_RATE;

  private static final int FIRST_FLOWS = 64;
  private static final int FIRST_HOPS = 256;

  private int size;
  private int[] pathIds = new int[FIRST_FLOWS];
  private double[] weights = new double[FIRST_FLOWS];
  private long[] demands = new long[FIRST_FLOWS];
  private long[] pathRates = new long[FIRST_FLOWS];
  private int[] offsets = new int[FIRST_FLOWS + 1];
  private int[] links = new int[FIRST_HOPS];

  /** Removes all flows. */
  public void clear() {
    size = 0;
  }

  /** Number of flows. */
  public int size() {
    return size;
  }

  /**
   * Adds a flow.
   *
   * @param pathId dense path id, for the caller's use
   * @param flowLinks indexes of the links it crosses, each once
   * @param weight above 0, finite
   * @param demandBitsPerSecond what it wants at most, at least 0; {@link #UNLIMITED} for all it can
   *     get
   * @param pathRateBitsPerSecond what its path carries at most, at least 0; {@link #UNLIMITED} for
   *     no limit
   * @return the flow's number
   * @throws IllegalArgumentException when a value is out of its range
   */
  public int add(
      int pathId,
      int[] flowLinks,
      double weight,
      long demandBitsPerSecond,
      long pathRateBitsPerSecond) {
    if (!(weight > 0) || weight == Double.POSITIVE_INFINITY) {
      throw new IllegalArgumentException(
          "weight of the flow on path " + pathId + " is " + weight + "; give a finite one above 0");
    }
    if (demandBitsPerSecond < 0 || pathRateBitsPerSecond < 0) {
      throw new IllegalArgumentException(
          "demand and path rate of the flow on path " + pathId + " must not be negative");
    }
    grow(flowLinks.length);
    pathIds[size] = pathId;
    weights[size] = weight;
    demands[size] = demandBitsPerSecond;
    pathRates[size] = pathRateBitsPerSecond;
    System.arraycopy(flowLinks, 0, links, offsets[size], flowLinks.length);
    offsets[size + 1] = offsets[size] + flowLinks.length;
    return size++;
  }

  private void grow(int hops) {
    if (size == pathIds.length) {
      int larger = size * 2;
      pathIds = Arrays.copyOf(pathIds, larger);
      weights = Arrays.copyOf(weights, larger);
      demands = Arrays.copyOf(demands, larger);
      pathRates = Arrays.copyOf(pathRates, larger);
      offsets = Arrays.copyOf(offsets, larger + 1);
    }
    int needed = offsets[size] + hops;
    if (needed > links.length) {
      links = Arrays.copyOf(links, Math.max(needed, links.length * 2));
    }
  }

  /** Path id of a flow. */
  public int pathId(int flow) {
    return pathIds[flow];
  }

  /** Weight of a flow. */
  public double weight(int flow) {
    return weights[flow];
  }

  /** What a flow wants at most, in bits per second. */
  public long demandBitsPerSecond(int flow) {
    return demands[flow];
  }

  /** What a flow's path carries at most, in bits per second. */
  public long pathRateBitsPerSecond(int flow) {
    return pathRates[flow];
  }

  /** Number of links that a flow crosses. */
  public int hops(int flow) {
    return offsets[flow + 1] - offsets[flow];
  }

  /** Index of a flow's link, {@code hop} from 0 in travel order. */
  public int link(int flow, int hop) {
    return links[offsets[flow] + hop];
  }

  /** Position of a flow's first hop among the hops of all flows; {@code size()} gives the end. */
  int firstHop(int flow) {
    return offsets[flow];
  }

  /** Link at a position among the hops of all flows. */
  int linkAt(int position) {
    return links[position];
  }
}
