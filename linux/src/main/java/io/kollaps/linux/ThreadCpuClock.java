package io.kollaps.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Processor time of the thread that asks. One instance for one thread; reading allocates nothing.
 */
public final class ThreadCpuClock {
  private static final int CLOCK_THREAD_CPUTIME_ID = 3;

  private final MemorySegment time = Arena.ofAuto().allocate(16, 8);

  /** Nanoseconds of processor time, user and system, since the calling thread started. */
  public long nanos() {
    if (ProcessCalls.clockGetTime(CLOCK_THREAD_CPUTIME_ID, time.address()) < 0) {
      throw new IllegalStateException("this kernel has no CLOCK_THREAD_CPUTIME_ID");
    }
    return time.get(Native.LONG, 0) * 1_000_000_000L + time.get(Native.LONG, 8);
  }
}
