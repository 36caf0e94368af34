package io.kollaps.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Waits for descriptors that can be read. For one thread; waiting and looking at the result
 * allocate nothing.
 */
public final class Epoll implements AutoCloseable {
  private static final int EPOLL_CTL_ADD = 1;
  private static final int EPOLL_CTL_DEL = 2;
  private static final int EPOLLIN = 1;
  // struct epoll_event is packed on x86 only
  private static final boolean PACKED = System.getProperty("os.arch", "").equals("amd64");
  private static final int EVENT_BYTES = PACKED ? 12 : 16;
  private static final int TAG_OFFSET = PACKED ? 4 : 8;

  private static final ValueLayout.OfLong TAG = Native.LONG.withByteAlignment(1);

  private final Arena arena = Arena.ofShared();
  private final int fileDescriptor;
  private final int maxEvents;
  private final MemorySegment events;

  private Epoll(int fileDescriptor, int maxEvents) {
    this.fileDescriptor = fileDescriptor;
    this.maxEvents = maxEvents;
    this.events = arena.allocate((long) EVENT_BYTES * maxEvents, 8);
  }

  /**
   * Makes one.
   *
   * @param maxEvents most events of one wait, more than 0
   * @throws LinuxException when the kernel has no room
   */
  public static Epoll create(int maxEvents) throws LinuxException {
    return new Epoll(
        Native.check(FileCalls.epollCreate(FileDescriptors.O_CLOEXEC), "epoll_create1"), maxEvents);
  }

  /**
   * Watches a descriptor until {@link #remove} or until its last copy is closed.
   *
   * @param tag what {@link #tag} gives for it
   * @throws LinuxException when it cannot be watched
   */
  public void add(int watched, long tag) throws LinuxException {
    try (Arena call = Arena.ofConfined()) {
      MemorySegment event = call.allocate(EVENT_BYTES, 8);
      event.set(Native.INT, 0, EPOLLIN);
      event.set(TAG, TAG_OFFSET, tag);
      Native.check(
          FileCalls.epollControl(fileDescriptor, EPOLL_CTL_ADD, watched, event.address()),
          "epoll_ctl",
          "EPOLL_CTL_ADD",
          watched);
    }
  }

  /**
   * Watches a descriptor no longer.
   *
   * @throws LinuxException when it was not watched
   */
  public void remove(int watched) throws LinuxException {
    Native.check(
        FileCalls.epollControl(fileDescriptor, EPOLL_CTL_DEL, watched, 0),
        "epoll_ctl",
        "EPOLL_CTL_DEL",
        watched);
  }

  /**
   * Waits.
   *
   * @param timeoutMillis most milliseconds to wait: 0 only looks, -1 waits for ever
   * @return number of descriptors that can be read, or the negated error number
   */
  public int await(int timeoutMillis) {
    return FileCalls.epollWait(fileDescriptor, events.address(), maxEvents, timeoutMillis);
  }

  /** Tag of the n-th descriptor of the last wait, from 0. */
  public long tag(int n) {
    return events.get(TAG, (long) n * EVENT_BYTES + TAG_OFFSET);
  }

  @Override
  public void close() {
    FileDescriptors.close(fileDescriptor);
    arena.close();
  }
}
