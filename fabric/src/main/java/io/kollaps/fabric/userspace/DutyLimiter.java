package io.kollaps.fabric.userspace;

/**
 * Keeps a thread of high priority from starving everything else on its processor: bounds the time
 * it may spend waiting awake, forbids that when it has much to do, and lets it rest when it works
 * nearly all the time. A state machine: time and processor time are passed in.
 *
 * <p>A rest is a short sleep at the same priority. Giving the priority up instead is a trap: on a
 * crowded machine the thread then waits for the crowd before it can take the priority back (0.3 s
 * measured with 400 programs on two processors), and every packet with it. A rest has an end. Work
 * and waiting awake are told apart, because a rest is for work that leaves no room to others, never
 * for waiting that could have been left out.
 */
final class DutyLimiter {
  /** Within this long ... */
  static final long SPIN_WINDOW_NANOS = 20_000_000;

  /** ... at most this long may be spent waiting awake: 30 %. */
  static final long SPIN_BUDGET_NANOS = 6_000_000;

  /** Processor time is looked at once in this long. */
  static final long BUSY_WINDOW_NANOS = 20_000_000;

  /** Share of work in the busy window, in percent, above which a rest follows. */
  static final int BUSY_PERCENT = 90;

  /**
   * Share of work in the busy window, in percent, above which the next one is without waiting
   * awake.
   */
  static final int CROWDED_PERCENT = 50;

  /**
   * Length of a rest. With the window it leaves 9 % of a processor to others, more than the 5 % at
   * which the kernel itself stops real-time threads, for 50 ms then.
   */
  static final long REST_NANOS = 2_000_000;

  private long spinWindowStart;
  private long spunNanos;
  private long busyWindowStart;
  private long cpuAtStart;
  private long spunInBusyWindow;
  private boolean crowded;

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
    return !crowded && spunNanos < SPIN_BUDGET_NANOS;
  }

  /** The thread waited awake for so long. */
  void spun(long nanos) {
    spunNanos += nanos;
    spunInBusyWindow += nanos;
  }

  /** When {@link #mustRest} is to be asked next; asking later is no harm. */
  long lookDueNanos() {
    return busyWindowStart + BUSY_WINDOW_NANOS;
  }

  /**
   * Ends a busy window and begins the next.
   *
   * @param now present time, not before {@link #lookDueNanos}
   * @param cpuNanos the thread's processor time so far
   * @return true when the thread has to sleep for {@link #REST_NANOS} now
   */
  boolean mustRest(long now, long cpuNanos) {
    long elapsed = now - busyWindowStart;
    long worked = cpuNanos - cpuAtStart - spunInBusyWindow;
    busyWindowStart = now;
    cpuAtStart = cpuNanos;
    spunInBusyWindow = 0;
    crowded = worked > elapsed / 100 * CROWDED_PERCENT;
    return worked > elapsed / 100 * BUSY_PERCENT;
  }
}
