package io.kollaps.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A descriptor that any thread makes readable, to wake one that waits for descriptors. */
public final class EventDescriptor implements AutoCloseable {
  private static final int EFD_NONBLOCK_CLOEXEC =
      FileDescriptors.O_NONBLOCK | FileDescriptors.O_CLOEXEC;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment one = arena.allocate(8, 8);
  private final MemorySegment count = arena.allocate(8, 8);
  private final int fileDescriptor;

  private EventDescriptor(int fileDescriptor) {
    this.fileDescriptor = fileDescriptor;
    one.set(Native.LONG, 0, 1);
  }

  /**
   * Makes one, not signalled.
   *
   * @throws LinuxException when the kernel has no room
   */
  public static EventDescriptor create() throws LinuxException {
    return new EventDescriptor(
        Native.check(FileCalls.eventCreate(0, EFD_NONBLOCK_CLOEXEC), "eventfd"));
  }

  /** What to wait for. */
  public int fileDescriptor() {
    return fileDescriptor;
  }

  /** Makes it readable; any thread may. */
  public void signal() {
    long result = FileCalls.write(fileDescriptor, one.address(), 8);
    // EAGAIN: signalled 2^64 - 2 times already, so it is readable
    if (result < 0 && result != -Errno.EAGAIN) {
      throw new IllegalStateException("eventfd write failed: " + Errno.name((int) -result));
    }
  }

  /** Makes it unreadable again; for the thread that waits. */
  public void drain() {
    long result = FileCalls.read(fileDescriptor, count.address(), 8);
    if (result < 0 && result != -Errno.EAGAIN) {
      throw new IllegalStateException("eventfd read failed: " + Errno.name((int) -result));
    }
  }

  @Override
  public void close() {
    FileDescriptors.close(fileDescriptor);
    arena.close();
  }
}
