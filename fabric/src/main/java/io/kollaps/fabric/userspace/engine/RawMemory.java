package io.kollaps.fabric.userspace.engine;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Reads and writes native memory by address. One segment over all memory keeps slices, and with
 * them allocation, out of the packet path; callers stay within buffers that they own.
 */
public final class RawMemory {
  private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final ValueLayout.OfShort NET_SHORT = SHORT.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfInt NET_INT = INT.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfLong NET_LONG = LONG.withOrder(ByteOrder.BIG_ENDIAN);

  private RawMemory() {}

  /** Unsigned. */
  public static int getByte(long address) {
    return ALL.get(ValueLayout.JAVA_BYTE, address) & 0xff;
  }

  /** Writes the low 8 bits. */
  public static void putByte(long address, int value) {
    ALL.set(ValueLayout.JAVA_BYTE, address, (byte) value);
  }

  /** Unsigned, in the machine's order (as virtio_net_hdr has it). */
  public static int getShort(long address) {
    return ALL.get(SHORT, address) & 0xffff;
  }

  /** Writes the low 16 bits, in the machine's order. */
  public static void putShort(long address, int value) {
    ALL.set(SHORT, address, (short) value);
  }

  /** In the machine's order. */
  public static int getInt(long address) {
    return ALL.get(INT, address);
  }

  /** In the machine's order. */
  public static void putInt(long address, int value) {
    ALL.set(INT, address, value);
  }

  /** In the machine's order. */
  public static long getLong(long address) {
    return ALL.get(LONG, address);
  }

  /** In the machine's order. */
  public static void putLong(long address, long value) {
    ALL.set(LONG, address, value);
  }

  /** Unsigned, in network order. */
  public static int getNetShort(long address) {
    return ALL.get(NET_SHORT, address) & 0xffff;
  }

  /** Writes the low 16 bits, in network order. */
  public static void putNetShort(long address, int value) {
    ALL.set(NET_SHORT, address, (short) value);
  }

  /** In network order. */
  public static int getNetInt(long address) {
    return ALL.get(NET_INT, address);
  }

  /** In network order. */
  public static void putNetInt(long address, int value) {
    ALL.set(NET_INT, address, value);
  }

  /** In network order. */
  public static long getNetLong(long address) {
    return ALL.get(NET_LONG, address);
  }

  /** Copies from one address to another. */
  public static void copy(long from, long to, long bytes) {
    MemorySegment.copy(ALL, from, ALL, to, bytes);
  }
}
