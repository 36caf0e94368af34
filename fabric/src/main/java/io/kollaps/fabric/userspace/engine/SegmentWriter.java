package io.kollaps.fabric.userspace.engine;

/**
 * Writes a run of a super-packet's TCP segments as a packet of its own: a smaller super-packet, or
 * a plain packet when the run is a single segment. Its headers become what the segments would have
 * had: lengths, IPv4 identification and header checksum, TCP sequence number, flags (FIN and PSH on
 * the last segment only, CWR on the first only). The TCP checksum stays partial: its field holds
 * the sum of the pseudo-header, which contains the length (RFC 9293 3.1), and is corrected for the
 * new length as RFC 1624 shows.
 */
final class SegmentWriter {
  private static final int FIN_AND_PSH = 0x09;
  private static final int CWR = 0x80;
  private static final int IPV4_LENGTH = 2;
  private static final int IPV4_IDENTIFICATION = 4;
  private static final int IPV4_CHECKSUM = 10;
  private static final int IPV6_LENGTH = 4;

  private SegmentWriter() {}

  /** Bytes of virtio_net_hdr and IP packet of the run. */
  static int length(WirePacket packet, int first, int count) {
    return WirePacket.VNET_HEADER_BYTES + packet.headerBytes() + packet.payloadBytes(first, count);
  }

  /**
   * Writes the run.
   *
   * @param packet a packet of more than one segment
   * @param first first segment
   * @param count number of segments, at least 1 and not beyond the last
   * @param target address that {@link #length} bytes can be written to
   */
  static void write(WirePacket packet, int first, int count, long target) {
    int payload = packet.payloadBytes(first, count);
    int head = WirePacket.VNET_HEADER_BYTES + packet.headerBytes();
    int skipped = first * packet.segmentBytes();
    RawMemory.copy(packet.address(), target, head);
    RawMemory.copy(packet.address() + head + skipped, target + head, payload);
    writeVnetHeader(packet, first, count, target);
    long ip = target + WirePacket.VNET_HEADER_BYTES;
    int ipLength = packet.headerBytes() + payload;
    if (packet.isVersion6()) {
      RawMemory.putNetShort(ip + IPV6_LENGTH, ipLength - WirePacket.IPV6_HEADER_BYTES);
    } else {
      writeIpv4Header(ip, ipLength, first);
    }
    writeTcpHeader(packet, first, count, ip + packet.tcpOffset(), skipped, ipLength);
  }

  private static void writeVnetHeader(WirePacket packet, int first, int count, long target) {
    if (packet.payloadBytes(first, count) <= packet.segmentBytes()) {
      RawMemory.putByte(target + WirePacket.VNET_GSO_TYPE, WirePacket.GSO_NONE);
      RawMemory.putShort(target + WirePacket.VNET_GSO_SIZE, 0);
    } else if (first > 0) {
      int type = RawMemory.getByte(target + WirePacket.VNET_GSO_TYPE);
      RawMemory.putByte(target + WirePacket.VNET_GSO_TYPE, type & ~WirePacket.GSO_ECN);
    }
  }

  private static void writeIpv4Header(long ip, int ipLength, int first) {
    RawMemory.putNetShort(ip + IPV4_LENGTH, ipLength);
    int identification = RawMemory.getNetShort(ip + IPV4_IDENTIFICATION) + first;
    RawMemory.putNetShort(ip + IPV4_IDENTIFICATION, identification);
    RawMemory.putNetShort(ip + IPV4_CHECKSUM, 0);
    int headerBytes = 4 * (RawMemory.getByte(ip) & 0xf);
    int sum = 0;
    for (int at = 0; at < headerBytes; at += 2) {
      sum += RawMemory.getNetShort(ip + at);
    }
    RawMemory.putNetShort(ip + IPV4_CHECKSUM, ~fold(sum));
  }

  private static void writeTcpHeader(
      WirePacket packet, int first, int count, long tcp, int skipped, int ipLength) {
    int sequence = RawMemory.getNetInt(tcp + WirePacket.TCP_SEQUENCE);
    RawMemory.putNetInt(tcp + WirePacket.TCP_SEQUENCE, sequence + skipped);
    int flags = RawMemory.getByte(tcp + WirePacket.TCP_FLAGS);
    if (first + count < packet.segments()) {
      flags &= ~FIN_AND_PSH;
    }
    if (first > 0) {
      flags &= ~CWR;
    }
    RawMemory.putByte(tcp + WirePacket.TCP_FLAGS, flags);
    int oldLength = packet.length() - WirePacket.VNET_HEADER_BYTES - packet.tcpOffset();
    int newLength = ipLength - packet.tcpOffset();
    int sum = RawMemory.getNetShort(tcp + WirePacket.TCP_CHECKSUM);
    RawMemory.putNetShort(
        tcp + WirePacket.TCP_CHECKSUM, fold(sum + (~oldLength & 0xffff) + newLength));
  }

  private static int fold(int sum) {
    int folded = (sum & 0xffff) + (sum >>> 16);
    return (folded & 0xffff) + (folded >>> 16);
  }
}
