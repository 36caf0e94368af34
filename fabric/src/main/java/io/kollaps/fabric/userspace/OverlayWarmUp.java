package io.kollaps.fabric.userspace;

import io.kollaps.fabric.FabricException;
import io.kollaps.fabric.OverlayPeer;
import io.kollaps.fabric.OverlayPeer.RemoteEndpoint;
import io.kollaps.fabric.OverlaySpec;
import io.kollaps.fabric.PathSetting;
import io.kollaps.fabric.PathShape;
import io.kollaps.fabric.PortSpec;
import io.kollaps.linux.InetSocket;
import io.kollaps.linux.LinuxException;
import io.kollaps.linux.NetworkNamespace;
import io.kollaps.linux.NetworkNamespaces;
import io.kollaps.linux.OffHeapMemory;
import io.kollaps.linux.RouteNetlink;
import io.kollaps.topology.Jitter;
import io.kollaps.topology.LinkProperties;
import io.kollaps.topology.QueueLimit;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;

/**
 * Sends packets, and a stream, between two fabrics that are thrown away, over the loopback device
 * of a namespace of their own, so that the code of the overlay is compiled before it is needed.
 */
final class OverlayWarmUp {
  private static final int VNI = 1;
  private static final int MTU = 1450;
  private static final int PREFIX_LENGTH = 30;
  private static final int LOOPBACK_INDEX = 1;
  private static final int DATAGRAMS = 2_000;
  private static final int DATAGRAM_BYTES = 100;
  private static final int CHUNK_BYTES = 1 << 17;
  private static final int CHUNKS = 200;
  private static final int CONNECT_TRIES = 20;

  private OverlayWarmUp() {}

  /**
   * Does it, in some hundred milliseconds.
   *
   * @throws FabricException when there can be no overlay
   * @throws LinuxException when there can be no namespaces or sockets
   */
  static void run() throws FabricException, LinuxException {
    UserSpaceFabricOptions options =
        UserSpaceFabricOptions.DEFAULT.withMemoryBytes(UserSpaceFabricOptions.MIN_MEMORY_BYTES);
    try (NetworkNamespace underlay = NetworkNamespaces.create();
        NetworkNamespace here = NetworkNamespaces.create();
        NetworkNamespace there = NetworkNamespaces.create();
        UserSpaceFabric first = UserSpaceFabric.startCold(2, options);
        UserSpaceFabric second = UserSpaceFabric.startCold(2, options)) {
      underlay.inside(OverlayWarmUp::raiseLoopback);
      first.attach(port(0, here));
      second.attach(port(1, there));
      int firstPort = open(underlay, first);
      int secondPort = open(underlay, second);
      first.setPeers(peer(secondPort, 1));
      second.setPeers(peer(firstPort, 0));
      PathShape shape =
          new PathShape(
              0,
              Jitter.NONE,
              0,
              LinkProperties.UNLIMITED_RATE,
              LinkProperties.Framing.IP,
              QueueLimit.DEFAULT);
      first.setPaths(List.of(new PathSetting(0, 1, Optional.of(shape))));
      second.setPaths(List.of(new PathSetting(1, 0, Optional.of(shape))));
      datagrams(here, there);
      stream(here, there);
    }
  }

  private static Integer raiseLoopback() throws LinuxException {
    try (RouteNetlink links = RouteNetlink.open()) {
      links.setUp(LOOPBACK_INDEX, true);
      return LOOPBACK_INDEX;
    }
  }

  private static int open(NetworkNamespace underlay, UserSpaceFabric fabric)
      throws FabricException, LinuxException {
    OverlaySpec spec = new OverlaySpec(loopback(), VNI, 0, 0, MTU);
    FabricException[] failure = new FabricException[1];
    int port =
        underlay.inside(
            () -> {
              try {
                return fabric.openColdOverlay(spec);
              } catch (FabricException e) {
                failure[0] = e;
                return 0;
              }
            });
    if (failure[0] != null) {
      throw failure[0];
    }
    return port;
  }

  private static List<OverlayPeer> peer(int port, int endpoint) {
    return List.of(
        new OverlayPeer(
            new InetSocketAddress(loopback(), port),
            List.of(new RemoteEndpoint(endpoint, List.of(address(endpoint + 1)))),
            0));
  }

  private static void datagrams(NetworkNamespace from, NetworkNamespace to) throws LinuxException {
    try (InetSocket target = to.inside(() -> InetSocket.udp(address(2)));
        InetSocket source = from.inside(() -> InetSocket.udp(address(1)));
        OffHeapMemory packet = OffHeapMemory.map(DATAGRAM_BYTES)) {
      source.connect(address(2), target.localPort());
      for (int i = 0; i < DATAGRAMS; i++) {
        var _ = source.send(packet.address(), DATAGRAM_BYTES);
      }
    }
  }

  private static void stream(NetworkNamespace from, NetworkNamespace to) throws LinuxException {
    try (InetSocket listener = to.inside(() -> InetSocket.listen(address(2)));
        InetSocket source = from.inside(InetSocket::tcp);
        OffHeapMemory chunk = OffHeapMemory.map(CHUNK_BYTES)) {
      int port = listener.localPort();
      for (int i = 0; i < CONNECT_TRIES && !source.connect(address(2), port); i++) {
        Thread.onSpinWait();
      }
      Optional<InetSocket> accepted = listener.accept();
      if (accepted.isEmpty()) {
        return;
      }
      try (InetSocket sink = accepted.get()) {
        for (int i = 0; i < CHUNKS; i++) {
          var _ = source.send(chunk.address(), CHUNK_BYTES);
          if (sink.receive(chunk.address(), CHUNK_BYTES) <= 0) {
            return;
          }
        }
      }
    }
  }

  private static PortSpec port(int endpoint, NetworkNamespace namespace) {
    return new PortSpec(
        endpoint,
        namespace,
        List.of(address(endpoint + 1)),
        List.of(new PortSpec.Prefix(address(0), PREFIX_LENGTH)),
        MTU);
  }

  private static Inet4Address loopback() {
    return address(127, 0, 0, 1);
  }

  /** Of a network for documentation (RFC 5737): nobody outside the namespaces sees it. */
  private static Inet4Address address(int host) {
    return address(192, 0, 2, host);
  }

  private static Inet4Address address(int... bytes) {
    try {
      return (Inet4Address)
          InetAddress.getByAddress(
              new byte[] {(byte) bytes[0], (byte) bytes[1], (byte) bytes[2], (byte) bytes[3]});
    } catch (UnknownHostException e) {
      throw new IllegalStateException("four bytes are an IPv4 address", e);
    }
  }
}
