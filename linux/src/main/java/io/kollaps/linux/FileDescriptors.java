package io.kollaps.linux;

import java.lang.foreign.Arena;

/** Opens and closes file descriptors, and reads and writes through raw addresses. */
public final class FileDescriptors {
  /** Open for reading only. */
  public static final int O_RDONLY = 0;

  /** Open for reading and writing. */
  public static final int O_RDWR = 2;

  /** Never block. */
  public static final int O_NONBLOCK = 0x800;

  /** Close in programs that this process starts. */
  public static final int O_CLOEXEC = 0x80000;

  private FileDescriptors() {}

  /**
   * Opens a file.
   *
   * @param path its path
   * @param flags {@code O_} constants, or-ed
   * @return the descriptor
   * @throws LinuxException when it cannot be opened
   */
  public static int open(String path, int flags) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      return Native.check(
          FileCalls.open(arena.allocateFrom(path).address(), flags, 0), "open", path, flags);
    }
  }

  /**
   * Closes a descriptor. Linux frees it even when it reports an error, so there is nothing for a
   * caller to do about one.
   */
  public static void close(int fileDescriptor) {
    // the result is of no use: close() frees the descriptor in every case
    var _ = FileCalls.close(fileDescriptor);
  }

  /**
   * Reads once, without allocating.
   *
   * @param fileDescriptor from where
   * @param address memory of at least {@code length} bytes
   * @param length how much at most
   * @return bytes read, or the negated error number ({@link Errno})
   */
  public static long read(int fileDescriptor, long address, long length) {
    return FileCalls.read(fileDescriptor, address, length);
  }

  /**
   * Writes once, without allocating.
   *
   * @param fileDescriptor to where
   * @param address memory of at least {@code length} bytes
   * @param length how much
   * @return bytes written, or the negated error number ({@link Errno})
   */
  public static long write(int fileDescriptor, long address, long length) {
    return FileCalls.write(fileDescriptor, address, length);
  }

  /**
   * Writes pieces of memory as one, without allocating.
   *
   * @param fileDescriptor to where
   * @param pieces address of {@code struct iovec} of each piece: its address and its length, 8
   *     bytes each
   * @param count number of pieces, at most 1024
   * @return bytes written, or the negated error number ({@link Errno})
   */
  public static long writePieces(int fileDescriptor, long pieces, int count) {
    return DatagramCalls.writeVector(fileDescriptor, pieces, count);
  }
}
