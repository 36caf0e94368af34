package io.kollaps.linux;

import static io.kollaps.linux.Native.INT;
import static io.kollaps.linux.Native.LONG;
import static io.kollaps.linux.Native.POINTER;
import static io.kollaps.linux.Native.broken;
import static io.kollaps.linux.Native.captured;
import static io.kollaps.linux.Native.result;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Calls for many datagrams or pieces at once; each gives its result or the negated error number.
 * Beside {@link SocketCalls}, so that a run on one node does not link them.
 */
final class DatagramCalls {
  private static final MethodHandle SENDMMSG =
      Native.function("sendmmsg", INT, INT, POINTER, INT, INT);
  private static final MethodHandle RECVMMSG =
      Native.function("recvmmsg", INT, INT, POINTER, INT, INT, POINTER);
  private static final MethodHandle WRITEV = Native.function("writev", LONG, INT, POINTER, INT);

  private DatagramCalls() {}

  static int sendMany(int socket, long messages, int count, int flags) {
    try {
      MemorySegment errno = captured();
      return result((int) SENDMMSG.invokeExact(errno, socket, messages, count, flags), errno);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static int receiveMany(int socket, long messages, int count, int flags) {
    try {
      MemorySegment errno = captured();
      return result((int) RECVMMSG.invokeExact(errno, socket, messages, count, flags, 0L), errno);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static long writeVector(int fileDescriptor, long pieces, int count) {
    try {
      MemorySegment errno = captured();
      return result((long) WRITEV.invokeExact(errno, fileDescriptor, pieces, count), errno);
    } catch (Throwable e) {
      throw broken(e);
    }
  }
}
