package io.kollaps.linux.bpf;

import io.kollaps.linux.BpfSyscall;
import io.kollaps.linux.Errno;
import io.kollaps.linux.LinuxException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/** union bpf_attr under construction, and the call with it. */
final class Attributes {
  static final int MAP_CREATE = 0;
  static final int MAP_LOOKUP = 1;
  static final int MAP_UPDATE = 2;
  static final int MAP_DELETE = 3;
  static final int MAP_NEXT_KEY = 4;
  static final int PROGRAM_LOAD = 5;
  static final int INFO_OF_DESCRIPTOR = 15;
  static final int MAP_UPDATE_BATCH = 26;
  static final int ENABLE_STATISTICS = 32;

  /** Bytes of a name, with the 0 at its end. */
  static final int NAME_BYTES = 16;

  private final MemorySegment memory;

  Attributes(Arena arena, int byteSize) {
    memory = arena.allocate(byteSize, 8);
  }

  Attributes word(long offset, int value) {
    memory.set(ValueLayout.JAVA_INT, offset, value);
    return this;
  }

  Attributes pointer(long offset, MemorySegment value) {
    memory.set(ValueLayout.JAVA_LONG, offset, value.address());
    return this;
  }

  Attributes number(long offset, long value) {
    memory.set(ValueLayout.JAVA_LONG, offset, value);
    return this;
  }

  /** A name, cut to what the kernel keeps. */
  Attributes name(long offset, String name) {
    byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
    MemorySegment.copy(
        bytes, 0, memory, ValueLayout.JAVA_BYTE, offset, Math.min(bytes.length, NAME_BYTES - 1));
    return this;
  }

  /** The call's result, or the negated error number. */
  int tryCall(int command) {
    return (int) BpfSyscall.call(command, memory);
  }

  /**
   * Makes the call.
   *
   * @param what it in words, for errors
   */
  int call(int command, String what) throws LinuxException {
    int result = tryCall(command);
    if (result < 0) {
      throw failure(-result, what);
    }
    return result;
  }

  static LinuxException failure(int errno, String what) {
    return new LinuxException("bpf(" + what + ") failed: " + Errno.name(errno), errno);
  }
}
