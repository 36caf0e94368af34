package io.kollaps.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/** A netlink message under construction: header, fixed part, attributes, each padded to 4 bytes. */
public final class NetlinkMessage {
  /** Most bytes of one message; netem's table of a distribution is the largest part of any. */
  public static final int MAX_BYTES = 8 * 1024;

  /** Bytes of struct nlmsghdr. */
  static final int HEADER_BYTES = 16;

  private static final int ORDINARY_BYTES = 1024;
  private static final int NLA_F_NESTED = 0x8000;
  private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

  private final MemorySegment memory;
  private final long start;
  private int length = HEADER_BYTES;

  NetlinkMessage(Arena arena, int type, int flags) {
    this(arena.allocate(ORDINARY_BYTES, 8), 0, type, flags);
  }

  /** A message in memory that is zero from there on. */
  NetlinkMessage(MemorySegment memory, long start, int type, int flags) {
    this.memory = memory;
    this.start = start;
    memory.set(SHORT, start + 4, (short) type);
    memory.set(SHORT, start + 6, (short) flags);
  }

  /** Appends bytes of the message's fixed part, or of an attribute that was begun. */
  public NetlinkMessage bytes(int... values) {
    for (int value : values) {
      memory.set(BYTE, start + length++, (byte) value);
    }
    return this;
  }

  /** Appends a short of the fixed part, or of an attribute that was begun. */
  public NetlinkMessage half(int value) {
    memory.set(SHORT, start + length, (short) value);
    length += 2;
    return this;
  }

  /** Appends an int of the fixed part, or of an attribute that was begun. */
  public NetlinkMessage word(int value) {
    memory.set(INT, start + length, value);
    length += 4;
    return this;
  }

  /** Appends an attribute. */
  public NetlinkMessage attribute(int type, byte[] value) {
    header(type, value.length);
    MemorySegment.copy(value, 0, memory, BYTE, start + length + 4L, value.length);
    length = aligned(length + 4 + value.length);
    return this;
  }

  /** Appends an attribute that holds an int. */
  public NetlinkMessage attribute(int type, int value) {
    header(type, 4);
    memory.set(INT, start + length + 4L, value);
    length += 8;
    return this;
  }

  /** Appends an attribute that holds a long. */
  public NetlinkMessage attribute(int type, long value) {
    header(type, 8);
    memory.set(LONG, start + length + 4L, value);
    length += 12;
    return this;
  }

  /** Appends an attribute that holds shorts. */
  public NetlinkMessage attribute(int type, short[] values) {
    header(type, 2 * values.length);
    MemorySegment.copy(values, 0, memory, SHORT, start + length + 4L, values.length);
    length = aligned(length + 4 + 2 * values.length);
    return this;
  }

  /** Appends an attribute that holds a string, with the 0 at its end. */
  public NetlinkMessage attribute(int type, String value) {
    return attribute(type, (value + "\0").getBytes(StandardCharsets.UTF_8));
  }

  private void header(int type, int bytes) {
    memory.set(SHORT, start + length, (short) (4 + bytes));
    memory.set(SHORT, start + length + 2L, (short) type);
  }

  /**
   * Starts an attribute that holds attributes.
   *
   * @return what {@link #end} takes
   */
  public int begin(int type) {
    return beginStruct(type | NLA_F_NESTED);
  }

  /**
   * Starts an attribute that holds a structure, and whatever is appended until its end.
   *
   * @return what {@link #end} takes
   */
  public int beginStruct(int type) {
    memory.set(SHORT, start + length + 2L, (short) type);
    length += 4;
    return length - 4;
  }

  /** Ends what {@link #begin} or {@link #beginStruct} started. */
  public NetlinkMessage end(int begun) {
    memory.set(SHORT, start + begun, (short) (length - begun));
    while (length < aligned(length)) {
      memory.set(BYTE, start + length++, (byte) 0);
    }
    return this;
  }

  /** Completes the header. */
  void finish(int sequence) {
    memory.set(INT, start, length);
    memory.set(INT, start + 8, sequence);
  }

  /** Adds flags to the header's. */
  void addFlags(int flags) {
    memory.set(SHORT, start + 6, (short) (memory.get(SHORT, start + 6) | flags));
  }

  long address() {
    return memory.address() + start;
  }

  int length() {
    return length;
  }

  /** Rounds up to the 4 bytes that netlink aligns to. */
  static int aligned(int length) {
    return length + 3 & ~3;
  }
}
