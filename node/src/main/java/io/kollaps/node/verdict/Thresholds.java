package io.kollaps.node.verdict;

/**
 * The bounds of the {@link Judge}. A figure at its bound is still good; only beyond it a rule
 * speaks. Figures without another source are goals of Kollaps or orders of magnitude chosen so that
 * a run beyond them shows other results than the described network would.
 */
public final class Thresholds {
  /** Event lateness (p99): the promise of Kollaps is 5 ms. */
  public static final long EVENT_LATENESS_DEGRADED_NANOS = 5_000_000L;

  /** Event lateness (p99): 100 ms is in the order of a round trip on the internet. */
  public static final long EVENT_LATENESS_INVALID_NANOS = 100_000_000L;

  /** Fabric lateness (p99): a millisecond is what a fast network's whole latency is made of. */
  public static final long FABRIC_LATENESS_DEGRADED_NANOS = 1_000_000L;

  /** Fabric lateness (p99) as a part of the smallest round-trip time, where that is stricter. */
  public static final double FABRIC_LATENESS_ROUND_TRIP_SHARE = 0.10;

  /** The stricter bound never goes below this: Kollaps promises round trips within 0.1 ms. */
  public static final long FABRIC_LATENESS_FLOOR_NANOS = 100_000L;

  /** Fabric lateness (p99): beyond 10 ms no latency of a local network is what the file says. */
  public static final long FABRIC_LATENESS_INVALID_NANOS = 10_000_000L;

  /** Packets dropped by our own limits, of all packets: from 0.1 % on, TCP behaves differently. */
  public static final double DROP_SHARE_INVALID = 0.001;

  /** Part of the seconds in which the processors may be busy (less than 5 % idle). */
  public static final double STARVED_SHARE_DEGRADED = 0.10;

  /** Mean part of the processors' time that a hypervisor may take. */
  public static final double STEAL_SHARE_DEGRADED = 0.05;

  /** Measured against granted rate of a flow limited by its share, in percent. */
  public static final double SHARE_ERROR_DEGRADED_PERCENT = 3.0;

  /**
   * A flow is compared only when it was settled for this long: in less, one packet more or less
   * weighs too much.
   */
  public static final long SHARE_ERROR_MIN_SETTLED_NANOS = 1_000_000_000L;

  /** Start of one node after that of another: the promise of Kollaps is 5 ms, as for events. */
  public static final long START_SKEW_DEGRADED_NANOS = 5_000_000L;

  /** Start of one node after that of another: as for events. */
  public static final long START_SKEW_INVALID_NANOS = 100_000_000L;

  /** Beyond this the clocks cannot show that the promise about starts was kept. */
  public static final long CLOCK_BOUND_DEGRADED_NANOS = 5_000_000L;

  /** At most this many reasons of one rule; the rest is counted in one more. */
  public static final int MAX_REASONS_PER_RULE = 5;

  private Thresholds() {}
}
