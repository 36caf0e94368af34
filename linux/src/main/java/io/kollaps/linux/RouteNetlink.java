package io.kollaps.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Network devices, addresses, routes and neighbours of one network namespace, by rtnetlink. Every
 * change is acknowledged by the kernel before a method returns. For one thread at a time.
 */
public final class RouteNetlink implements AutoCloseable {
  private static final int RTM_NEWLINK = 16;
  private static final int RTM_DELLINK = 17;
  private static final int RTM_GETLINK = 18;
  private static final int RTM_NEWADDR = 20;
  private static final int RTM_NEWROUTE = 24;
  private static final int RTM_NEWNEIGH = 28;
  private static final int NDA_DST = 1;
  private static final int NDA_LLADDR = 2;
  private static final int NDA_PORT = 6;
  private static final int NTF_SELF = 2;
  private static final int AF_BRIDGE = 7;
  private static final int NUD_PERMANENT = 0x80;
  private static final int CHANGE = NetlinkSocket.NLM_F_REQUEST | NetlinkSocket.NLM_F_ACK;
  private static final int CREATE = CHANGE | 0x400 | 0x200; // NLM_F_CREATE | NLM_F_EXCL
  private static final int CREATE_OR_REPLACE = CHANGE | 0x400 | 0x100; // NLM_F_REPLACE
  private static final int IFF_UP = 1;
  private static final int IFF_NOARP = 0x80;
  private static final int IFLA_ADDRESS = 1;
  private static final int IFLA_IFNAME = 3;
  private static final int IFLA_MTU = 4;
  private static final int IFLA_MASTER = 10;
  private static final int IFLA_TXQLEN = 13;
  private static final int IFLA_STATS64 = 23;
  private static final int IFLA_AF_SPEC = 26;
  private static final int IFLA_GROUP = 27;
  private static final int IFLA_NET_NS_FD = 28;
  private static final int IFLA_GSO_MAX_SEGS = 40;
  private static final int IFLA_INET6_ADDR_GEN_MODE = 8;
  private static final byte IN6_ADDR_GEN_MODE_NONE = 1;
  private static final int IFA_ADDRESS = 1;
  private static final int IFA_LOCAL = 2;
  private static final int IFA_FLAGS = 8;
  private static final int IFA_F_NODAD = 0x02;
  private static final int RTA_DST = 1;
  private static final int RTA_OIF = 4;
  private static final int RT_TABLE_MAIN = 254;
  private static final int RTPROT_STATIC = 4;
  private static final int RT_SCOPE_UNIVERSE = 0;
  private static final int RT_SCOPE_LINK = 253;
  private static final int RTN_UNICAST = 1;
  private static final int AF_INET = 2;
  private static final int AF_INET6 = 10;
  private static final int IFINFOMSG_BYTES = 16;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

  private final NetlinkSocket socket;

  private RouteNetlink(NetlinkSocket socket) {
    this.socket = socket;
  }

  /**
   * Opens a client of the calling thread's network namespace. It stays with that namespace, from
   * whichever thread it is used.
   *
   * @throws LinuxException when the kernel refuses
   */
  public static RouteNetlink open() throws LinuxException {
    return new RouteNetlink(NetlinkSocket.open());
  }

  /** The socket, for what else is to be asked of the same namespace; it closes with this. */
  public NetlinkSocket socket() {
    return socket;
  }

  /**
   * Index of a device.
   *
   * @throws LinuxException ENODEV when there is none of that name
   */
  public int linkIndex(String name) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      NetlinkMessage message =
          link(arena, RTM_GETLINK, NetlinkSocket.NLM_F_REQUEST, 0, 0, 0)
              .attribute(IFLA_IFNAME, name);
      return socket.request(message, "link " + name).get(ValueLayout.JAVA_INT_UNALIGNED, 4);
    }
  }

  /** Sets a device up or down. */
  public void setUp(int index, boolean up) throws LinuxException {
    change(index, up ? "up" : "down", IFF_UP, up ? IFF_UP : 0, _ -> {});
  }

  /** Sets the largest packet in bytes. */
  public void setMtu(int index, int mtu) throws LinuxException {
    change(index, "mtu " + mtu, 0, 0, m -> m.attribute(IFLA_MTU, mtu));
  }

  /** Gives a device, which must be down, another name. */
  public void setName(int index, String name) throws LinuxException {
    change(index, "name " + name, 0, 0, m -> m.attribute(IFLA_IFNAME, name));
  }

  /** Sets how many packets wait in a device; for a TUN device the length of its ring. */
  public void setQueueLength(int index, int packets) throws LinuxException {
    change(index, "txqueuelen " + packets, 0, 0, m -> m.attribute(IFLA_TXQLEN, packets));
  }

  /**
   * Makes the device without a link-local IPv6 address, so that it also sends no router
   * solicitations; to be called while it is down.
   */
  public void setNoLinkLocalAddress(int index) throws LinuxException {
    change(
        index,
        "addr_gen_mode none",
        0,
        0,
        m -> {
          int families = m.begin(IFLA_AF_SPEC);
          int inet6 = m.begin(AF_INET6);
          m.attribute(IFLA_INET6_ADDR_GEN_MODE, new byte[] {IN6_ADDR_GEN_MODE_NONE});
          m.end(inet6).end(families);
        });
  }

  /**
   * Adds an address, usable at once (no duplicate address detection).
   *
   * @param index the device
   * @param address IPv4 or IPv6
   * @param prefixLength leading bits of the network it lies in; the kernel makes a route to it when
   *     they are not all
   */
  public void addAddress(int index, InetAddress address, int prefixLength) throws LinuxException {
    byte[] bytes = address.getAddress();
    try (Arena arena = Arena.ofConfined()) {
      NetlinkMessage message =
          new NetlinkMessage(arena, RTM_NEWADDR, CREATE)
              .bytes(family(address), prefixLength, IFA_F_NODAD, RT_SCOPE_UNIVERSE)
              .word(index)
              .attribute(IFA_LOCAL, bytes)
              .attribute(IFA_ADDRESS, bytes)
              .attribute(IFA_FLAGS, IFA_F_NODAD);
      socket.request(
          message,
          "address " + address.getHostAddress() + "/" + prefixLength + " on link " + index);
    }
  }

  /**
   * Adds a route to a prefix straight through a device.
   *
   * @param index the device, which must be up
   * @param prefix first address, the bits behind the length 0
   * @param length leading bits
   */
  public void addRoute(int index, InetAddress prefix, int length) throws LinuxException {
    int scope = prefix instanceof Inet4Address ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
    try (Arena arena = Arena.ofConfined()) {
      NetlinkMessage message =
          new NetlinkMessage(arena, RTM_NEWROUTE, CREATE)
              .bytes(family(prefix), length, 0, 0)
              .bytes(RT_TABLE_MAIN, RTPROT_STATIC, scope, RTN_UNICAST)
              .word(0)
              .attribute(RTA_DST, prefix.getAddress())
              .attribute(RTA_OIF, index);
      socket.request(
          message, "route " + prefix.getHostAddress() + "/" + length + " through link " + index);
    }
  }

  /**
   * Adds a permanent neighbour: nobody is asked for its hardware address.
   *
   * @param index the device that leads to it
   */
  public void addNeighbour(int index, InetAddress address, MacAddress hardware)
      throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      // struct ndmsg: family, three bytes of padding, index, state (short), flags, type
      NetlinkMessage message =
          new NetlinkMessage(arena, RTM_NEWNEIGH, CREATE_OR_REPLACE)
              .bytes(family(address), 0, 0, 0)
              .word(index)
              .half(NUD_PERMANENT)
              .bytes(0, 0)
              .attribute(NDA_DST, address.getAddress())
              .attribute(NDA_LLADDR, hardware.bytes());
      socket.request(
          message, "neighbour " + address.getHostAddress() + " " + hardware + " on link " + index);
    }
  }

  /**
   * Tells a VXLAN device where packets to a hardware address go, in place of what it knew.
   *
   * @param index the device
   * @param hardware the address inside
   * @param end the other node
   * @param port UDP port there
   */
  public void addTunnelEnd(int index, MacAddress hardware, InetAddress end, int port)
      throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      NetlinkMessage message =
          new NetlinkMessage(arena, RTM_NEWNEIGH, CREATE_OR_REPLACE)
              .bytes(AF_BRIDGE, 0, 0, 0)
              .word(index)
              .half(NUD_PERMANENT)
              .bytes(NTF_SELF, 0)
              .attribute(NDA_LLADDR, hardware.bytes())
              .attribute(NDA_DST, end.getAddress())
              .attribute(NDA_PORT, new byte[] {(byte) (port >> 8), (byte) port});
      socket.request(
          message,
          "tunnel of "
              + hardware
              + " to "
              + end.getHostAddress()
              + " port "
              + port
              + " on link "
              + index);
    }
  }

  /** Puts a device under a bridge, or takes it from there with 0. */
  public void setMaster(int index, int masterIndex) throws LinuxException {
    change(index, "master " + masterIndex, 0, 0, m -> m.attribute(IFLA_MASTER, masterIndex));
  }

  /** Moves a device to another namespace, where it is down. */
  public void moveTo(int index, NetworkNamespace namespace) throws LinuxException {
    int descriptor = namespace.fileDescriptor();
    change(
        index, "move to " + namespace.path(), 0, 0, m -> m.attribute(IFLA_NET_NS_FD, descriptor));
  }

  /** Gives a device a hardware address. */
  public void setMacAddress(int index, MacAddress address) throws LinuxException {
    change(index, "address " + address, 0, 0, m -> m.attribute(IFLA_ADDRESS, address.bytes()));
  }

  /**
   * Makes a device send without asking for hardware addresses, or with: without, every packet goes
   * to the device's own hardware address.
   */
  public void setResolving(int index, boolean resolving) throws LinuxException {
    change(
        index, "arp " + (resolving ? "on" : "off"), IFF_NOARP, resolving ? 0 : IFF_NOARP, _ -> {});
  }

  /**
   * Sets how many segments a packet may hold that leaves through a device; 1 for no super-packets
   * of sockets that connect from then on.
   */
  public void setMaxSegments(int index, int segments) throws LinuxException {
    change(index, "gso_max_segs " + segments, 0, 0, m -> m.attribute(IFLA_GSO_MAX_SEGS, segments));
  }

  /**
   * Reads how many segments a packet may hold that leaves through a device.
   *
   * @throws LinuxException EOPNOTSUPP when the kernel does not tell
   */
  public int maxSegments(int index) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment answer =
          socket.request(
              link(arena, RTM_GETLINK, NetlinkSocket.NLM_F_REQUEST, index, 0, 0),
              "gso_max_segs of link " + index);
      MemorySegment value = NetlinkAttributes.find(answer, IFINFOMSG_BYTES, IFLA_GSO_MAX_SEGS);
      if (value.byteSize() < 4) {
        throw Native.failure(Errno.EOPNOTSUPP, "rtnetlink", "IFLA_GSO_MAX_SEGS of link " + index);
      }
      return value.get(ValueLayout.JAVA_INT_UNALIGNED, 0);
    }
  }

  /** Deletes all devices of a group, which costs hardly more than one. */
  public void deleteGroup(int group) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      socket.request(
          link(arena, RTM_DELLINK, CHANGE, 0, 0, 0).attribute(IFLA_GROUP, group),
          "delete links of group " + group);
    }
  }

  /** Deletes a device. */
  public void deleteLink(int index) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      socket.request(link(arena, RTM_DELLINK, CHANGE, index, 0, 0), "delete link " + index);
    }
  }

  /** Reads a device's counters. */
  public LinkStatistics statistics(int index) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment answer =
          socket.request(
              link(arena, RTM_GETLINK, NetlinkSocket.NLM_F_REQUEST, index, 0, 0),
              "statistics of link " + index);
      return statistics(answer, index);
    }
  }

  /**
   * Reads the counters of all devices of the namespace with one request.
   *
   * @return by index
   */
  public Map<Integer, LinkStatistics> allStatistics() throws LinuxException {
    Map<Integer, LinkStatistics> all = new HashMap<>();
    List<LinuxException> failures = new ArrayList<>();
    socket.dump(
        RTM_GETLINK,
        message -> message.word(0).word(0).word(0).word(0),
        "statistics of all links",
        answer -> {
          int index = answer.get(ValueLayout.JAVA_INT_UNALIGNED, 4);
          try {
            all.put(index, statistics(answer, index));
          } catch (LinuxException e) {
            failures.add(e);
          }
        });
    if (!failures.isEmpty()) {
      throw failures.getFirst();
    }
    return all;
  }

  private static LinkStatistics statistics(MemorySegment answer, int index) throws LinuxException {
    MemorySegment stats = NetlinkAttributes.find(answer, IFINFOMSG_BYTES, IFLA_STATS64);
    if (stats.byteSize() < 8 * 8) {
      throw Native.failure(Errno.EOPNOTSUPP, "rtnetlink", "IFLA_STATS64 of link " + index);
    }
    // struct rtnl_link_stats64: packets, bytes, errors, dropped; each first received, then sent
    return new LinkStatistics(
        stats.get(LONG, 0),
        stats.get(LONG, 8),
        stats.get(LONG, 16),
        stats.get(LONG, 24),
        stats.get(LONG, 48),
        stats.get(LONG, 56));
  }

  private void change(
      int index, String what, int changedFlags, int flags, Consumer<NetlinkMessage> attributes)
      throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      NetlinkMessage message = link(arena, RTM_NEWLINK, CHANGE, index, flags, changedFlags);
      attributes.accept(message);
      socket.request(message, "link " + index + " " + what);
    }
  }

  private static NetlinkMessage link(
      Arena arena, int type, int requestFlags, int index, int flags, int changedFlags) {
    // struct ifinfomsg: family, padding, type (short), index, flags, mask of changed flags
    return new NetlinkMessage(arena, type, requestFlags)
        .word(0)
        .word(index)
        .word(flags)
        .word(changedFlags);
  }

  private static int family(InetAddress address) {
    return address instanceof Inet4Address ? AF_INET : AF_INET6;
  }

  @Override
  public void close() {
    socket.close();
  }
}
