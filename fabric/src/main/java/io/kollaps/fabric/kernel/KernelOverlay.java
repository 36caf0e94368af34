package io.kollaps.fabric.kernel;

import io.kollaps.fabric.FabricException;
import io.kollaps.fabric.OverlayHealth;
import io.kollaps.fabric.OverlayPeer;
import io.kollaps.fabric.OverlayPeer.RemoteEndpoint;
import io.kollaps.fabric.OverlaySpec;
import io.kollaps.fabric.overlay.InnerFrame;
import io.kollaps.fabric.overlay.OverlayPorts;
import io.kollaps.fabric.overlay.PeerDirectory;
import io.kollaps.fabric.overlay.ProbePort;
import io.kollaps.fabric.overlay.TransitPaths;
import io.kollaps.linux.Errno;
import io.kollaps.linux.LinkCreator;
import io.kollaps.linux.LinkSpec;
import io.kollaps.linux.LinuxException;
import io.kollaps.linux.PacketSocket;
import io.kollaps.linux.RouteNetlink;
import io.kollaps.linux.UdpSocket;
import io.kollaps.linux.bpf.BpfProgram;
import java.net.InetAddress;
import java.util.Optional;

/**
 * The kernel fabric's way to other nodes: two VXLAN devices in the fabric's namespace, with their
 * sockets in the node's. Two, because a device that tells a program where a packet came from takes
 * the destination's port from nowhere but its own, and every run has a port of its own on every
 * node. So one sends, by a table of hardware addresses with address and port; and one receives, at
 * the port that the peers know. What reaches the sending device's own port ends there.
 */
final class KernelOverlay {
  private static final String SENDING = "vxs";
  private static final String RECEIVING = "vxr";
  private static final int ANY_PORT_TRIES = 16;

  private final OverlaySpec spec;
  private final FabricNamespace namespace;
  private final Programs programs;
  private final Step.Gate gate;
  private final int sendingDevice;
  private final int port;

  private KernelOverlay(
      OverlaySpec spec,
      FabricNamespace namespace,
      Programs programs,
      Step.Gate gate,
      int sendingDevice,
      int port) {
    this.spec = spec;
    this.namespace = namespace;
    this.programs = programs;
    this.gate = gate;
    this.sendingDevice = sendingDevice;
    this.port = port;
  }

  /**
   * Makes the devices, with their sockets in the calling thread's network namespace.
   *
   * @throws FabricException when the kernel refuses; nothing is left then
   */
  static KernelOverlay open(
      OverlaySpec spec, FabricNamespace namespace, Programs programs, Step.Gate gate)
      throws FabricException {
    try (RouteNetlink node = RouteNetlink.open()) {
      gate.before(Step.OVERLAY_DEVICE);
      requireOwnAddress(spec.local());
      LinkCreator creator = new LinkCreator(node.socket());
      makeSending(creator, spec, namespace);
      try {
        gate.before(Step.OVERLAY_PROGRAM);
        int port =
            OverlayPorts.take(
                spec, wanted -> makeReceiving(creator, spec, namespace, programs.arrive(), wanted));
        int device = namespace.index(SENDING);
        programs.setOverlay(device, spec);
        return new KernelOverlay(spec, namespace, programs, gate, device, port);
      } catch (FabricException | LinuxException | RuntimeException e) {
        remove(namespace, SENDING, e);
        throw e;
      }
    } catch (LinuxException e) {
      throw Step.OVERLAY_DEVICE.refused(e);
    }
  }

  /** A device does not say when its address is nobody's. */
  private static void requireOwnAddress(InetAddress local) throws LinuxException {
    UdpSocket.bind(local, 0, 0).close();
  }

  private static void makeSending(LinkCreator creator, OverlaySpec spec, FabricNamespace namespace)
      throws LinuxException {
    LinkSpec device = namespace.deviceOfOwn(SENDING).withMtu(spec.endpointMtu());
    raising(
        namespace,
        SENDING,
        Optional.empty(),
        port -> creator.vxlanByAddress(device, port, spec.vni(), spec.local()));
  }

  private static int makeReceiving(
      LinkCreator creator,
      OverlaySpec spec,
      FabricNamespace namespace,
      BpfProgram arrive,
      int wanted)
      throws LinuxException {
    LinkSpec device = namespace.deviceOfOwn(RECEIVING).withMtu(spec.endpointMtu());
    if (wanted == 0) {
      return raising(
          namespace, RECEIVING, Optional.of(arrive), port -> creator.vxlan(device, port));
    }
    creator.vxlan(device, wanted);
    raise(namespace, RECEIVING, Optional.of(arrive));
    return wanted;
  }

  @FunctionalInterface
  private interface Maker {
    void make(int port) throws LinuxException;
  }

  /** Makes a device at any free port. */
  private static int raising(
      FabricNamespace namespace, String name, Optional<BpfProgram> arrive, Maker maker)
      throws LinuxException {
    for (int tries = 1; ; tries++) {
      int port = freePort();
      try {
        maker.make(port);
        raise(namespace, name, arrive);
        return port;
      } catch (LinuxException e) {
        // somebody else was faster
        boolean taken = e.errno() == Errno.EADDRINUSE || e.errno() == Errno.EEXIST;
        if (!taken || tries == ANY_PORT_TRIES) {
          throw e;
        }
      }
    }
  }

  private static int freePort() throws LinuxException {
    try (UdpSocket socket = UdpSocket.bind(InetAddress.ofLiteral("0.0.0.0"), 0, 0)) {
      return socket.port();
    }
  }

  private static void raise(FabricNamespace namespace, String name, Optional<BpfProgram> arrive)
      throws LinuxException {
    try {
      namespace.raiseOverlay(name, arrive);
    } catch (LinuxException e) {
      remove(namespace, name, e);
      throw e;
    }
  }

  private static void remove(FabricNamespace namespace, String name, Exception failure) {
    try {
      namespace.removeDevice(name);
    } catch (LinuxException e) {
      failure.addSuppressed(e);
    }
  }

  OverlaySpec spec() {
    return spec;
  }

  int port() {
    return port;
  }

  /**
   * Puts other peers in place of those before.
   *
   * @throws FabricException when the kernel refuses; some of the new may be there then
   */
  void setPeers(PeerDirectory before, PeerDirectory after) throws FabricException {
    try {
      gate.before(Step.OVERLAY_PEERS);
      for (OverlayPeer peer : before.peers()) {
        for (RemoteEndpoint endpoint : peer.endpoints()) {
          leave(endpoint, after);
        }
      }
      for (int i = 0; i < after.peers().size(); i++) {
        OverlayPeer peer = after.peers().get(i);
        programs.setPeer(i, peer.address().getAddress());
        for (RemoteEndpoint endpoint : peer.endpoints()) {
          enter(endpoint, i, peer);
        }
      }
    } catch (LinuxException e) {
      throw Step.OVERLAY_PEERS.refused(e);
    }
  }

  private void leave(RemoteEndpoint endpoint, PeerDirectory after) throws LinuxException {
    for (InetAddress address : endpoint.addresses()) {
      programs.removeAddress(address);
    }
    if (after.peerOf(endpoint.endpoint()) == PeerDirectory.NONE) {
      programs.notRemote(endpoint.endpoint());
    }
  }

  private void enter(RemoteEndpoint endpoint, int number, OverlayPeer peer) throws LinuxException {
    namespace
        .links()
        .addTunnelEnd(
            sendingDevice,
            InnerFrame.address(endpoint.endpoint()),
            peer.address().getAddress(),
            peer.address().getPort());
    for (InetAddress address : endpoint.addresses()) {
      programs.addAddress(address, endpoint.endpoint());
    }
    programs.remote(endpoint.endpoint(), number, spec.endpointMtu());
  }

  /** What it carried. */
  OverlayHealth health(FabricTotals totals, TransitPaths.Excess excess) {
    return new OverlayHealth(
        totals.sentPackets(),
        0,
        totals.receivedPackets(),
        totals.foreignDatagrams(),
        totals.malformedDatagrams(),
        totals.undeliveredPackets(),
        0,
        excess.count(),
        excess.largestExcessNanos());
  }

  /**
   * What sends probes.
   *
   * @throws FabricException when the kernel refuses
   */
  Probes probes(PeerDirectory peers) throws FabricException {
    int from = peers.endpointHere();
    try {
      gate.before(Step.OVERLAY_PROBES);
      return new Probes(
          namespace.namespace().inside(() -> PacketSocket.open(sendingDevice)), peers, from);
    } catch (LinuxException e) {
      throw Step.OVERLAY_PROBES.refused(e);
    }
  }

  /** Sends requests through the sending device; the program counts the answers. */
  final class Probes implements ProbePort, AutoCloseable {
    private final PacketSocket socket;
    private final PeerDirectory peers;
    private final int from;

    private Probes(PacketSocket socket, PeerDirectory peers, int from) {
      this.socket = socket;
      this.peers = peers;
      this.from = from;
    }

    @Override
    public int request(int peer, int payloadBytes) {
      int to = peers.peers().get(peer).endpoints().getFirst().endpoint();
      return socket.send(InnerFrame.request(from, to, peer, payloadBytes));
    }

    @Override
    public int answers(int peer, int payloadBytes) {
      return programs.answers(peer, payloadBytes == spec.endpointMtu());
    }

    @Override
    public void close() {
      socket.close();
    }
  }
}
