package io.kollaps.emulation;

/**
 * What a flow used within the demand window. Holds a bounded number of readings: those that come
 * faster than a 32nd of the window are merged.
 */
final class UsageWindow {
  /** Readings kept at most. */
  private static final int SLOTS = 40;

  private static final int PARTS = 32;
  private static final double BITS_NANOS_PER_BYTE = 8e9;

  private final long windowNanos;
  private final long meanNanos;
  private final long[] end = new long[SLOTS];
  private final long[] duration = new long[SLOTS];
  private final long[] bytes = new long[SLOTS];
  private final double[] mean = new double[SLOTS];
  private final boolean[] wantsMore = new boolean[SLOTS];
  private int newest = -1;
  private int count;

  UsageWindow(long windowNanos, long meanNanos) {
    this.windowNanos = windowNanos;
    this.meanNanos = meanNanos;
  }

  /**
   * Adds a reading.
   *
   * @param evidence true when the reading shows that the flow wants more than it was granted
   */
  void add(long nowNanos, long intervalNanos, long servedBytes, boolean evidence) {
    boolean merge = count > 0 && duration[newest] < windowNanos / PARTS;
    if (!merge) {
      newest = (newest + 1) % SLOTS;
      count = Math.min(SLOTS, count + 1);
      duration[newest] = 0;
      bytes[newest] = 0;
      wantsMore[newest] = false;
    }
    end[newest] = nowNanos;
    duration[newest] += intervalNanos;
    bytes[newest] += servedBytes;
    wantsMore[newest] |= evidence;
    mean[newest] = recentMean();
  }

  private double recentMean() {
    long nanos = 0;
    long sum = 0;
    // A tenth less than asked for: readings are not exactly a period apart.
    long enough = meanNanos - meanNanos / 10;
    for (int back = 0; back < count && nanos < enough; back++) {
      int at = (newest - back + SLOTS) % SLOTS;
      nanos += duration[at];
      sum += bytes[at];
    }
    return sum * BITS_NANOS_PER_BYTE / nanos;
  }

  /** Largest mean within the window, in bits per second. */
  double largest(long nowNanos) {
    double largest = 0;
    for (int back = 0; back < count; back++) {
      int at = (newest - back + SLOTS) % SLOTS;
      if (nowNanos - end[at] >= windowNanos) {
        break;
      }
      largest = Math.max(largest, mean[at]);
    }
    return largest;
  }

  /** The mean now, in bits per second. */
  double latest() {
    return count == 0 ? 0 : mean[newest];
  }

  /** True when a reading within the window shows that the flow wants more. */
  boolean wantsMore(long nowNanos) {
    for (int back = 0; back < count; back++) {
      int at = (newest - back + SLOTS) % SLOTS;
      if (nowNanos - end[at] >= windowNanos) {
        return false;
      }
      if (wantsMore[at]) {
        return true;
      }
    }
    return false;
  }
}
