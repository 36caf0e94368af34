package io.kollaps.linux;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Finds attributes in what the kernel answered. */
public final class NetlinkAttributes {
  private static final int TYPE_MASK = 0x3fff; // without NLA_F_NESTED and NLA_F_NET_BYTEORDER

  private NetlinkAttributes() {}

  /**
   * The first attribute of a type.
   *
   * @param message fixed part and attributes
   * @param from bytes of the fixed part
   * @param wanted the attribute's type
   * @return its value; {@link MemorySegment#NULL}, which has no bytes, when there is none
   */
  public static MemorySegment find(MemorySegment message, long from, int wanted) {
    long at = from;
    while (at + 4 <= message.byteSize()) {
      int size = Short.toUnsignedInt(message.get(ValueLayout.JAVA_SHORT_UNALIGNED, at));
      int type = message.get(ValueLayout.JAVA_SHORT_UNALIGNED, at + 2) & TYPE_MASK;
      if (size < 4 || at + size > message.byteSize()) {
        break;
      }
      if (type == wanted) {
        return message.asSlice(at + 4, size - 4L);
      }
      at += NetlinkMessage.aligned(size);
    }
    return MemorySegment.NULL;
  }
}
