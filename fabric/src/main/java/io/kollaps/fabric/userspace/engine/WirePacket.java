package io.kollaps.fabric.userspace.engine;

/**
 * What the bytes of a packet say: a reusable view of one packet as the kernel hands it over, with
 * its virtio_net_hdr (Virtual I/O Device specification 1.1, 5.1.6; in the machine's byte order, as
 * TUN devices have it). Nothing in the bytes is trusted: a field is used only after a check that it
 * fits.
 */
final class WirePacket {
  static final int VNET_HEADER_BYTES = 10;
  static final int VNET_FLAGS = 0;
  static final int VNET_GSO_TYPE = 1;
  static final int VNET_GSO_SIZE = 4;
  static final int VNET_CHECKSUM_START = 6;
  static final int VNET_CHECKSUM_OFFSET = 8;
  static final int NEEDS_CHECKSUM = 1;
  static final int GSO_NONE = 0;
  static final int GSO_TCPV4 = 1;
  static final int GSO_TCPV6 = 4;
  static final int GSO_ECN = 0x80;

  static final int TCP_SEQUENCE = 4;
  static final int TCP_DATA_OFFSET = 12;
  static final int TCP_FLAGS = 13;
  static final int TCP_CHECKSUM = 16;
  private static final int TCP_MIN_HEADER_BYTES = 20;
  private static final int TCP_PROTOCOL = 6;

  /** A super-packet of more segments, or with longer headers, counts as one packet. */
  static final int MAX_SEGMENTS = 4096;

  static final int MAX_HEADER_BYTES = 1024;

  private static final int IPV4_MIN_HEADER_BYTES = 20;
  static final int IPV6_HEADER_BYTES = 40;

  private long address;
  private int length;
  private boolean version6;
  private int segments;
  private int segmentBytes;
  private int tcpOffset;
  private int headerBytes;

  /**
   * Looks at a packet.
   *
   * @param packetAddress address of its virtio_net_hdr
   * @param packetLength bytes of virtio_net_hdr and IP packet
   * @return false when it is no IP packet
   */
  boolean read(long packetAddress, int packetLength) {
    address = packetAddress;
    length = packetLength;
    int ipLength = packetLength - VNET_HEADER_BYTES;
    if (ipLength < IPV4_MIN_HEADER_BYTES || packetLength > BufferPool.MAX_PACKET_BYTES) {
      return false;
    }
    int version = RawMemory.getByte(ip()) >> 4;
    version6 = version == 6;
    if (version6 ? ipLength < IPV6_HEADER_BYTES : version != 4) {
      return false;
    }
    segments = 1;
    if (RawMemory.getByte(address + VNET_GSO_TYPE) != GSO_NONE) {
      readSegments(ipLength);
    }
    return true;
  }

  /** Finds the segments of a super-packet; what is not understood counts as one packet. */
  private void readSegments(int ipLength) {
    int gsoType = RawMemory.getByte(address + VNET_GSO_TYPE) & ~GSO_ECN;
    boolean understood =
        gsoType == (version6 ? GSO_TCPV6 : GSO_TCPV4)
            && (RawMemory.getByte(address + VNET_FLAGS) & NEEDS_CHECKSUM) != 0
            && RawMemory.getShort(address + VNET_CHECKSUM_OFFSET) == TCP_CHECKSUM
            && lengthFieldFits(ipLength);
    if (!understood) {
      return;
    }
    int tcp = RawMemory.getShort(address + VNET_CHECKSUM_START);
    if (tcp < ipHeaderBytes() || tcp + TCP_MIN_HEADER_BYTES > ipLength) {
      return;
    }
    int header = tcp + 4 * (RawMemory.getByte(ip() + tcp + TCP_DATA_OFFSET) >> 4);
    int size = RawMemory.getShort(address + VNET_GSO_SIZE);
    boolean headerFits = header >= tcp + TCP_MIN_HEADER_BYTES && header <= MAX_HEADER_BYTES;
    if (!headerFits || header + size >= ipLength || (ipLength - header) > MAX_SEGMENTS * size) {
      return;
    }
    tcpOffset = tcp;
    headerBytes = header;
    segmentBytes = size;
    segments = (ipLength - header + size - 1) / size;
  }

  private boolean lengthFieldFits(int ipLength) {
    if (version6) {
      return RawMemory.getNetShort(ip() + 4) == ipLength - IPV6_HEADER_BYTES;
    }
    return RawMemory.getNetShort(ip() + 2) == ipLength
        && RawMemory.getByte(ip() + 9) == TCP_PROTOCOL
        && ipv4HeaderBytes() >= IPV4_MIN_HEADER_BYTES
        && RawMemory.getShort(address + VNET_CHECKSUM_START) == ipv4HeaderBytes();
  }

  private int ipv4HeaderBytes() {
    return 4 * (RawMemory.getByte(ip()) & 0xf);
  }

  private int ipHeaderBytes() {
    return version6 ? IPV6_HEADER_BYTES : ipv4HeaderBytes();
  }

  /** Address of the virtio_net_hdr. */
  long address() {
    return address;
  }

  /** Bytes of virtio_net_hdr and IP packet. */
  int length() {
    return length;
  }

  /** Address of the IP header. */
  long ip() {
    return address + VNET_HEADER_BYTES;
  }

  boolean isVersion6() {
    return version6;
  }

  /** Wire packets that it stands for, at least 1. */
  int segments() {
    return segments;
  }

  /** TCP payload of each segment but the last; only with more than one segment. */
  int segmentBytes() {
    return segmentBytes;
  }

  /** Where the TCP header begins in the IP packet; only with more than one segment. */
  int tcpOffset() {
    return tcpOffset;
  }

  /** Bytes of the IP and TCP headers; only with more than one segment. */
  int headerBytes() {
    return headerBytes;
  }

  /** IP bytes on the wire of all segments, each with its own headers. */
  int wireBytes() {
    return length - VNET_HEADER_BYTES + (segments > 1 ? (segments - 1) * headerBytes : 0);
  }

  /** TCP payload of a run of segments; only with more than one segment. */
  int payloadBytes(int first, int count) {
    int payload = length - VNET_HEADER_BYTES - headerBytes;
    return Math.min(payload, (first + count) * segmentBytes) - first * segmentBytes;
  }
}
