package io.kollaps.linux;

import java.lang.foreign.Arena;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.function.Consumer;

/**
 * Makes network devices. A device may be made straight into another namespace: it is never seen in
 * the client's own. The kernel refuses a name that is taken with EEXIST, and then nothing was made.
 */
public final class LinkCreator {
  private static final int RTM_NEWLINK = 16;
  private static final int CREATE = NetlinkSocket.NLM_F_REQUEST | NetlinkSocket.NLM_F_ACK | 0x600;
  private static final int IFLA_ADDRESS = 1;
  private static final int IFLA_IFNAME = 3;
  private static final int IFLA_MTU = 4;
  private static final int IFLA_LINK = 5;
  private static final int IFLA_LINKINFO = 18;
  private static final int IFLA_GROUP = 27;
  private static final int IFLA_NET_NS_FD = 28;
  private static final int IFLA_INFO_KIND = 1;
  private static final int IFLA_INFO_DATA = 2;
  private static final int VETH_INFO_PEER = 1;
  private static final int IFLA_MACVLAN_MODE = 1;
  private static final int MACVLAN_MODE_BRIDGE = 4;
  private static final int IFLA_IPVLAN_MODE = 1;
  private static final int IPVLAN_MODE_L2 = 0;
  private static final int IFLA_VXLAN_ID = 1;
  private static final int IFLA_VXLAN_LOCAL = 4;
  private static final int IFLA_VXLAN_PORT = 15;
  private static final int IFLA_VXLAN_LOCAL6 = 17;
  private static final int IFLA_VXLAN_UDP_CSUM = 18;
  private static final int IFLA_VXLAN_DF = 29;
  private static final int IFLA_VXLAN_COLLECT_METADATA = 25;
  private static final int IFLA_VXLAN_LEARNING = 7;

  private final NetlinkSocket socket;

  /** One that makes devices in the socket's namespace, unless a device says otherwise. */
  public LinkCreator(NetlinkSocket socket) {
    this.socket = socket;
  }

  /**
   * Makes two devices that are the ends of one cable.
   *
   * @throws LinuxException when the kernel refuses; neither was made then
   */
  public void veth(LinkSpec first, LinkSpec second) throws LinuxException {
    create(
        first,
        "veth",
        message -> {
          int peer = message.beginStruct(VETH_INFO_PEER);
          message.word(0).word(0).word(0).word(0);
          describe(message, second);
          message.end(peer);
        },
        " with peer " + second.name());
  }

  /**
   * Makes an Ethernet bridge.
   *
   * @throws LinuxException when the kernel refuses
   */
  public void bridge(LinkSpec spec) throws LinuxException {
    create(spec, "bridge", _ -> {}, "");
  }

  /**
   * Makes a device that swallows what it is given.
   *
   * @throws LinuxException when the kernel refuses
   */
  public void dummy(LinkSpec spec) throws LinuxException {
    create(spec, "dummy", _ -> {}, "");
  }

  /**
   * Makes an intermediate functional block: what is redirected to it passes its queueing
   * discipline, and goes on from where it came.
   *
   * @throws LinuxException when the kernel refuses
   */
  public void ifb(LinkSpec spec) throws LinuxException {
    create(spec, "ifb", _ -> {}, "");
  }

  /**
   * Makes a device with a hardware address of its own on another; all of one parent reach each
   * other.
   *
   * @param parentIndex the device below
   * @throws LinuxException when the kernel refuses
   */
  public void macvlan(LinkSpec spec, int parentIndex) throws LinuxException {
    createOn(
        spec,
        "macvlan",
        parentIndex,
        message -> message.attribute(IFLA_MACVLAN_MODE, MACVLAN_MODE_BRIDGE));
  }

  /**
   * Makes a device that shares the hardware address of the one below and is told apart by its
   * Internet addresses.
   *
   * @param parentIndex the device below
   * @throws LinuxException when the kernel refuses
   */
  public void ipvlan(LinkSpec spec, int parentIndex) throws LinuxException {
    createOn(
        spec,
        "ipvlan",
        parentIndex,
        message -> message.attribute(IFLA_IPVLAN_MODE, new byte[] {IPVLAN_MODE_L2, 0}));
  }

  /**
   * Makes a VXLAN device whose remote end and network number are set for each packet, by an eBPF
   * program or a route.
   *
   * @param port UDP port that it listens on and sends to
   * @throws LinuxException when the kernel refuses
   */
  public void vxlan(LinkSpec spec, int port) throws LinuxException {
    create(
        spec,
        "vxlan",
        message ->
            message
                .attribute(IFLA_VXLAN_COLLECT_METADATA, new byte[] {1})
                .attribute(IFLA_VXLAN_LEARNING, new byte[] {0})
                .attribute(IFLA_VXLAN_PORT, new byte[] {(byte) (port >> 8), (byte) port}),
        " on port " + port);
  }

  /**
   * Makes a VXLAN device that knows by each packet's hardware address where it goes ({@link
   * RouteNetlink#addTunnelEnd}), and learns nothing by itself. Its datagrams may not be fragmented
   * and have checksums. Its UDP socket is one of the client's namespace, wherever the device goes;
   * it is bound when the device is set up.
   *
   * @param port UDP port that it listens on
   * @param vni network identifier
   * @param local address that its datagrams leave from
   * @throws LinuxException when the kernel refuses: EOPNOTSUPP before Linux 4.20
   */
  public void vxlanByAddress(LinkSpec spec, int port, int vni, InetAddress local)
      throws LinuxException {
    int localAttribute = local instanceof Inet6Address ? IFLA_VXLAN_LOCAL6 : IFLA_VXLAN_LOCAL;
    create(
        spec,
        "vxlan",
        message ->
            message
                .attribute(IFLA_VXLAN_ID, vni)
                .attribute(localAttribute, local.getAddress())
                .attribute(IFLA_VXLAN_LEARNING, new byte[] {0})
                .attribute(IFLA_VXLAN_UDP_CSUM, new byte[] {1})
                .attribute(IFLA_VXLAN_DF, new byte[] {1})
                .attribute(IFLA_VXLAN_PORT, new byte[] {(byte) (port >> 8), (byte) port}),
        " on port " + port);
  }

  private void createOn(LinkSpec spec, String kind, int parentIndex, Consumer<NetlinkMessage> data)
      throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      NetlinkMessage message = header(arena);
      message.attribute(IFLA_LINK, parentIndex);
      finish(message, spec, kind, data);
      socket.request(message, "make " + kind + " " + spec.name() + " on link " + parentIndex);
    }
  }

  private void create(LinkSpec spec, String kind, Consumer<NetlinkMessage> data, String more)
      throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      NetlinkMessage message = header(arena);
      finish(message, spec, kind, data);
      socket.request(message, "make " + kind + " " + spec.name() + more);
    }
  }

  private static NetlinkMessage header(Arena arena) {
    return new NetlinkMessage(arena, RTM_NEWLINK, CREATE).word(0).word(0).word(0).word(0);
  }

  private static void finish(
      NetlinkMessage message, LinkSpec spec, String kind, Consumer<NetlinkMessage> data) {
    describe(message, spec);
    int info = message.begin(IFLA_LINKINFO);
    message.attribute(IFLA_INFO_KIND, kind);
    int values = message.begin(IFLA_INFO_DATA);
    data.accept(message);
    message.end(values).end(info);
  }

  private static void describe(NetlinkMessage message, LinkSpec spec) {
    message.attribute(IFLA_IFNAME, spec.name());
    spec.namespace().ifPresent(n -> message.attribute(IFLA_NET_NS_FD, n.fileDescriptor()));
    spec.address().ifPresent(a -> message.attribute(IFLA_ADDRESS, a.bytes()));
    spec.mtu().ifPresent(bytes -> message.attribute(IFLA_MTU, bytes));
    if (spec.group() != 0) {
      message.attribute(IFLA_GROUP, spec.group());
    }
  }
}
