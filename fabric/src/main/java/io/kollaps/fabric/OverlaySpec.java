package io.kollaps.fabric;

import java.net.Inet6Address;
import java.net.InetAddress;

/**
 * The overlay of one run on one node: the UDP socket through which packets of its endpoints travel
 * to and from other nodes, as VXLAN (RFC 7348).
 *
 * @param local address of this node, from which datagrams leave and at which they come in; it
 *     decides between IPv4 and IPv6
 * @param vni VXLAN network identifier, the run's own among all runs of these nodes, 1 to {@link
 *     #MAX_VNI}
 * @param firstPort first UDP port that may be taken, 1 to 65535; or 0, with lastPort 0, for any
 *     that is free
 * @param lastPort last one, not below the first
 * @param endpointMtu largest IP packet of every endpoint of the run, on all nodes, {@link
 *     #MIN_ENDPOINT_MTU} to {@link #MAX_ENDPOINT_MTU}
 */
public record OverlaySpec(
    InetAddress local, int vni, int firstPort, int lastPort, int endpointMtu) {

  /** Largest network identifier: it has 24 bits. */
  public static final int MAX_VNI = (1 << 24) - 1;

  /** What every IPv6 link must carry (RFC 8200, 5). */
  public static final int MIN_ENDPOINT_MTU = 1280;

  /** An underlay's largest packet less what VXLAN adds. */
  public static final int MAX_ENDPOINT_MTU = 65_000;

  /** Inner Ethernet header (14 bytes), VXLAN header (8), UDP header (8). */
  private static final int FRAME_BYTES = 14 + 8 + 8;

  private static final int IPV4_BYTES = 20;
  private static final int IPV6_BYTES = 40;
  private static final int MAX_PORT = 65_535;

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException when one is out of range
   */
  public OverlaySpec {
    if (vni < 1 || vni > MAX_VNI) {
      throw new IllegalArgumentException("a VNI is 1 to " + MAX_VNI + ", got " + vni);
    }
    boolean any = firstPort == 0 && lastPort == 0;
    if (!any && (firstPort < 1 || lastPort < firstPort || lastPort > MAX_PORT)) {
      throw new IllegalArgumentException(
          "overlay ports are a range within 1 to "
              + MAX_PORT
              + ", got "
              + firstPort
              + " to "
              + lastPort);
    }
    if (endpointMtu < MIN_ENDPOINT_MTU || endpointMtu > MAX_ENDPOINT_MTU) {
      throw new IllegalArgumentException(
          "the MTU of endpoints is "
              + MIN_ENDPOINT_MTU
              + " to "
              + MAX_ENDPOINT_MTU
              + ", got "
              + endpointMtu);
    }
  }

  /** Whether datagrams travel over IPv6. */
  public boolean overIpv6() {
    return local instanceof Inet6Address;
  }

  /** Bytes that the overlay adds to an endpoint's packet: 50 over IPv4, 70 over IPv6. */
  public static int addedBytes(boolean overIpv6) {
    return FRAME_BYTES + (overIpv6 ? IPV6_BYTES : IPV4_BYTES);
  }

  /**
   * MTU of endpoints that fits an underlay: 1450 over IPv4 and 1430 over IPv6 where the nodes'
   * network carries packets of 1500 bytes.
   *
   * @param underlayMtu largest IP packet that the network between the nodes carries
   */
  public static int fittingMtu(int underlayMtu, boolean overIpv6) {
    return underlayMtu - addedBytes(overIpv6);
  }
}
