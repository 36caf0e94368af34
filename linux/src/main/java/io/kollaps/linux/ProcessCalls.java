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
 * Calls on processes, threads, namespaces and clocks; each gives its result or the negated error
 * number.
 */
final class ProcessCalls {
  private static final MethodHandle UNSHARE = Native.function("unshare", INT, INT);
  private static final MethodHandle SETNS = Native.function("setns", INT, INT, INT);
  private static final MethodHandle CLOCK_GETTIME =
      Native.function("clock_gettime", INT, INT, POINTER);
  private static final MethodHandle PRCTL =
      Native.variadic("prctl", 1, INT, INT, LONG, LONG, LONG, LONG);
  private static final MethodHandle SCHED_SETSCHEDULER =
      Native.function("sched_setscheduler", INT, INT, INT, POINTER);
  private static final MethodHandle KILL = Native.function("kill", INT, INT, INT);
  private static final MethodHandle GETTID = Native.function("gettid", INT);

  private ProcessCalls() {}

  static int unshare(int flags) {
    try {
      MemorySegment errno = captured();
      return result((int) UNSHARE.invokeExact(errno, flags), errno);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static int setNamespace(int fileDescriptor, int kind) {
    try {
      MemorySegment errno = captured();
      return result((int) SETNS.invokeExact(errno, fileDescriptor, kind), errno);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static int clockGetTime(int clock, long time) {
    try {
      MemorySegment errno = captured();
      return result((int) CLOCK_GETTIME.invokeExact(errno, clock, time), errno);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static int control(int option, long second, long third, long fourth, long fifth) {
    try {
      MemorySegment errno = captured();
      return result((int) PRCTL.invokeExact(errno, option, second, third, fourth, fifth), errno);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static int setScheduler(int thread, int policy, long parameters) {
    try {
      MemorySegment errno = captured();
      return result((int) SCHED_SETSCHEDULER.invokeExact(errno, thread, policy, parameters), errno);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static int kill(int process, int signal) {
    try {
      MemorySegment errno = captured();
      return result((int) KILL.invokeExact(errno, process, signal), errno);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static int threadId() {
    try {
      MemorySegment errno = captured();
      return result((int) GETTID.invokeExact(errno), errno);
    } catch (Throwable e) {
      throw broken(e);
    }
  }
}
