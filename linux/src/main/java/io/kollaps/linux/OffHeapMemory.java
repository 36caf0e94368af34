package io.kollaps.linux;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Memory outside the heap: zeroed memory of this process alone, of which the kernel gives a page
 * when it is first touched, so that a large one costs nothing until it is used; or memory that is
 * shared with a kernel object.
 */
public final class OffHeapMemory implements AutoCloseable {
  private static final int PROT_READ_WRITE = 3;
  private static final int MAP_PRIVATE_ANONYMOUS_NORESERVE = 0x02 | 0x20 | 0x4000;
  private static final int MAP_SHARED = 1;
  private static final int MLOCK_ONFAULT = 1;
  private static final int MADV_HUGEPAGE = 14;
  private static final int MADV_POPULATE_WRITE = 23;
  private static final long LARGE_PAGE_BYTES = 2L << 20;

  private final long address;
  private final long byteSize;
  private final AtomicBoolean released = new AtomicBoolean();

  private OffHeapMemory(long address, long byteSize) {
    this.address = address;
    this.byteSize = byteSize;
  }

  /**
   * Maps memory.
   *
   * @param byteSize how much, more than 0
   * @throws LinuxException when there is no room
   */
  public static OffHeapMemory map(long byteSize) throws LinuxException {
    long address =
        Native.check(
            FileCalls.mmap(0, byteSize, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS_NORESERVE, -1, 0),
            "mmap",
            byteSize);
    return new OffHeapMemory(address, byteSize);
  }

  /**
   * Maps memory that is shared with a kernel object or file, for reading and writing.
   *
   * @param fileDescriptor what it is shared with
   * @param byteSize how much from its start, more than 0
   * @throws LinuxException when it cannot be mapped
   */
  public static OffHeapMemory mapShared(int fileDescriptor, long byteSize) throws LinuxException {
    long address =
        Native.check(
            FileCalls.mmap(0, byteSize, PROT_READ_WRITE, MAP_SHARED, fileDescriptor, 0),
            "mmap",
            fileDescriptor,
            byteSize);
    return new OffHeapMemory(address, byteSize);
  }

  /** Address of the first byte, page aligned. Of no use after {@link #close}. */
  public long address() {
    return address;
  }

  /** Size in bytes. */
  public long byteSize() {
    return byteSize;
  }

  /**
   * Asks that pages stay in memory once touched.
   *
   * @return whether that is allowed (it takes CAP_IPC_LOCK or a limit high enough)
   */
  public boolean lockOnTouch() {
    return FileCalls.mlock(address, byteSize, MLOCK_ONFAULT) == 0;
  }

  /**
   * Has the kernel give the first pages now, and few large ones where it can.
   *
   * @param bytes how much from the start; rounded down to whole large pages (2 MiB)
   * @return whether all of it is there now; where it is not, pages come when they are touched
   */
  public boolean touchNow(long bytes) {
    long start = (address + LARGE_PAGE_BYTES - 1) & -LARGE_PAGE_BYTES;
    long length = Math.min(bytes, byteSize) & -LARGE_PAGE_BYTES;
    // large pages are a gift of some kernels; touching matters
    int _ = FileCalls.advise(start, Math.min(length, byteSize - (start - address)), MADV_HUGEPAGE);
    return FileCalls.advise(address, length, MADV_POPULATE_WRITE) == 0;
  }

  /** Gives the memory back. Nothing may use its addresses any more: that would end the process. */
  @Override
  public void close() {
    if (released.compareAndSet(false, true) && FileCalls.munmap(address, byteSize) < 0) {
      throw new IllegalStateException("munmap of " + byteSize + " mapped bytes failed");
    }
  }
}
