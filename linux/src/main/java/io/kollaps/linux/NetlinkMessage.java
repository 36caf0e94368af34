package io.kollaps.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/** A netlink message under construction: header, fixed part, attributes, each padded to 4 bytes. */
final class NetlinkMessage {
  /** Bytes of struct nlmsghdr. */
  static final int HEADER_BYTES = 16;

  private static final int CAPACITY = 1024;
  private static final int NLA_F_NESTED = 0x8000;
  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;

  private final MemorySegment memory;
  private int length = HEADER_BYTES;

  NetlinkMessage(Arena arena, int type, int flags) {
    memory = arena.allocate(CAPACITY, 8);
    memory.set(SHORT, 4, (short) type);
    memory.set(SHORT, 6, (short) flags);
  }

  /** Appends the message's fixed part (or a piece of it). */
  NetlinkMessage bytes(int... values) {
    for (int value : values) {
      memory.set(ValueLayout.JAVA_BYTE, length++, (byte) value);
    }
    return this;
  }

  /** Appends an int of the fixed part. */
  NetlinkMessage word(int value) {
    memory.set(INT, length, value);
    length += 4;
    return this;
  }

  /** Appends an attribute. */
  NetlinkMessage attribute(int type, byte[] value) {
    memory.set(SHORT, length, (short) (4 + value.length));
    memory.set(SHORT, length + 2L, (short) type);
    MemorySegment.copy(value, 0, memory, ValueLayout.JAVA_BYTE, length + 4L, value.length);
    length = aligned(length + 4 + value.length);
    return this;
  }

  /** Appends an attribute that holds an int. */
  NetlinkMessage attribute(int type, int value) {
    memory.set(SHORT, length, (short) 8);
    memory.set(SHORT, length + 2L, (short) type);
    memory.set(INT, length + 4L, value);
    length += 8;
    return this;
  }

  /** Appends an attribute that holds a string, with the 0 at its end. */
  NetlinkMessage attribute(int type, String value) {
    return attribute(type, (value + "\0").getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Starts an attribute that holds attributes.
   *
   * @return what {@link #end} takes
   */
  int begin(int type) {
    memory.set(SHORT, length + 2L, (short) (type | NLA_F_NESTED));
    length += 4;
    return length - 4;
  }

  /** Ends what {@link #begin} started. */
  NetlinkMessage end(int begun) {
    memory.set(SHORT, begun, (short) (length - begun));
    return this;
  }

  /** Completes the header. */
  void finish(int sequence) {
    memory.set(INT, 0, length);
    memory.set(INT, 8, sequence);
  }

  long address() {
    return memory.address();
  }

  int length() {
    return length;
  }

  /** Rounds up to the 4 bytes that netlink aligns to. */
  static int aligned(int length) {
    return length + 3 & ~3;
  }
}
