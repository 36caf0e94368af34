package io.kollaps.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** How the kernel schedules the calling thread. Only for platform threads. */
public final class ThreadPriority {
  private static final int SCHED_OTHER = 0;
  private static final int SCHED_FIFO = 1;
  private static final int SCHED_RESET_ON_FORK = 0x40000000;
  private static final int PR_SET_TIMERSLACK = 29;
  private static final int CALLING_THREAD = 0;

  private ThreadPriority() {}

  /**
   * Asks for SCHED_FIFO; threads and processes started by this thread do not inherit it.
   *
   * @param priority 1 to 99
   * @return 0, or the error number: EPERM where it is not allowed
   */
  public static int tryRealTime(int priority) {
    return -set(CALLING_THREAD, SCHED_FIFO | SCHED_RESET_ON_FORK, priority);
  }

  /**
   * As {@link #tryRealTime(int)}, for another thread of this process.
   *
   * @param thread its number, as in /proc/self/task
   * @param priority 1 to 99
   * @return 0, or the error number: EPERM where it is not allowed, ESRCH when there is no such
   *     thread
   */
  public static int tryRealTime(int thread, int priority) {
    return -set(thread, SCHED_FIFO | SCHED_RESET_ON_FORK, priority);
  }

  /**
   * Gives another thread of this process ordinary scheduling back.
   *
   * @param thread its number, as in /proc/self/task
   * @return 0, or the error number
   */
  public static int tryNormal(int thread) {
    return -set(thread, SCHED_OTHER, 0);
  }

  /**
   * Goes back to ordinary scheduling.
   *
   * @throws LinuxException when the kernel refuses
   */
  public static void normal() throws LinuxException {
    Native.check(set(CALLING_THREAD, SCHED_OTHER, 0), "sched_setscheduler", "SCHED_OTHER");
  }

  /**
   * Sets how late the kernel may let the thread's timed waits end.
   *
   * @param nanos at least 1
   * @throws LinuxException when the kernel refuses
   */
  public static void timerSlack(long nanos) throws LinuxException {
    Native.check(
        ProcessCalls.control(PR_SET_TIMERSLACK, nanos, 0, 0, 0),
        "prctl",
        "PR_SET_TIMERSLACK",
        nanos);
  }

  private static int set(int thread, int policy, int priority) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment parameters = arena.allocate(Native.INT);
      parameters.set(Native.INT, 0, priority);
      return ProcessCalls.setScheduler(thread, policy, parameters.address());
    }
  }
}
