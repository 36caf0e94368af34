package io.kollaps.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A timer that makes a descriptor readable at an instant of {@link MonotonicClock}. For one thread;
 * arming allocates nothing.
 */
public final class TimerDescriptor implements AutoCloseable {
  private static final int TFD_TIMER_ABSTIME = 1;
  private static final int TFD_NONBLOCK_CLOEXEC =
      FileDescriptors.O_NONBLOCK | FileDescriptors.O_CLOEXEC;
  // struct itimerspec: interval (seconds, nanoseconds), then value (seconds, nanoseconds)
  private static final int VALUE_SECONDS = 16;
  private static final int VALUE_NANOS = 24;
  private static final int ITIMERSPEC_BYTES = 32;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment setting = arena.allocate(ITIMERSPEC_BYTES, 8);
  private final int fileDescriptor;

  private TimerDescriptor(int fileDescriptor) {
    this.fileDescriptor = fileDescriptor;
  }

  /**
   * Makes one, disarmed.
   *
   * @throws LinuxException when the kernel has no room
   */
  public static TimerDescriptor create() throws LinuxException {
    return new TimerDescriptor(
        Native.check(
            FileCalls.timerCreate(MonotonicClock.CLOCK_MONOTONIC, TFD_NONBLOCK_CLOEXEC),
            "timerfd_create"));
  }

  /** What to wait for. */
  public int fileDescriptor() {
    return fileDescriptor;
  }

  /**
   * Becomes readable at an instant, at once when it has passed, and unreadable until then.
   *
   * @param atNanos instant on {@link MonotonicClock}, more than 0
   */
  public void arm(long atNanos) {
    set(atNanos / 1_000_000_000L, atNanos % 1_000_000_000L);
  }

  /** Stays unreadable until it is armed again. */
  public void disarm() {
    set(0, 0);
  }

  private void set(long seconds, long nanos) {
    setting.set(Native.LONG, VALUE_SECONDS, seconds);
    setting.set(Native.LONG, VALUE_NANOS, nanos);
    int result = FileCalls.timerSetTime(fileDescriptor, TFD_TIMER_ABSTIME, setting.address(), 0);
    if (result < 0) {
      throw new IllegalStateException(
          "timerfd_settime(" + seconds + " s, " + nanos + " ns) failed: " + Errno.name(-result));
    }
  }

  @Override
  public void close() {
    FileDescriptors.close(fileDescriptor);
    arena.close();
  }
}
