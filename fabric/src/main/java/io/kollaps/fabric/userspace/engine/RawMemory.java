package io.kollaps.fabric.userspace.engine;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Reads and writes native memory by address. One segment over all memory keeps slices, and with
 * them allocation, out of the packet path; callers stay within buffers that they own.
 */
final class RawMemory {
  private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final ValueLayout.OfShort NET_SHORT = SHORT.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfInt NET_INT = INT.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfLong NET_LONG = LONG.withOrder(ByteOrder.BIG_ENDIAN);

  private RawMemory() {}

  static int getByte(long address) {
    return ALL.get(ValueLayout.JAVA_BYTE, address) & 0xff;
  }

  static void putByte(long address, int value) {
    ALL.set(ValueLayout.JAVA_BYTE, address, (byte) value);
  }

  /** Unsigned, in the machine's order (as virtio_net_hdr has it). */
  static int getShort(long address) {
    return ALL.get(SHORT, address) & 0xffff;
  }

  static void putShort(long address, int value) {
    ALL.set(SHORT, address, (short) value);
  }

  static int getInt(long address) {
    return ALL.get(INT, address);
  }

  static void putInt(long address, int value) {
    ALL.set(INT, address, value);
  }

  static long getLong(long address) {
    return ALL.get(LONG, address);
  }

  static void putLong(long address, long value) {
    ALL.set(LONG, address, value);
  }

  /** Unsigned, in network order. */
  static int getNetShort(long address) {
    return ALL.get(NET_SHORT, address) & 0xffff;
  }

  static void putNetShort(long address, int value) {
    ALL.set(NET_SHORT, address, (short) value);
  }

  static int getNetInt(long address) {
    return ALL.get(NET_INT, address);
  }

  static void putNetInt(long address, int value) {
    ALL.set(NET_INT, address, value);
  }

  static long getNetLong(long address) {
    return ALL.get(NET_LONG, address);
  }

  static void copy(long from, long to, long bytes) {
    MemorySegment.copy(ALL, from, ALL, to, bytes);
  }
}
