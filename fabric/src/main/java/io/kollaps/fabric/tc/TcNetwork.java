package io.kollaps.fabric.tc;

import io.kollaps.fabric.FabricException;
import io.kollaps.linux.LinkCreator;
import io.kollaps.linux.LinkStatistics;
import io.kollaps.linux.LinuxException;
import io.kollaps.linux.NetlinkBatch;
import io.kollaps.linux.NetworkNamespace;
import io.kollaps.linux.NetworkNamespaces;
import io.kollaps.linux.RouteNetlink;
import io.kollaps.linux.traffic.Filter.U32.Redirect;
import io.kollaps.linux.traffic.Handle;
import io.kollaps.linux.traffic.Qdisc;
import io.kollaps.linux.traffic.TrafficControl;
import java.net.InetAddress;
import java.util.List;

/**
 * What lies between the endpoints: a namespace without a name that holds the near ends of their
 * cables. What comes in at any of them is looked up by its destination in filters that all of them
 * share, and sent out of the destination's.
 *
 * <p>That takes one filter for each address, and no hardware address is ever asked for. A bridge
 * has 1023 ports at most and floods each of n * (n - 1) questions to all of them.
 */
final class TcNetwork implements AutoCloseable {
  private static final String WHERE = "network between the endpoints";
  private static final int BLOCK = 1;
  private static final int CLSACT = Handle.CLSACT & 0xffff0000;
  // every namespace has it: it holds the shared filters while there is no port
  private static final String LOOPBACK = "lo";

  /** Group of all ports, so that they can be deleted together. */
  static final int GROUP = 0x6b6f;

  private final NetworkNamespace namespace;
  private final RouteNetlink links;
  private final TrafficControl traffic;
  private final TcStep.Gate gate;
  private final DestinationFilters filters = new DestinationFilters();

  private TcNetwork(
      NetworkNamespace namespace, RouteNetlink links, NetlinkBatch batch, TcStep.Gate gate) {
    this.namespace = namespace;
    this.links = links;
    this.traffic = new TrafficControl(links.socket(), batch);
    this.gate = gate;
  }

  /**
   * Makes it, without ports.
   *
   * @throws FabricException when the kernel refuses; nothing is left then
   */
  static TcNetwork make(NetlinkBatch batch, TcStep.Gate gate) throws FabricException {
    NetworkNamespace namespace = TcStep.NAMESPACE.attempt(gate, WHERE, NetworkNamespaces::create);
    try {
      RouteNetlink links =
          TcStep.PORT_ENTRY.attempt(gate, WHERE, () -> namespace.inside(RouteNetlink::open));
      try {
        TcNetwork made = new TcNetwork(namespace, links, batch, gate);
        TcStep.SHARED_FILTERS.perform(gate, WHERE, made::addSharedFilters);
        return made;
      } catch (FabricException e) {
        links.close();
        throw e;
      }
    } catch (FabricException e) {
      namespace.close();
      throw e;
    }
  }

  private void addSharedFilters() throws LinuxException {
    int loopback = links.linkIndex(LOOPBACK);
    traffic.change(
        changes -> {
          changes.addQdisc(loopback, Handle.CLSACT, CLSACT, new Qdisc.Clsact(BLOCK));
          for (DestinationFilters.Placed placed : filters.roots()) {
            changes.addBlockFilter(BLOCK, placed.priority(), placed.protocol(), placed.filter());
          }
        });
  }

  /** Makes cables with the near end here. */
  LinkCreator creator() {
    return new LinkCreator(links.socket());
  }

  RouteNetlink links() {
    return links;
  }

  /**
   * Puts a near end into service.
   *
   * @param name the device
   * @return its index
   * @throws LinuxException when the kernel refuses
   */
  int connect(String name) throws LinuxException {
    int index = links.linkIndex(name);
    withoutLinkLocalAddress(links, index, false);
    links.setUp(index, true);
    traffic.change(
        changes -> changes.addQdisc(index, Handle.CLSACT, CLSACT, new Qdisc.Clsact(BLOCK)));
    return index;
  }

  /**
   * Takes the link-local address away before there is one.
   *
   * @param needed whether it is an error where the kernel has no IPv6
   */
  static void withoutLinkLocalAddress(RouteNetlink links, int index, boolean needed)
      throws LinuxException {
    try {
      links.setNoLinkLocalAddress(index);
    } catch (LinuxException e) {
      // a kernel without IPv6 has no such setting, and then nothing to switch off
      if (needed) {
        throw e;
      }
    }
  }

  /**
   * Leads packets to addresses to a near end.
   *
   * @throws LinuxException when the kernel refuses
   * @throws IllegalArgumentException when an address leads to another one already
   */
  void route(List<InetAddress> addresses, int index) throws LinuxException {
    traffic.change(
        changes -> {
          for (InetAddress address : addresses) {
            for (DestinationFilters.Placed placed : filters.add(address, new Redirect(index))) {
              changes.addBlockFilter(BLOCK, placed.priority(), placed.protocol(), placed.filter());
            }
          }
        });
  }

  /**
   * Drops packets to addresses, those that were led to the near end.
   *
   * @throws LinuxException when the kernel refuses
   */
  void unroute(List<InetAddress> addresses, int index) throws LinuxException {
    traffic.change(
        changes -> {
          for (InetAddress address : addresses) {
            for (DestinationFilters.Placed placed : filters.remove(address, new Redirect(index))) {
              changes.deleteBlockFilter(
                  BLOCK, placed.priority(), placed.protocol(), placed.filter());
            }
          }
        });
  }

  /** Packets that could not be handed to an endpoint. */
  long droppedPackets() throws FabricException {
    return TcStep.READING.attempt(
        gate,
        WHERE,
        () ->
            links.allStatistics().values().stream()
                .mapToLong(LinkStatistics::transmitDropped)
                .sum());
  }

  /** Deletes all ports at once, and the namespace. */
  @Override
  public void close() throws FabricException {
    try {
      TcStep.PORT_REMOVAL.perform(gate, WHERE, () -> deletePorts());
    } finally {
      links.close();
      namespace.close();
    }
  }

  private void deletePorts() throws LinuxException {
    // a group without members cannot be deleted
    if (links.allStatistics().size() > 1) {
      links.deleteGroup(GROUP);
    }
  }
}
