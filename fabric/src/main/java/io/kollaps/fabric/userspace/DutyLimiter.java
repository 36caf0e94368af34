package io.kollaps.fabric.userspace;

/**
 * Keeps a thread of high priority from starving everything else on its processor: bounds the time
 * it may spend waiting awake, and takes its priority away for a while when it is busy nearly all
 * the time. A state machine: time and processor time are passed in.
 */
final class DutyLimiter {
  /** Within this long ... */
  static final long SPIN_WINDOW_NANOS = 20_000_000;

  /** ... at most this long may be spent waiting awake: 30 %. */
  static final long SPIN_BUDGET_NANOS = 6_000_000;

  /** Processor time is looked at once in this long; priority is given up for as long. */
  static final long BUSY_WINDOW_NANOS = 100_000_000;

  /** Share of the busy window, in percent, above which priority is given up. */
  static final int BUSY_PERCENT = 90;

  /** What to do about the thread's priority. */
  enum Advice {
    /** Leave it. */
    STAY,
    /** Take high priority. */
    RAISE,
    /** Give high priority up. */
    LOWER
  }

  private long spinWindowStart;
  private long spunNanos;
  private long busyWindowStart;
  private long cpuAtStart;
  private boolean lowered;

  /**
   * Starts both windows.
   *
   * @param now present time
   * @param cpuNanos the thread's processor time so far
   */
  DutyLimiter(long now, long cpuNanos) {
    spinWindowStart = now;
    busyWindowStart = now;
    cpuAtStart = cpuNanos;
  }

  /** Whether the thread may wait awake now. */
  boolean maySpin(long now) {
    if (now - spinWindowStart >= SPIN_WINDOW_NANOS) {
      spinWindowStart = now;
      spunNanos = 0;
    }
    return spunNanos < SPIN_BUDGET_NANOS;
  }

  /** The thread waited awake for so long. */
  void spun(long nanos) {
    spunNanos += nanos;
  }

  /** When {@link #advise} is to be asked next; asking later is no harm. */
  long adviceDueNanos() {
    return busyWindowStart + BUSY_WINDOW_NANOS;
  }

  /** True while priority is given up: then advice must not be late. */
  boolean lowered() {
    return lowered;
  }

  /**
   * Ends a busy window and begins the next.
   *
   * @param now present time, not before {@link #adviceDueNanos}
   * @param cpuNanos the thread's processor time so far
   */
  Advice advise(long now, long cpuNanos) {
    long elapsed = now - busyWindowStart;
    long used = cpuNanos - cpuAtStart;
    busyWindowStart = now;
    cpuAtStart = cpuNanos;
    if (lowered) {
      lowered = false;
      return Advice.RAISE;
    }
    if (used > elapsed / 100 * BUSY_PERCENT) {
      lowered = true;
      return Advice.LOWER;
    }
    return Advice.STAY;
  }
}
