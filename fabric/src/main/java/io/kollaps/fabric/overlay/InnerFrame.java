package io.kollaps.fabric.overlay;

import io.kollaps.linux.MacAddress;
import java.nio.ByteBuffer;

/**
 * What travels in a datagram of the overlay: a VXLAN header (RFC 7348, 5), an Ethernet frame, an IP
 * packet. The hardware addresses name endpoints: endpoint n has {@code 02:4b} and then n, four
 * bytes in network order. So a node finds an endpoint in a frame without a table, and who has not
 * learned anything can send to it. The BPF programs of the kernel fabric have the same numbers.
 */
public final class InnerFrame {
  /** Bytes of the VXLAN header: flags, 24 bits reserved, VNI, 8 bits reserved. */
  public static final int VXLAN_BYTES = 8;

  /** Bytes of the Ethernet header. */
  public static final int ETHERNET_BYTES = 14;

  /** Bytes before the IP packet. */
  public static final int HEAD_BYTES = VXLAN_BYTES + ETHERNET_BYTES;

  /** First byte of a VXLAN header: the VNI is valid. */
  public static final int VNI_IS_VALID = 0x08;

  /** First two bytes of an endpoint's hardware address. */
  public static final int MAC_PREFIX = 0x024b;

  /** EtherType of IPv4. */
  public static final int IPV4 = 0x0800;

  /** EtherType of IPv6. */
  public static final int IPV6 = 0x86dd;

  /** EtherType of probes: reserved for local experiments (IEEE 802, 9.2.3). */
  public static final int PROBE = 0x88b5;

  /** First word of a probe's payload: "KOLL". */
  public static final int PROBE_MAGIC = 0x4b4f4c4c;

  /** Byte of the payload that says what a probe is. */
  public static final int PROBE_KIND_AT = 4;

  /** Kind of a probe that asks for an answer: the same frame, of the same size, sent back. */
  public static final int REQUEST = 1;

  /** Kind of an answer. */
  public static final int ANSWER = 2;

  /** Where the number is by which the asking node knows its peer, two bytes in network order. */
  public static final int PROBE_PEER_AT = 6;

  /** Bytes of the smallest probe's payload. */
  public static final int SMALLEST_PROBE_BYTES = 64;

  private InnerFrame() {}

  /**
   * A probe that asks for an answer, from its Ethernet header on.
   *
   * @param from endpoint of the node that asks
   * @param to endpoint of the peer
   * @param peer number by which the asking node knows the peer, two bytes
   * @param payloadBytes size without the Ethernet header, at least {@link #SMALLEST_PROBE_BYTES}
   */
  public static byte[] request(int from, int to, int peer, int payloadBytes) {
    return ByteBuffer.allocate(ETHERNET_BYTES + payloadBytes)
        .putShort((short) MAC_PREFIX)
        .putInt(to)
        .putShort((short) MAC_PREFIX)
        .putInt(from)
        .putShort((short) PROBE)
        .putInt(PROBE_MAGIC)
        .put((byte) REQUEST)
        .put((byte) 0)
        .putShort((short) peer)
        .array();
  }

  /** Hardware address of an endpoint. */
  public static MacAddress address(int endpoint) {
    return new MacAddress((long) MAC_PREFIX << 32 | Integer.toUnsignedLong(endpoint));
  }
}
