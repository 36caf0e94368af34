package io.kollaps.linux;

import static io.kollaps.linux.Native.INT;
import static io.kollaps.linux.Native.LONG;
import static io.kollaps.linux.Native.POINTER;
import static io.kollaps.linux.Native.broken;
import static io.kollaps.linux.Native.captured;
import static io.kollaps.linux.Native.result;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Calls on sockets; each gives its result or the negated error number. */
final class SocketCalls {
  private static final MethodHandle SOCKET = Native.function("socket", INT, INT, INT, INT);
  private static final MethodHandle BIND = Native.function("bind", INT, INT, POINTER, INT);
  private static final MethodHandle SETSOCKOPT =
      Native.function("setsockopt", INT, INT, INT, INT, POINTER, INT);
  private static final MethodHandle SEND = Native.function("send", LONG, INT, POINTER, LONG, INT);
  private static final MethodHandle RECV = Native.function("recv", LONG, INT, POINTER, LONG, INT);

  private SocketCalls() {}

  static int socket(int family, int type, int protocol) {
    try {
      MemorySegment errno = captured();
      return result((int) SOCKET.invokeExact(errno, family, type, protocol), errno);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static int bind(int socket, long address, int length) {
    try {
      MemorySegment errno = captured();
      return result((int) BIND.invokeExact(errno, socket, address, length), errno);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static int setOption(int socket, int level, int name, long value, int length) {
    try {
      MemorySegment errno = captured();
      return result((int) SETSOCKOPT.invokeExact(errno, socket, level, name, value, length), errno);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static long send(int socket, long address, long length, int flags) {
    try {
      MemorySegment errno = captured();
      return result((long) SEND.invokeExact(errno, socket, address, length, flags), errno);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static long receive(int socket, long address, long length, int flags) {
    try {
      MemorySegment errno = captured();
      return result((long) RECV.invokeExact(errno, socket, address, length, flags), errno);
    } catch (Throwable e) {
      throw broken(e);
    }
  }
}
