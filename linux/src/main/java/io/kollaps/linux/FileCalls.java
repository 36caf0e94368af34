package io.kollaps.linux;

import static io.kollaps.linux.Native.INT;
import static io.kollaps.linux.Native.LONG;
import static io.kollaps.linux.Native.POINTER;
import static io.kollaps.linux.Native.broken;
import static io.kollaps.linux.Native.captured;
import static io.kollaps.linux.Native.result;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Calls on file descriptors and memory; each gives its result or the negated error number. */
final class FileCalls {
  private static final MethodHandle OPEN = Native.variadic("open", 2, INT, POINTER, INT, INT);
  private static final MethodHandle CLOSE = Native.function("close", INT, INT);
  private static final MethodHandle READ = Native.function("read", LONG, INT, POINTER, LONG);
  private static final MethodHandle WRITE = Native.function("write", LONG, INT, POINTER, LONG);
  private static final MethodHandle IOCTL = Native.variadic("ioctl", 2, INT, INT, LONG, POINTER);
  private static final MethodHandle MMAP =
      Native.function("mmap", POINTER, POINTER, LONG, INT, INT, INT, LONG);
  private static final MethodHandle MUNMAP = Native.function("munmap", INT, POINTER, LONG);
  private static final MethodHandle MLOCK = Native.function("mlock2", INT, POINTER, LONG, INT);
  private static final MethodHandle MADVISE = Native.function("madvise", INT, POINTER, LONG, INT);
  private static final MethodHandle SYSCALL =
      Native.variadic("syscall", 1, LONG, LONG, LONG, POINTER, LONG);
  private static final MethodHandle EPOLL_CREATE1 = Native.function("epoll_create1", INT, INT);
  private static final MethodHandle EPOLL_CTL =
      Native.function("epoll_ctl", INT, INT, INT, INT, POINTER);
  private static final MethodHandle EPOLL_WAIT =
      Native.function("epoll_wait", INT, INT, POINTER, INT, INT);
  private static final MethodHandle TIMERFD_CREATE =
      Native.function("timerfd_create", INT, INT, INT);
  private static final MethodHandle TIMERFD_SETTIME =
      Native.function("timerfd_settime", INT, INT, INT, POINTER, POINTER);
  private static final MethodHandle EVENTFD = Native.function("eventfd", INT, INT, INT);

  private static final long UNKNOWN_CALL = -1;
  private static final long SYS_BPF =
      switch (System.getProperty("os.arch", "")) {
        case "amd64" -> 321;
        case "aarch64", "riscv64" -> 280;
        default -> UNKNOWN_CALL;
      };

  private FileCalls() {}

  static int open(long path, int flags, int mode) {
    try {
      MemorySegment errno = captured();
      return result((int) OPEN.invokeExact(errno, path, flags, mode), errno);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static int close(int fileDescriptor) {
    try {
      MemorySegment errno = captured();
      return result((int) CLOSE.invokeExact(errno, fileDescriptor), errno);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static long read(int fileDescriptor, long address, long length) {
    try {
      MemorySegment errno = captured();
      return result((long) READ.invokeExact(errno, fileDescriptor, address, length), errno);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static long write(int fileDescriptor, long address, long length) {
    try {
      MemorySegment errno = captured();
      return result((long) WRITE.invokeExact(errno, fileDescriptor, address, length), errno);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static int ioctl(int fileDescriptor, long request, long argument) {
    try {
      MemorySegment errno = captured();
      return result((int) IOCTL.invokeExact(errno, fileDescriptor, request, argument), errno);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static long mmap(
      long address, long length, int protection, int flags, int fileDescriptor, long offset) {
    try {
      MemorySegment errno = captured();
      return result(
          (long)
              MMAP.invokeExact(errno, address, length, protection, flags, fileDescriptor, offset),
          errno);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static int munmap(long address, long length) {
    try {
      MemorySegment errno = captured();
      return result((int) MUNMAP.invokeExact(errno, address, length), errno);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static int mlock(long address, long length, int flags) {
    try {
      MemorySegment errno = captured();
      return result((int) MLOCK.invokeExact(errno, address, length, flags), errno);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static int advise(long address, long length, int advice) {
    try {
      MemorySegment errno = captured();
      return result((int) MADVISE.invokeExact(errno, address, length, advice), errno);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  /** Has no wrapper in the C library; ENOSYS on processors whose number for it is not known. */
  static long bpf(int command, long attribute, long length) {
    if (SYS_BPF == UNKNOWN_CALL) {
      return -Errno.ENOSYS;
    }
    try {
      MemorySegment errno = captured();
      return result(
          (long) SYSCALL.invokeExact(errno, SYS_BPF, (long) command, attribute, length), errno);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static int epollCreate(int flags) {
    try {
      MemorySegment errno = captured();
      return result((int) EPOLL_CREATE1.invokeExact(errno, flags), errno);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static int epollControl(int epoll, int operation, int fileDescriptor, long event) {
    try {
      MemorySegment errno = captured();
      return result(
          (int) EPOLL_CTL.invokeExact(errno, epoll, operation, fileDescriptor, event), errno);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static int epollWait(int epoll, long events, int maxEvents, int timeoutMillis) {
    try {
      MemorySegment errno = captured();
      return result(
          (int) EPOLL_WAIT.invokeExact(errno, epoll, events, maxEvents, timeoutMillis), errno);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static int timerCreate(int clock, int flags) {
    try {
      MemorySegment errno = captured();
      return result((int) TIMERFD_CREATE.invokeExact(errno, clock, flags), errno);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static int timerSetTime(int timer, int flags, long newValue, long oldValue) {
    try {
      MemorySegment errno = captured();
      return result(
          (int) TIMERFD_SETTIME.invokeExact(errno, timer, flags, newValue, oldValue), errno);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static int eventCreate(int initial, int flags) {
    try {
      MemorySegment errno = captured();
      return result((int) EVENTFD.invokeExact(errno, initial, flags), errno);
    } catch (Throwable e) {
      throw broken(e);
    }
  }
}
