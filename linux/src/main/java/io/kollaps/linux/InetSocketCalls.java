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
 * Calls on sockets that connect; each gives its result or the negated error number. Beside {@link
 * SocketCalls}, so that a run that measures nothing does not link them.
 */
final class InetSocketCalls {
  private static final MethodHandle CONNECT = Native.function("connect", INT, INT, POINTER, INT);
  private static final MethodHandle LISTEN = Native.function("listen", INT, INT, INT);
  private static final MethodHandle ACCEPT =
      Native.function("accept4", INT, INT, POINTER, POINTER, INT);
  private static final MethodHandle SOCKET_NAME =
      Native.function("getsockname", INT, INT, POINTER, POINTER);
  private static final MethodHandle IOCTL = Native.variadic("ioctl", 2, INT, INT, LONG, POINTER);

  private InetSocketCalls() {}

  static int connect(int socket, long address, int length) {
    try {
      MemorySegment errno = captured();
      return result((int) CONNECT.invokeExact(errno, socket, address, length), errno);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static int listen(int socket, int backlog) {
    try {
      MemorySegment errno = captured();
      return result((int) LISTEN.invokeExact(errno, socket, backlog), errno);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static int accept(int socket, int flags) {
    try {
      MemorySegment errno = captured();
      return result((int) ACCEPT.invokeExact(errno, socket, 0L, 0L, flags), errno);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static int socketName(int socket, long address, long length) {
    try {
      MemorySegment errno = captured();
      return result((int) SOCKET_NAME.invokeExact(errno, socket, address, length), errno);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static int control(int socket, long request, long argument) {
    try {
      MemorySegment errno = captured();
      return result((int) IOCTL.invokeExact(errno, socket, request, argument), errno);
    } catch (Throwable e) {
      throw broken(e);
    }
  }
}
