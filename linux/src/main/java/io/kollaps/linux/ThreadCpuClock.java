package io.kollaps.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Processor time of one thread, which any thread of this process can read. */
public final class ThreadCpuClock {
  // a thread's clock id: its number inverted, above 3 bits for "of a thread" and "scheduler's
  // count"
  private static final int PER_THREAD = 4;
  private static final int SCHEDULED = 2;

  private final int clock;

  private ThreadCpuClock(int clock) {
    this.clock = clock;
  }

  /** The clock of the calling platform thread. */
  public static ThreadCpuClock ofCallingThread() {
    return new ThreadCpuClock((~ProcessCalls.threadId() << 3) | PER_THREAD | SCHEDULED);
  }

  /** Nanoseconds of processor time, user and system, so far; -1 when the thread has ended. */
  public long nanos() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment time = arena.allocate(16, 8);
      if (ProcessCalls.clockGetTime(clock, time.address()) < 0) {
        return -1;
      }
      return time.get(Native.LONG, 0) * 1_000_000_000L + time.get(Native.LONG, 8);
    }
  }
}
