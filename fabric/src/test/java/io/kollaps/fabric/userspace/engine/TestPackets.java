package io.kollaps.fabric.userspace.engine;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.random.RandomGenerator;

/** Builds packets as the kernel hands them over, byte by byte, without the engine's own code. */
final class TestPackets {
  private TestPackets() {}

  static InetAddress address4(int endpoint) {
    return address(new byte[] {10, 1, (byte) (endpoint >> 8), (byte) endpoint});
  }

  static InetAddress address6(int endpoint) {
    byte[] bytes = new byte[16];
    bytes[0] = (byte) 0xfd;
    bytes[14] = (byte) (endpoint >> 8);
    bytes[15] = (byte) endpoint;
    return address(bytes);
  }

  private static InetAddress address(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  /** A UDP packet of so many IP bytes, with a number in its first payload bytes if they fit. */
  static byte[] udp4(int from, int to, int ipLength, int number) {
    ByteBuffer buffer = ByteBuffer.allocate(10 + ipLength);
    ip4(buffer, from, to, ipLength, 5, 17);
    if (ipLength >= 32) {
      buffer.putInt(10 + 28, number);
    }
    return buffer.array();
  }

  static int number(byte[] udp4) {
    return ByteBuffer.wrap(udp4).getInt(10 + 28);
  }

  /** What a super-packet looks like. */
  record Super(
      boolean version6,
      int ipOptionBytes,
      int tcpOptionBytes,
      int segmentBytes,
      int payloadBytes,
      int flags) {
    int headerBytes() {
      return (version6 ? 40 : 20) + ipOptionBytes + 20 + tcpOptionBytes;
    }

    int segments() {
      return (payloadBytes + segmentBytes - 1) / segmentBytes;
    }

    int wireBytes() {
      return payloadBytes + segments() * headerBytes();
    }
  }

  /** A plain super-packet of full segments. */
  static Super plain(int segments) {
    return new Super(false, 0, 12, 1448, segments * 1448, 0x18);
  }

  /** A TCP super-packet with partial checksum and random content. */
  static byte[] tcp(int from, int to, Super shape, RandomGenerator random) {
    int tcp = shape.headerBytes() - 20 - shape.tcpOptionBytes();
    int ipLength = shape.headerBytes() + shape.payloadBytes();
    byte[] bytes = new byte[10 + ipLength];
    random.nextBytes(bytes);
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    int cwr = (shape.flags() & 0x80) != 0 ? 0x80 : 0;
    boolean isSuper = shape.payloadBytes() > shape.segmentBytes();
    buffer.put(0, (byte) 1);
    buffer.put(1, (byte) (isSuper ? (shape.version6() ? 4 : 1) | cwr : 0));
    buffer.order(ByteOrder.nativeOrder());
    buffer.putShort(2, (short) shape.headerBytes());
    buffer.putShort(4, (short) (isSuper ? shape.segmentBytes() : 0));
    buffer.putShort(6, (short) tcp);
    buffer.putShort(8, (short) 16);
    buffer.order(ByteOrder.BIG_ENDIAN);
    if (shape.version6()) {
      ip6(buffer, from, to, ipLength, shape.ipOptionBytes());
    } else {
      ip4(buffer, from, to, ipLength, 5 + shape.ipOptionBytes() / 4, 6);
    }
    buffer.put(10 + tcp + 12, (byte) ((5 + shape.tcpOptionBytes() / 4) << 4));
    buffer.put(10 + tcp + 13, (byte) shape.flags());
    buffer.putShort(
        10 + tcp + 16, (short) WireSegments.pseudoSum(bytes, shape.version6(), ipLength - tcp));
    return bytes;
  }

  private static void ip4(
      ByteBuffer buffer, int from, int to, int ipLength, int headerWords, int protocol) {
    buffer.put(10, (byte) (0x40 | headerWords));
    buffer.putShort(12, (short) ipLength);
    buffer.put(18, (byte) 64);
    buffer.put(19, (byte) protocol);
    buffer.put(22, address4(from).getAddress());
    buffer.put(26, address4(to).getAddress());
    buffer.putShort(20, (short) 0);
    int sum = WireSegments.sum(buffer.array(), 10, 4 * headerWords);
    buffer.putShort(20, (short) ~sum);
  }

  private static void ip6(ByteBuffer buffer, int from, int to, int ipLength, int extensionBytes) {
    buffer.put(10, (byte) 0x60);
    buffer.putShort(14, (short) (ipLength - 40));
    buffer.put(16, (byte) (extensionBytes > 0 ? 60 : 6));
    buffer.put(18, address6(from).getAddress());
    buffer.put(34, address6(to).getAddress());
    if (extensionBytes > 0) {
      buffer.put(50, (byte) 6);
      buffer.put(51, (byte) (extensionBytes / 8 - 1));
    }
  }
}
