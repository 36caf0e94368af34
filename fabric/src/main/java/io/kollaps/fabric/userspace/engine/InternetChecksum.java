package io.kollaps.fabric.userspace.engine;

/** The checksum of IP, TCP and UDP (RFC 1071), over native memory. */
final class InternetChecksum {
  private static final int PROTOCOL_AT_4 = 9;
  private static final int ADDRESSES_AT_4 = 12;
  private static final int PROTOCOL_AT_6 = 6;
  private static final int ADDRESSES_AT_6 = 8;

  private InternetChecksum() {}

  /**
   * Sum of the 16-bit words of a stretch of memory, in the machine's order (the sum does not depend
   * on the order, only its bytes do: RFC 1071, 2); an odd last byte counts with a zero behind it.
   *
   * @param bytes at most 64 KiB, so that nothing overflows
   */
  static long sum(long address, int bytes) {
    long first = 0;
    long second = 0;
    long at = address;
    long end = address + (bytes & ~15);
    for (; at < end; at += 16) {
      long a = RawMemory.getLong(at);
      long b = RawMemory.getLong(at + 8);
      first += (a & 0xffff_ffffL) + (a >>> 32);
      second += (b & 0xffff_ffffL) + (b >>> 32);
    }
    long sum = first + second;
    end = address + (bytes & ~1);
    for (; at < end; at += 2) {
      sum += RawMemory.getShort(at);
    }
    if ((bytes & 1) != 0) {
      // the low byte of a word on a little-endian machine
      sum += RawMemory.getByte(at);
    }
    return sum;
  }

  /** A sum as 16 bits, with the carries added in again. */
  static int fold(long sum) {
    long folded = (sum & 0xffff_ffffL) + (sum >>> 32);
    folded = (folded & 0xffff) + (folded >>> 16);
    folded = (folded & 0xffff) + (folded >>> 16);
    return (int) ((folded & 0xffff) + (folded >>> 16));
  }

  /**
   * Folded sum of the pseudo-header of TCP or UDP, in the machine's order.
   *
   * @param ip address of the IP header
   * @param protocol number of the protocol
   * @param length bytes of the TCP or UDP header and all behind it
   */
  static int pseudoHeader(long ip, boolean version6, int protocol, int length) {
    long sum = version6 ? sum(ip + ADDRESSES_AT_6, 32) : sum(ip + ADDRESSES_AT_4, 8);
    return fold(sum + swap(protocol) + swap(length & 0xffff) + swap(length >>> 16));
  }

  /** Protocol that an IP header names; of IPv6 the next header. */
  static int protocol(long ip, boolean version6) {
    return RawMemory.getByte(ip + (version6 ? PROTOCOL_AT_6 : PROTOCOL_AT_4));
  }

  /** Writes the checksum of an IPv4 header. */
  static void writeIpv4(long ip, int headerBytes) {
    RawMemory.putShort(ip + 10, 0);
    RawMemory.putShort(ip + 10, ~fold(sum(ip, headerBytes)));
  }

  private static int swap(int number) {
    return (number & 0xff) << 8 | ((number >>> 8) & 0xff);
  }
}
