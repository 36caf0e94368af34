package io.kollaps.fabric.userspace.engine;

/**
 * Joins wire packets that follow one another in a TCP connection to super-packets, as a network
 * card does (generic receive offload), so that a receiver handles some sixty at once. The payload
 * is not copied: a packet is a list of pieces ({@code struct iovec}) for one write. For one thread;
 * nothing is allocated.
 *
 * <p>Packets join when everything but lengths, IPv4 identification, sequence number and checksums
 * is equal, and the next begins where the last ended; a shorter packet, or one that pushes, is the
 * last. All of them were checked by the checksum of the datagram that they came in.
 */
public final class WireJoiner {
  /** Most pieces of a packet; with full ones it is near the largest packet that there is. */
  public static final int MOST_PIECES = 64;

  /** Bytes of memory that it needs. */
  public static final int MEMORY_BYTES = 16 * (MOST_PIECES + 1) + 1024;

  private static final int PIECE_BYTES = 16;
  private static final int MOST_HEADER_BYTES = 256;
  private static final int LARGEST_IP_BYTES = 65_535;
  private static final int TCP_PROTOCOL = 6;
  private static final int UDP_PROTOCOL = 17;
  private static final int TCP_MIN_HEADER_BYTES = 20;
  private static final int UDP_HEADER_BYTES = 8;
  private static final int UDP_CHECKSUM = 6;
  private static final int IPV4_MIN_HEADER_BYTES = 20;
  private static final int IPV4_FRAGMENT_AT = 6;
  private static final int IS_FRAGMENT = 0x3fff;
  private static final int ACK = 0x10;
  private static final int PSH = 0x08;

  private final long pieces;
  private final long head;
  private final int largestSegment;

  private int count;
  private int packets;
  private int ipBytes;
  private int headerBytes;
  private int transportAt;
  private int payloadBytes;
  private int nextSequence;
  private boolean version6;
  private boolean open;

  /**
   * A joiner without a packet.
   *
   * @param memory {@link #MEMORY_BYTES} bytes of native memory
   * @param mtu largest wire packet: a TCP packet that is larger came as a super-packet
   */
  public WireJoiner(long memory, int mtu) {
    this.pieces = memory;
    this.head = memory + PIECE_BYTES * (MOST_PIECES + 1L);
    this.largestSegment = mtu;
  }

  /** Whether there is a packet. */
  public boolean isEmpty() {
    return packets == 0;
  }

  /** Wire packets in it. */
  public int packets() {
    return packets;
  }

  /** Address of its pieces, virtio_net_hdr first. */
  public long pieces() {
    return pieces;
  }

  /** Number of its pieces. */
  public int pieceCount() {
    return count;
  }

  /** Lets the packet go, after it was written. */
  public void clear() {
    packets = 0;
    open = false;
  }

  /**
   * Joins a wire packet to the present one, if it continues it.
   *
   * @param ip its address; the bytes must stay until the packet is written
   * @param length its bytes
   * @return whether it did; if not, the packet is to be written before the next begins
   */
  public boolean join(long ip, int length) {
    if (!open || count > MOST_PIECES || ipBytes + length > LARGEST_IP_BYTES) {
      return false;
    }
    int payload = length - headerBytes;
    if (payload <= 0 || payload > payloadBytes || !continues(ip)) {
      return false;
    }
    addPiece(ip + headerBytes, payload);
    packets++;
    ipBytes += payload;
    nextSequence += payload;
    int flags = RawMemory.getByte(ip + transportAt + WirePacket.TCP_FLAGS);
    if ((flags & PSH) != 0) {
      long tcp = head + WirePacket.VNET_HEADER_BYTES + transportAt;
      RawMemory.putByte(tcp + WirePacket.TCP_FLAGS, flags);
    }
    open = payload == payloadBytes && (flags & PSH) == 0;
    return true;
  }

  private boolean continues(long ip) {
    long first = head + WirePacket.VNET_HEADER_BYTES;
    boolean sameNetwork =
        version6
            ? RawMemory.getInt(ip) == RawMemory.getInt(first)
                && RawMemory.getShort(ip + 6) == RawMemory.getShort(first + 6)
                && same(ip + 8, first + 8, 32)
            : RawMemory.getShort(ip) == RawMemory.getShort(first)
                && RawMemory.getInt(ip + 6) == RawMemory.getInt(first + 6)
                && same(ip + 12, first + 12, 8);
    if (!sameNetwork) {
      return false;
    }
    long tcp = ip + transportAt;
    long firstTcp = first + transportAt;
    int flags = RawMemory.getByte(tcp + WirePacket.TCP_FLAGS) & ~PSH;
    return RawMemory.getInt(tcp) == RawMemory.getInt(firstTcp)
        && RawMemory.getNetInt(tcp + WirePacket.TCP_SEQUENCE) == nextSequence
        && RawMemory.getInt(tcp + 8) == RawMemory.getInt(firstTcp + 8)
        && RawMemory.getByte(tcp + WirePacket.TCP_DATA_OFFSET)
            == RawMemory.getByte(firstTcp + WirePacket.TCP_DATA_OFFSET)
        && flags == ACK
        && RawMemory.getShort(tcp + 14) == RawMemory.getShort(firstTcp + 14)
        && same(
            tcp + TCP_MIN_HEADER_BYTES,
            firstTcp + TCP_MIN_HEADER_BYTES,
            headerBytes - transportAt - TCP_MIN_HEADER_BYTES);
  }

  /** Compares stretches of a whole number of 4-byte words. */
  private static boolean same(long a, long b, int bytes) {
    for (int at = 0; at < bytes; at += 4) {
      if (RawMemory.getInt(a + at) != RawMemory.getInt(b + at)) {
        return false;
      }
    }
    return true;
  }

  private void addPiece(long address, int bytes) {
    RawMemory.putLong(pieces + (long) PIECE_BYTES * count, address);
    RawMemory.putLong(pieces + (long) PIECE_BYTES * count + 8, bytes);
    count++;
  }

  /**
   * Begins a packet; there must be none.
   *
   * @param ip address of the wire packet, IPv4 or IPv6; the bytes must stay until it is written
   * @param length its bytes, at least those of the IP header
   */
  public void begin(long ip, int length) {
    version6 = RawMemory.getByte(ip) >> 4 == 6;
    count = 0;
    packets = 1;
    ipBytes = length;
    RawMemory.putLong(head, 0);
    RawMemory.putShort(head + 8, 0);
    headerBytes = 0;
    open = false;
    transportAt = version6 ? WirePacket.IPV6_HEADER_BYTES : 4 * (RawMemory.getByte(ip) & 0xf);
    boolean whole =
        transportAt >= IPV4_MIN_HEADER_BYTES
            && (version6 || (RawMemory.getNetShort(ip + IPV4_FRAGMENT_AT) & IS_FRAGMENT) == 0);
    int protocol = InternetChecksum.protocol(ip, version6);
    if (whole && protocol == TCP_PROTOCOL && transportAt + TCP_MIN_HEADER_BYTES <= length) {
      beginTcp(ip, length);
    } else if (whole && protocol == UDP_PROTOCOL && transportAt + UDP_HEADER_BYTES <= length) {
      noteUnfinished(ip, length, UDP_PROTOCOL, UDP_CHECKSUM);
    }
    RawMemory.copy(ip, head + WirePacket.VNET_HEADER_BYTES, headerBytes);
    addPiece(head, WirePacket.VNET_HEADER_BYTES + headerBytes);
    if (length > headerBytes) {
      addPiece(ip + headerBytes, length - headerBytes);
    }
  }

  private void beginTcp(long ip, int length) {
    long tcp = ip + transportAt;
    int header = transportAt + 4 * (RawMemory.getByte(tcp + WirePacket.TCP_DATA_OFFSET) >> 4);
    noteUnfinished(ip, length, TCP_PROTOCOL, WirePacket.TCP_CHECKSUM);
    boolean plain = version6 || transportAt == IPV4_MIN_HEADER_BYTES;
    if (!plain || header < transportAt + TCP_MIN_HEADER_BYTES || header >= length) {
      return;
    }
    if (header > MOST_HEADER_BYTES) {
      return;
    }
    headerBytes = header;
    payloadBytes = length - header;
    nextSequence = RawMemory.getNetInt(tcp + WirePacket.TCP_SEQUENCE) + payloadBytes;
    if (length > largestSegment) {
      payloadBytes = largestSegment - header;
      packets = (length - header + payloadBytes - 1) / payloadBytes;
      return;
    }
    open = RawMemory.getByte(tcp + WirePacket.TCP_FLAGS) == ACK;
  }

  /**
   * A sender on the same machine may leave a checksum to the hardware that there is none of: then
   * the field holds the sum of the pseudo-header.
   */
  private void noteUnfinished(long ip, int length, int protocol, int field) {
    int sum = InternetChecksum.pseudoHeader(ip, version6, protocol, length - transportAt);
    if (RawMemory.getShort(ip + transportAt + field) == sum) {
      RawMemory.putByte(head + WirePacket.VNET_FLAGS, WirePacket.NEEDS_CHECKSUM);
      RawMemory.putShort(head + WirePacket.VNET_CHECKSUM_START, transportAt);
      RawMemory.putShort(head + WirePacket.VNET_CHECKSUM_OFFSET, field);
    }
  }

  /** Finishes the headers of a super-packet; to be called before the pieces are written. */
  public void finish() {
    if (packets == 1) {
      return;
    }
    long ip = head + WirePacket.VNET_HEADER_BYTES;
    RawMemory.putByte(head + WirePacket.VNET_FLAGS, WirePacket.NEEDS_CHECKSUM);
    RawMemory.putByte(
        head + WirePacket.VNET_GSO_TYPE, version6 ? WirePacket.GSO_TCPV6 : WirePacket.GSO_TCPV4);
    RawMemory.putShort(head + 2, headerBytes);
    RawMemory.putShort(head + WirePacket.VNET_GSO_SIZE, payloadBytes);
    RawMemory.putShort(head + WirePacket.VNET_CHECKSUM_START, transportAt);
    RawMemory.putShort(head + WirePacket.VNET_CHECKSUM_OFFSET, WirePacket.TCP_CHECKSUM);
    if (version6) {
      RawMemory.putNetShort(ip + 4, ipBytes - WirePacket.IPV6_HEADER_BYTES);
    } else {
      RawMemory.putNetShort(ip + 2, ipBytes);
      InternetChecksum.writeIpv4(ip, transportAt);
    }
    RawMemory.putShort(
        ip + transportAt + WirePacket.TCP_CHECKSUM,
        InternetChecksum.pseudoHeader(ip, version6, TCP_PROTOCOL, ipBytes - transportAt));
  }
}
