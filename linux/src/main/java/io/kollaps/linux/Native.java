package io.kollaps.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Finds functions of the C library and reports their errors. Every call here gives the function's
 * result, or the negated error number when it failed, so that no state stays behind between calls.
 */
final class Native {
  static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

  /** Pointers travel as numbers: no segment is made for a call. */
  static final ValueLayout.OfLong POINTER = ValueLayout.JAVA_LONG;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final StructLayout CAPTURE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      CAPTURE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
  private static final ThreadLocal<MemorySegment> CAPTURED =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(CAPTURE));

  private Native() {}

  /** A function whose error number is captured; its handle takes the capture segment first. */
  static MethodHandle function(String name, MemoryLayout result, MemoryLayout... arguments) {
    return variadic(name, arguments.length, result, arguments);
  }

  /**
   * As {@link #function}, for one whose C declaration ends in dots after {@code fixed} arguments.
   */
  static MethodHandle variadic(
      String name, int fixed, MemoryLayout result, MemoryLayout... arguments) {
    MemorySegment symbol =
        LINKER
            .defaultLookup()
            .find(name)
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        "The C library of this machine has no " + name + "; glibc is needed."));
    List<Linker.Option> options = new ArrayList<>(2);
    options.add(Linker.Option.captureCallState("errno"));
    if (fixed < arguments.length) {
      options.add(Linker.Option.firstVariadicArg(fixed));
    }
    return LINKER.downcallHandle(
        symbol, FunctionDescriptor.of(result, arguments), options.toArray(Linker.Option[]::new));
  }

  /** The calling thread's capture segment, the first argument of every handle made here. */
  static MemorySegment captured() {
    return CAPTURED.get();
  }

  /** The result itself, or the negated error number when it is -1. */
  static int result(int result, MemorySegment captured) {
    return result == -1 ? -(int) ERRNO.get(captured, 0L) : result;
  }

  /** The result itself, or the negated error number when it is -1. */
  static long result(long result, MemorySegment captured) {
    return result == -1L ? -(int) ERRNO.get(captured, 0L) : result;
  }

  /** A handle threw: that is a defect of this class, never an error of Linux. */
  static AssertionError broken(Throwable cause) {
    return new AssertionError("A call into the C library could not be made", cause);
  }

  /**
   * Passes a good result on.
   *
   * @throws LinuxException when it is negative, naming the call, its arguments and the error
   */
  static int check(int result, String call, Object... arguments) throws LinuxException {
    check((long) result, call, arguments);
    return result;
  }

  /**
   * Passes a good result on.
   *
   * @throws LinuxException when it is negative, naming the call, its arguments and the error
   */
  static long check(long result, String call, Object... arguments) throws LinuxException {
    if (result < 0) {
      throw failure((int) -result, call, arguments);
    }
    return result;
  }

  /** The exception for a failed call. */
  static LinuxException failure(int errno, String call, Object... arguments) {
    String list = Arrays.toString(arguments);
    return new LinuxException(
        call + "(" + list.substring(1, list.length() - 1) + ") failed: " + Errno.name(errno),
        errno);
  }
}
