package io.kollaps.fabric.tc;

import io.kollaps.fabric.FabricException;
import io.kollaps.fabric.PortSpec;
import io.kollaps.fabric.PortSpec.Prefix;
import io.kollaps.linux.LinkSpec;
import io.kollaps.linux.LinuxException;
import io.kollaps.linux.MacAddress;
import io.kollaps.linux.NetlinkBatch;
import io.kollaps.linux.RouteNetlink;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.List;

/**
 * An endpoint's {@code eth0}: the far end of a cable into the fabric's namespace, with its shaper.
 * All have the same hardware address and none is ever asked for: a packet carries its sender's,
 * which is its receiver's as well.
 */
final class TcPort {
  /** Name inside the endpoint's namespace. */
  static final String NAME = "eth0";

  private static final MacAddress EVERYBODYS = MacAddress.local(1);

  private final TcNetwork network;
  private final RouteNetlink links;
  private final int nearIndex;
  private final List<InetAddress> addresses;
  private final InterfaceShaper shaper;

  private TcPort(
      TcNetwork network,
      RouteNetlink links,
      int nearIndex,
      List<InetAddress> addresses,
      InterfaceShaper shaper) {
    this.network = network;
    this.links = links;
    this.nearIndex = nearIndex;
    this.addresses = addresses;
    this.shaper = shaper;
  }

  /**
   * Makes it, up, with addresses and routes; nothing leaves it yet.
   *
   * @param seed of its random draws
   * @throws FabricException when it cannot be made; nothing of it is left then
   */
  static TcPort make(
      TcNetwork network, PortSpec spec, NetlinkBatch batch, long seed, TcStep.Gate gate)
      throws FabricException {
    String where = "endpoint " + spec.endpoint();
    RouteNetlink links =
        TcStep.PORT_ENTRY.attempt(gate, where, () -> spec.namespace().inside(RouteNetlink::open));
    try {
      String near = "port" + spec.endpoint();
      TcStep.PORT_PAIR.perform(gate, where, () -> makePair(network, spec, near));
      try {
        int nearIndex = TcStep.PORT_FILTERS.attempt(gate, where, () -> network.connect(near));
        TcStep.PORT_DEVICE.perform(gate, where, () -> configure(links, spec));
        InterfaceShaper shaper =
            InterfaceShaper.start(
                links,
                batch,
                NAME,
                new InterfaceShaper.Options(where, spec.mtu(), true, seed, gate));
        TcStep.PORT_DEVICE.perform(gate, where, () -> bringUp(links, spec));
        route(network, spec, nearIndex, gate);
        return new TcPort(network, links, nearIndex, spec.addresses(), shaper);
      } catch (FabricException e) {
        deletePair(network, near, e);
        throw e;
      }
    } catch (FabricException e) {
      links.close();
      throw e;
    }
  }

  private static void makePair(TcNetwork network, PortSpec spec, String near)
      throws LinuxException {
    network
        .creator()
        .veth(
            LinkSpec.named(near).withMtu(spec.mtu()).withGroup(TcNetwork.GROUP),
            LinkSpec.named(NAME).in(spec.namespace()).withAddress(EVERYBODYS).withMtu(spec.mtu()));
  }

  private static void configure(RouteNetlink links, PortSpec spec) throws LinuxException {
    int index = links.linkIndex(NAME);
    boolean needsIpv6 = spec.addresses().stream().anyMatch(Inet6Address.class::isInstance);
    TcNetwork.withoutLinkLocalAddress(links, index, needsIpv6);
    links.setResolving(index, false);
  }

  private static void bringUp(RouteNetlink links, PortSpec spec) throws LinuxException {
    int index = links.linkIndex(NAME);
    links.setUp(index, true);
    for (InetAddress address : spec.addresses()) {
      links.addAddress(index, address, address instanceof Inet4Address ? 32 : 128);
    }
    for (Prefix route : spec.routes()) {
      links.addRoute(index, route.address(), route.length());
    }
  }

  private static void route(TcNetwork network, PortSpec spec, int nearIndex, TcStep.Gate gate)
      throws FabricException {
    String where = "endpoint " + spec.endpoint();
    try {
      TcStep.REDIRECT.perform(gate, where, () -> network.route(spec.addresses(), nearIndex));
    } catch (FabricException e) {
      try {
        network.unroute(spec.addresses(), nearIndex);
      } catch (LinuxException unroute) {
        e.addSuppressed(unroute);
      }
      throw e;
    }
  }

  private static void deletePair(TcNetwork network, String near, FabricException failure) {
    try {
      // eth0, its disciplines and filters go with the near end
      network.links().deleteLink(network.links().linkIndex(near));
    } catch (LinuxException e) {
      failure.addSuppressed(e);
    }
  }

  List<InetAddress> addresses() {
    return addresses;
  }

  InterfaceShaper shaper() {
    return shaper;
  }

  /**
   * Packets that its device gave up because the kernel's input queue was full.
   *
   * @throws LinuxException when the kernel refuses to tell
   */
  long droppedPackets() throws LinuxException {
    return links.statistics(links.linkIndex(NAME)).transmitDropped();
  }

  /**
   * Takes the device away.
   *
   * @param gate called before
   * @throws FabricException when the kernel refuses
   */
  void remove(int endpoint, TcStep.Gate gate) throws FabricException {
    TcStep.PORT_REMOVAL.perform(
        gate,
        "endpoint " + endpoint,
        () -> {
          network.unroute(addresses, nearIndex);
          network.links().deleteLink(nearIndex);
        });
    links.close();
  }

  /** Lets go of the endpoint's namespace; the device goes with the fabric's. */
  void abandon() {
    links.close();
  }
}
