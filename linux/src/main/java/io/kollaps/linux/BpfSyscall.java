package io.kollaps.linux;

import static io.kollaps.linux.Native.INT;
import static io.kollaps.linux.Native.LONG;
import static io.kollaps.linux.Native.POINTER;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Locale;

/** The system call bpf(2), which the C library has no function for. */
public final class BpfSyscall {
  private static final MethodHandle SYSCALL =
      Native.variadic("syscall", 1, LONG, LONG, INT, POINTER, INT);

  private BpfSyscall() {}

  /**
   * Makes the call.
   *
   * @param command one of enum bpf_cmd in linux/bpf.h
   * @param attributes union bpf_attr, as much of it as the command knows
   * @return its result, or the negated error number ({@link Errno}); ENOSYS where this processor's
   *     number of the call is not known
   */
  public static long call(int command, MemorySegment attributes) {
    long number = number(System.getProperty("os.arch", ""));
    if (number < 0) {
      return number;
    }
    try {
      MemorySegment errno = Native.captured();
      return Native.result(
          (long)
              SYSCALL.invokeExact(
                  errno, number, command, attributes.address(), (int) attributes.byteSize()),
          errno);
    } catch (Throwable e) {
      throw Native.broken(e);
    }
  }

  /** Number of the call: asm/unistd.h of each architecture. */
  private static long number(String architecture) {
    return switch (architecture.toLowerCase(Locale.ROOT)) {
      case "amd64", "x86_64" -> 321;
      case "aarch64", "riscv64" -> 280;
      default -> -Errno.ENOSYS;
    };
  }
}
