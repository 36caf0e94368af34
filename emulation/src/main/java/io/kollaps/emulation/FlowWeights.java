package io.kollaps.emulation;

import io.kollaps.topology.Settings.SharingWeights;

/** The weight with which a flow takes part where flows share a link. */
public final class FlowWeights {
  /**
   * Round-trip times below this count as this: 100 microseconds.
   *
   * <p>A path without latency would have an infinite weight and take all of a shared link. Real
   * flows never see a zero round trip: two machines on one switch, or two namespaces of one
   * machine, answer one another in some tens to a hundred microseconds. The floor also bounds the
   * ratio of two weights: 10,000 against a path of one second.
   */
  public static final long MIN_ROUND_TRIP_NANOS = 100_000L;

  private static final double NANOS_PER_SECOND = 1e9;

  private FlowWeights() {}

  /**
   * Weight of a flow: 1 / round-trip time in seconds, or 1 when all are alike.
   *
   * @param weights what counts
   * @param roundTripNanos round-trip time of the flow's path, at least 0
   */
  public static double of(SharingWeights weights, long roundTripNanos) {
    return switch (weights) {
      case EQUAL -> 1;
      case RTT -> NANOS_PER_SECOND / Math.max(MIN_ROUND_TRIP_NANOS, roundTripNanos);
    };
  }
}
