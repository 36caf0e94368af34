package io.kollaps.linux;

/** Signals to processes. */
public final class Signals {
  /** Interrupt from the keyboard. */
  public static final int SIGINT = 2;

  /** Ends a process at once. */
  public static final int SIGKILL = 9;

  /** Asks a process to end. */
  public static final int SIGTERM = 15;

  /** Lets a stopped process go on. */
  public static final int SIGCONT = 18;

  /** Stops a process. */
  public static final int SIGSTOP = 19;

  private Signals() {}

  /**
   * Sends a signal.
   *
   * @param process a process, or the negated id of a process group; 0, 1 and -1 are refused,
   *     because they would reach the caller's own group, init or everything
   * @param signal its number; 0 only checks
   * @return false when there is no such process (any more)
   * @throws LinuxException when it is not allowed
   */
  public static boolean send(long process, int signal) throws LinuxException {
    if ((process >= -1 && process <= 1) || process != (int) process) {
      throw new IllegalArgumentException("not a process to signal: " + process);
    }
    int result = ProcessCalls.kill((int) process, signal);
    if (result == -Errno.ESRCH) {
      return false;
    }
    Native.check(result, "kill", process, signal);
    return true;
  }
}
