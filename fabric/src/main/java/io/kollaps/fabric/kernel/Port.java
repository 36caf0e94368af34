package io.kollaps.fabric.kernel;

import io.kollaps.fabric.FabricException;
import io.kollaps.fabric.PortSpec;
import io.kollaps.fabric.PortSpec.Prefix;
import io.kollaps.linux.LinuxException;
import io.kollaps.linux.RouteNetlink;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.List;

/**
 * An endpoint's device.
 *
 * @param hostEnd index of the other end of its cable, in the fabric's namespace
 * @param links client of the endpoint's namespace
 * @param device index of eth0 there
 * @param addresses its addresses
 */
record Port(int hostEnd, RouteNetlink links, int device, List<InetAddress> addresses) {
  /** Name inside the endpoint's namespace. */
  static final String NAME = "eth0";

  /** Most addresses of an endpoint. */
  static final int MOST_ADDRESSES = 16;

  private static final int ADDRESS_BYTES = 16;

  /**
   * Configures eth0, which is there already.
   *
   * @throws FabricException when that cannot be done; nothing stays open then
   */
  static Port configure(PortSpec spec, int hostEnd, int segments, Step.Gate gate)
      throws FabricException {
    try {
      gate.before(Step.PORT_DEVICE);
      return spec.namespace().inside(() -> configureHere(spec, hostEnd, segments));
    } catch (LinuxException e) {
      throw Step.PORT_DEVICE.refused(e);
    }
  }

  private static Port configureHere(PortSpec spec, int hostEnd, int segments)
      throws LinuxException {
    RouteNetlink links = RouteNetlink.open();
    try {
      Port made = new Port(hostEnd, links, links.linkIndex(NAME), spec.addresses());
      made.configure(spec, segments);
      return made;
    } catch (LinuxException | RuntimeException e) {
      links.close();
      throw e;
    }
  }

  private void configure(PortSpec spec, int segments) throws LinuxException {
    // all eth0 have one hardware address, so that nobody asks for any
    links.setResolving(device, false);
    withoutLinkLocal(links, device, addresses.stream().anyMatch(Inet6Address.class::isInstance));
    if (segments != SegmentLimits.UNLIMITED) {
      links.setMaxSegments(device, segments);
    }
    links.setUp(device, true);
    for (InetAddress address : addresses) {
      links.addAddress(device, address, address instanceof Inet4Address ? 32 : 128);
    }
    for (Prefix route : spec.routes()) {
      links.addRoute(device, route.address(), route.length());
    }
  }

  /** Keeps a device, which is down, from sending anything by itself. */
  static void withoutLinkLocal(RouteNetlink links, int device, boolean needsIpv6)
      throws LinuxException {
    try {
      links.setNoLinkLocalAddress(device);
    } catch (LinuxException e) {
      // a kernel without IPv6 has no such setting, and then nothing to switch off
      if (needsIpv6) {
        throw e;
      }
    }
  }

  /** The key of an address: struct address in packet.h, IPv4 as ::ffff:a.b.c.d. */
  static byte[] key(InetAddress address) {
    byte[] bytes = address.getAddress();
    if (bytes.length == ADDRESS_BYTES) {
      return bytes;
    }
    byte[] key = new byte[ADDRESS_BYTES];
    key[10] = (byte) 0xff;
    key[11] = (byte) 0xff;
    System.arraycopy(bytes, 0, key, ADDRESS_BYTES - bytes.length, bytes.length);
    return key;
  }
}
