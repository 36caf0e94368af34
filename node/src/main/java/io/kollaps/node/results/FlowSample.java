package io.kollaps.node.results;

/**
 * What one flow did in one interval; there is a sample only for intervals with traffic.
 *
 * @param endNanos offset of the interval's end
 * @param intervalNanos length of the interval, above 0
 * @param from name of the sending endpoint
 * @param to name of the receiving endpoint
 * @param grantedBitsPerSecond mean share over the interval
 * @param measuredBitsPerSecond mean rate that passed the path's rate over the interval
 * @param limit what held the flow
 * @param droppedPackets packets dropped in the interval, for any reason
 */
public record FlowSample(
    long endNanos,
    long intervalNanos,
    String from,
    String to,
    long grantedBitsPerSecond,
    long measuredBitsPerSecond,
    Limit limit,
    long droppedPackets) {

  /** Checks the interval. */
  public FlowSample {
    if (intervalNanos <= 0) {
      throw new IllegalArgumentException("interval of a flow sample must be above 0 ns");
    }
  }

  /** What held a flow in an interval. */
  public enum Limit {
    /** Its share: packets waited for the rate during the whole interval (a greedy flow). */
    SHARE,
    /** Itself: the program, TCP after losses, or the receiver offered less than the share. */
    DEMAND;

    /** The word in files: {@code share} or {@code demand}. */
    public String word() {
      return this == SHARE ? "share" : "demand";
    }
  }
}
