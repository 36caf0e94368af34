package io.kollaps.fabric.userspace;

import io.kollaps.fabric.FabricException;
import io.kollaps.fabric.PortSpec;
import io.kollaps.fabric.PortSpec.Prefix;
import io.kollaps.linux.LinkStatistics;
import io.kollaps.linux.LinuxException;
import io.kollaps.linux.RouteNetlink;
import io.kollaps.linux.TunDevice;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;

/**
 * An endpoint's {@code eth0} with what watches it. The thread that made it is gone: descriptors
 * stay with the namespace they were opened in.
 *
 * @param tun the device
 * @param links client of its namespace
 * @param index the device's index there
 */
record Device(TunDevice tun, RouteNetlink links, int index) {
  /** Name inside the endpoint's namespace. */
  static final String NAME = "eth0";

  /**
   * Packets that wait in the kernel for the fabric's thread: at 1500 bytes and 10 Gbit/s about 5
   * ms. Eight bytes each, however empty.
   */
  static final int QUEUE_LENGTH_PACKETS = 4096;

  /**
   * Makes the device, up, with addresses and routes.
   *
   * @throws FabricException when it cannot be made; nothing of it is left then
   */
  static Device make(PortSpec port) throws FabricException {
    try {
      return port.namespace().inside(() -> makeHere(port));
    } catch (LinuxException e) {
      throw new FabricException(
          "The network device of endpoint "
              + port.endpoint()
              + " cannot be made: "
              + e.getMessage()
              + ". `kollaps doctor` shows what this machine lacks.",
          e);
    }
  }

  private static Device makeHere(PortSpec port) throws LinuxException {
    TunDevice tun = TunDevice.create(NAME);
    try {
      RouteNetlink links = RouteNetlink.open();
      try {
        Device made = new Device(tun, links, links.linkIndex(NAME));
        made.configure(port);
        return made;
      } catch (LinuxException | RuntimeException e) {
        links.close();
        throw e;
      }
    } catch (LinuxException | RuntimeException e) {
      tun.close();
      throw e;
    }
  }

  private void configure(PortSpec port) throws LinuxException {
    boolean needsIpv6 = port.addresses().stream().anyMatch(Inet6Address.class::isInstance);
    links.setMtu(index, port.mtu());
    links.setQueueLength(index, QUEUE_LENGTH_PACKETS);
    try {
      links.setNoLinkLocalAddress(index);
    } catch (LinuxException e) {
      // a kernel without IPv6 has no such setting, and then nothing to switch off
      if (needsIpv6) {
        throw e;
      }
    }
    links.setUp(index, true);
    for (InetAddress address : port.addresses()) {
      links.addAddress(index, address, address instanceof Inet4Address ? 32 : 128);
    }
    for (Prefix route : port.routes()) {
      links.addRoute(index, route.address(), route.length());
    }
  }

  /**
   * Packets that the kernel dropped on their way to the fabric.
   *
   * @throws LinuxException when the device cannot be asked
   */
  long droppedPackets() throws LinuxException {
    LinkStatistics statistics = links.statistics(index);
    return statistics.transmitDropped();
  }

  /** Takes the device away. */
  void close() {
    links.close();
    tun.close();
  }
}
