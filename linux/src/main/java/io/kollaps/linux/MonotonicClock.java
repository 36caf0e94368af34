package io.kollaps.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * CLOCK_MONOTONIC in nanoseconds: the clock that timers here count by. It costs what {@link
 * System#nanoTime} costs, which on Linux is the same clock; the difference, should a Java virtual
 * machine ever count from another origin, is measured once and added.
 */
public final class MonotonicClock {
  /** Number of the clock in Linux calls. */
  static final int CLOCK_MONOTONIC = 1;

  private static final long OFFSET_NANOS = offset();

  private MonotonicClock() {}

  /** Now. */
  public static long nanos() {
    return System.nanoTime() + OFFSET_NANOS;
  }

  /** Now, asked of the C library; slower than {@link #nanos}. */
  static long fromLibrary() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment time = arena.allocate(16, 8);
      if (ProcessCalls.clockGetTime(CLOCK_MONOTONIC, time.address()) < 0) {
        throw new IllegalStateException("this kernel has no CLOCK_MONOTONIC");
      }
      return time.get(Native.LONG, 0) * 1_000_000_000L + time.get(Native.LONG, 8);
    }
  }

  private static long offset() {
    long before = System.nanoTime();
    long clock = fromLibrary();
    long after = System.nanoTime();
    // within the bracket both are the same clock, and any correction would only add an error
    return before <= clock && clock <= after ? 0 : clock - before;
  }
}
