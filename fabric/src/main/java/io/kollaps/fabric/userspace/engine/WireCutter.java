package io.kollaps.fabric.userspace.engine;

/**
 * Cuts a packet as a TUN device gives it into the packets that go over a wire: every segment of a
 * super-packet by itself, all checksums finished. A view of one packet at a time, for one thread;
 * nothing is allocated.
 */
public final class WireCutter {
  /** Bytes before a target that are written to as well. */
  public static final int SCRATCH_BYTES = WirePacket.VNET_HEADER_BYTES;

  private static final int UDP_PROTOCOL = 17;

  private final WirePacket packet = new WirePacket();

  /**
   * Looks at a packet.
   *
   * @param address its virtio_net_hdr
   * @param length bytes of virtio_net_hdr and IP packet
   * @return number of wire packets; 0 when it is no IP packet
   */
  public int open(long address, int length) {
    return packet.read(address, length) ? packet.segments() : 0;
  }

  /** Whether the packet is of IP version 6. */
  public boolean isVersion6() {
    return packet.isVersion6();
  }

  /** Bytes of a wire packet. */
  public int bytes(int segment) {
    return packet.segments() == 1
        ? packet.length() - WirePacket.VNET_HEADER_BYTES
        : packet.headerBytes() + packet.payloadBytes(segment, 1);
  }

  /**
   * Writes a wire packet.
   *
   * @param target address of {@link #bytes} bytes of room, with {@link #SCRATCH_BYTES} before it
   */
  public void write(int segment, long target) {
    int length = bytes(segment);
    if (packet.segments() > 1) {
      SegmentWriter.write(packet, segment, 1, target - WirePacket.VNET_HEADER_BYTES);
      finish(target, length, packet.tcpOffset(), WirePacket.TCP_CHECKSUM);
      return;
    }
    RawMemory.copy(packet.ip(), target, length);
    long header = packet.address();
    if ((RawMemory.getByte(header + WirePacket.VNET_FLAGS) & WirePacket.NEEDS_CHECKSUM) != 0) {
      finish(
          target,
          length,
          RawMemory.getShort(header + WirePacket.VNET_CHECKSUM_START),
          RawMemory.getShort(header + WirePacket.VNET_CHECKSUM_OFFSET));
    }
  }

  /** Finishes a checksum whose field holds the sum of the pseudo-header. */
  private void finish(long ip, int length, int start, int offset) {
    if (start + offset + 2 > length) {
      return;
    }
    int checksum =
        ~InternetChecksum.fold(InternetChecksum.sum(ip + start, length - start)) & 0xffff;
    boolean udp = InternetChecksum.protocol(ip, packet.isVersion6()) == UDP_PROTOCOL;
    // RFC 768: 0 says that there is none
    RawMemory.putShort(ip + start + offset, udp && checksum == 0 ? 0xffff : checksum);
  }
}
