package io.kollaps.fabric.userspace.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * A reference receiver: turns a packet with virtio_net_hdr into the wire packets that it stands
 * for, as a network card with segmentation offload does, and checks every length and checksum.
 */
final class WireSegments {
  private WireSegments() {}

  /** Ones' complement sum of a range, folded. */
  static int sum(byte[] bytes, int offset, int length) {
    long sum = 0;
    for (int i = 0; i < length; i++) {
      sum += (long) (bytes[offset + i] & 0xff) << (i % 2 == 0 ? 8 : 0);
    }
    return fold(sum);
  }

  private static int fold(long sum) {
    long folded = sum;
    while (folded >> 16 != 0) {
      folded = (folded & 0xffff) + (folded >> 16);
    }
    return (int) folded;
  }

  /** Sum of the TCP pseudo-header of a packet with virtio_net_hdr. */
  static int pseudoSum(byte[] packet, boolean version6, int tcpLength) {
    int addresses = version6 ? sum(packet, 18, 32) : sum(packet, 22, 8);
    return fold((long) addresses + 6 + tcpLength);
  }

  /** The IP packets on the wire, with all checksums complete. */
  static List<byte[]> of(byte[] packet) {
    ByteBuffer buffer = ByteBuffer.wrap(packet);
    ByteBuffer vnet = ByteBuffer.wrap(packet).order(ByteOrder.nativeOrder());
    boolean version6 = packet[10] >> 4 == 6;
    int ipLength = packet.length - 10;
    int tcp = vnet.getShort(6) & 0xffff;
    int header = tcp + 4 * ((packet[10 + tcp + 12] & 0xff) >> 4);
    int ipHeader = version6 ? 40 : 4 * (packet[10] & 0xf);
    if (version6) {
      assertThat(buffer.getShort(14) & 0xffff).as("IPv6 length").isEqualTo(ipLength - 40);
    } else {
      assertThat(buffer.getShort(12) & 0xffff).as("IPv4 length").isEqualTo(ipLength);
      assertThat(sum(packet, 10, ipHeader)).as("IPv4 header checksum").isEqualTo(0xffff);
    }
    assertThat(packet[0]).as("needs checksum").isEqualTo((byte) 1);
    assertThat(vnet.getShort(8)).as("checksum offset").isEqualTo((short) 16);
    int partial = buffer.getShort(10 + tcp + 16) & 0xffff;
    assertThat(partial % 0xffff)
        .as("partial checksum")
        .isEqualTo(pseudoSum(packet, version6, ipLength - tcp) % 0xffff);
    int type = packet[1] & 0x7f;
    int size = vnet.getShort(4) & 0xffff;
    int flags = packet[10 + tcp + 13] & 0xff;
    if (type == 0) {
      assertThat(size).as("size without segments").isZero();
      size = Math.max(1, ipLength - header);
    } else {
      assertThat(type).isEqualTo(version6 ? 4 : 1);
      assertThat(size).as("segment size").isLessThan(ipLength - header);
      assertThat((packet[1] & 0x80) != 0).as("ECN bit follows CWR").isEqualTo((flags & 0x80) != 0);
    }
    return cut(packet, version6, tcp, header, size);
  }

  private static List<byte[]> cut(byte[] packet, boolean version6, int tcp, int header, int size) {
    List<byte[]> segments = new ArrayList<>();
    int payload = packet.length - 10 - header;
    for (int at = 0; at < payload; at += size) {
      int length = Math.min(size, payload - at);
      byte[] segment = new byte[10 + header + length];
      System.arraycopy(packet, 0, segment, 0, 10 + header);
      System.arraycopy(packet, 10 + header + at, segment, 10 + header, length);
      ByteBuffer buffer = ByteBuffer.wrap(segment);
      if (version6) {
        buffer.putShort(14, (short) (header + length - 40));
      } else {
        buffer.putShort(12, (short) (header + length));
        buffer.putShort(14, (short) (buffer.getShort(14) + at / size));
        buffer.putShort(20, (short) 0);
        buffer.putShort(20, (short) ~sum(segment, 10, 4 * (segment[10] & 0xf)));
      }
      buffer.putInt(10 + tcp + 4, buffer.getInt(10 + tcp + 4) + at);
      int flags = segment[10 + tcp + 13] & 0xff;
      flags &= at + length < payload ? ~0x09 : ~0;
      flags &= at > 0 ? ~0x80 : ~0;
      buffer.put(10 + tcp + 13, (byte) flags);
      buffer.putShort(10 + tcp + 16, (short) 0);
      int data = sum(segment, 10 + tcp, header - tcp + length);
      int pseudo = pseudoSum(segment, version6, header - tcp + length);
      buffer.putShort(10 + tcp + 16, (short) ~fold((long) data + pseudo));
      segments.add(java.util.Arrays.copyOfRange(segment, 10, segment.length));
    }
    return segments;
  }
}
