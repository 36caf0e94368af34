package io.kollaps.topology;

import java.util.OptionalLong;

/**
 * What applies to the whole experiment.
 *
 * @param routing what a shortest path minimises
 * @param sharing how flows share a link
 * @param periodNanos period of the sharing loop
 * @param durationNanos the run ends then at the latest; empty when it ends with its programs
 * @param subnet address range for assigned addresses in CIDR form, IPv4 or IPv6
 */
public record Settings(
    Routing routing,
    SharingWeights sharing,
    long periodNanos,
    OptionalLong durationNanos,
    String subnet) {

  /** Default period of the sharing loop: 25 ms, as the thesis' monitor (4.9). */
  public static final long DEFAULT_PERIOD_NANOS = 25_000_000L;

  /** Default address range for assigned addresses. */
  public static final String DEFAULT_SUBNET = "10.99.0.0/16";

  /** What a file that sets nothing has. */
  public static final Settings DEFAULT =
      new Settings(
          Routing.HOPS,
          SharingWeights.RTT,
          DEFAULT_PERIOD_NANOS,
          OptionalLong.empty(),
          DEFAULT_SUBNET);

  /** What a shortest path minimises. */
  public enum Routing {
    /** Number of links, the original's default; ties by latency. */
    HOPS,
    /** Sum of latencies; ties by hops. */
    LATENCY
  }

  /** Weight of a flow where flows share a link. */
  public enum SharingWeights {
    /** 1 / round-trip time, as TCP does. */
    RTT,
    /** All alike. */
    EQUAL
  }
}
