package io.kollaps.node.daemon;

/**
 * The node's clock: nanoseconds since 1970 as the machine told them when this process began, going
 * on with the monotonic clock. So it never jumps, whoever sets the machine's clock.
 */
final class NodeClock {
  /**
   * Property that puts the clock forward by so many milliseconds, to see nodes of one machine with
   * clocks apart.
   */
  static final String SHIFT = "kollaps.clock.shift.millis";

  private final long baseNanos;

  NodeClock() {
    java.time.Instant now = java.time.Instant.now();
    long shiftMillis = Long.getLong(SHIFT, 0L);
    baseNanos =
        now.getEpochSecond() * 1_000_000_000L
            + now.getNano()
            + shiftMillis * 1_000_000L
            - System.nanoTime();
  }

  /** The time. */
  long nanos() {
    return baseNanos + System.nanoTime();
  }

  /** The {@link System#nanoTime} at a time of this clock. */
  long nanoTime(long clockNanos) {
    return clockNanos - baseNanos;
  }

  /** The time in milliseconds. */
  long millis() {
    return nanos() / 1_000_000;
  }
}
