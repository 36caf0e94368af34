package io.kollaps.emulation.exchange;

import java.nio.ByteBuffer;

/**
 * Numbers from 0 as 1 to 9 bytes: 7 bits each, low ones first, the last byte without its top bit.
 */
final class Varint {
  private static final int BITS = 7;
  private static final int MORE = 1 << BITS;
  private static final int MAX_BYTES = 9;

  private Varint() {}

  /** Bytes that a number takes. */
  static int bytes(long number) {
    int bits = Long.SIZE - Long.numberOfLeadingZeros(number | 1);
    return (bits + BITS - 1) / BITS;
  }

  /** Writes a number, at least 0. */
  static void put(ByteBuffer out, long number) {
    long rest = number;
    while (rest >= MORE) {
      out.put((byte) ((rest & (MORE - 1)) | MORE));
      rest >>>= BITS;
    }
    out.put((byte) rest);
  }

  /** Reads a number; -1 when there is none, or it is longer than it needs to be. */
  static long get(ByteBuffer in) {
    long number = 0;
    for (int at = 0; at < MAX_BYTES && in.hasRemaining(); at++) {
      int next = in.get();
      number |= (long) (next & (MORE - 1)) << (BITS * at);
      if (next >= 0) {
        return next == 0 && at > 0 ? -1 : number;
      }
    }
    return -1;
  }
}
