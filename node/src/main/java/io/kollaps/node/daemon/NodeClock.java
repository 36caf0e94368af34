package io.kollaps.node.daemon;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

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
  private final InstantSource wall;

  NodeClock() {
    this(InstantSource.offset(InstantSource.system(), Duration.ofMillis(Long.getLong(SHIFT, 0L))));
  }

  /** With the machine's clock, which is asked again whenever certificates are looked at. */
  NodeClock(InstantSource wall) {
    this.wall = wall;
    Instant now = wall.instant();
    baseNanos = now.getEpochSecond() * 1_000_000_000L + now.getNano() - System.nanoTime();
  }

  /**
   * The machine's clock of now, which people may set and which goes on while the machine sleeps:
   * for certificates, whose lives are days.
   */
  InstantSource wall() {
    return wall;
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
