package io.kollaps.node.results;

import java.util.OptionalDouble;

/**
 * A flow over the whole run.
 *
 * @param from name of the sending endpoint
 * @param to name of the receiving endpoint
 * @param activeNanos time with traffic
 * @param settledNanos time in which it was limited by a share that had been steady for {@link
 *     FlowSummarizer#SETTLING_NANOS}
 * @param grantedBitsPerSecond mean share over the active time
 * @param measuredBitsPerSecond mean rate over the active time
 * @param errorPercent measured against granted over the settled time; empty when there is none
 * @param droppedPackets packets dropped, for any reason
 */
public record FlowSummary(
    String from,
    String to,
    long activeNanos,
    long settledNanos,
    double grantedBitsPerSecond,
    double measuredBitsPerSecond,
    OptionalDouble errorPercent,
    long droppedPackets) {

  /** Bits that it carried; biggest flows come first by this. */
  public double carriedBits() {
    return measuredBitsPerSecond * activeNanos / 1e9;
  }
}
