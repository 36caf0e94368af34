package io.kollaps.fabric.userspace;

import io.kollaps.fabric.FabricException;
import io.kollaps.fabric.OverlaySpec;
import io.kollaps.fabric.overlay.InnerFrame;
import io.kollaps.fabric.overlay.OverlayPorts;
import io.kollaps.fabric.overlay.PeerDirectory;
import io.kollaps.fabric.overlay.ProbePort;
import io.kollaps.fabric.userspace.engine.PathEngine;
import io.kollaps.fabric.userspace.engine.RawMemory;
import io.kollaps.linux.DatagramBatch;
import io.kollaps.linux.LinuxException;
import io.kollaps.linux.UdpSocket;

/**
 * The tunnel to the other nodes of a run: one UDP socket, and what sends and receives through it.
 * What is not said to be for any thread belongs to the fabric's thread.
 */
final class Overlay implements AutoCloseable {
  /** Room of the socket each way: 6 ms at 10 Gbit/s. */
  static final int SOCKET_BUFFER_BYTES = 8 << 20;

  private final OverlaySpec spec;
  private final UdpSocket socket;
  private final OverlaySender sender;
  private final OverlayReceiver receiver;
  private final OverlayCounters counters;
  private final ProbeAnswers answers;
  private PeerTable peers;

  private Overlay(
      OverlaySpec spec,
      UdpSocket socket,
      OverlaySender sender,
      OverlayReceiver receiver,
      OverlayCounters counters,
      ProbeAnswers answers,
      PeerTable nobody) {
    this.spec = spec;
    this.socket = socket;
    this.sender = sender;
    this.receiver = receiver;
    this.counters = counters;
    this.answers = answers;
    this.peers = nobody;
  }

  /**
   * Opens one in the calling thread's network namespace.
   *
   * @throws FabricException when no port of the range is free, or the address is not of this node
   */
  static Overlay open(OverlaySpec spec, int endpointCount) throws FabricException {
    UdpSocket socket =
        OverlayPorts.take(spec, port -> UdpSocket.bind(spec.local(), port, SOCKET_BUFFER_BYTES));
    try {
      OverlayCounters counters = new OverlayCounters();
      ProbeAnswers answers = new ProbeAnswers(spec.endpointMtu());
      PeerTable nobody = PeerTable.of(PeerDirectory.empty(endpointCount));
      OverlaySender sender = OverlaySender.create(socket, spec.vni(), counters);
      OverlayReceiver receiver = OverlayReceiver.create(socket, spec, sender, answers, counters);
      return new Overlay(spec, socket, sender, receiver, counters, answers, nobody);
    } catch (LinuxException e) {
      socket.close();
      throw new FabricException(
          "There is no memory for the overlay: " + e.getMessage() + ". Raise the limits.", e);
    }
  }

  /** Its UDP port; for any thread. */
  int port() {
    return socket.port();
  }

  /** What it was opened with; for any thread. */
  OverlaySpec spec() {
    return spec;
  }

  int fileDescriptor() {
    return socket.fileDescriptor();
  }

  /** Peer of an endpoint, or {@link PeerDirectory#NONE}. */
  int peerOf(int endpoint) {
    return peers.peerOf(endpoint);
  }

  /** Puts other peers in place of those there are; the former table is closed. */
  void setPeers(PeerTable table) {
    PeerTable before = peers;
    peers = table;
    answers.reset(table.directory().peers().size());
    before.close();
  }

  /** As {@link OverlaySender#add}. */
  boolean send(PathEngine engine, LoopHealth health, int packet, int peer) {
    return sender.add(engine, peers, health, packet, peer);
  }

  /** Sends what waits for company. */
  void flush(PathEngine engine, LoopHealth health) {
    if (sender.pending()) {
      sender.flush(engine, peers, health);
    }
  }

  /** Takes what came. */
  void receive(PathEngine engine, PortTable ports) {
    receiver.receive(engine, ports, peers);
  }

  /** What it counted; for any thread. */
  OverlayCounters counters() {
    return counters;
  }

  /**
   * What sends probes to peers; for one thread at a time, beside the fabric's.
   *
   * @param table the peers; it stays the caller's
   * @throws LinuxException when there is no memory
   */
  Probes probes(PeerTable table, int endpointHere) throws LinuxException {
    return new Probes(table, endpointHere);
  }

  /** Sends requests by the overlay's socket; answers come to the fabric's thread. */
  final class Probes implements ProbePort, AutoCloseable {
    private final PeerTable table;
    private final DatagramBatch message;
    private final int from;

    private Probes(PeerTable table, int from) throws LinuxException {
      this.table = table;
      this.from = from;
      this.message = DatagramBatch.create(1, InnerFrame.HEAD_BYTES + spec.endpointMtu());
    }

    @Override
    public int request(int peer, int payloadBytes) {
      long at = message.address(0);
      RawMemory.putNetInt(at, InnerFrame.VNI_IS_VALID << 24);
      RawMemory.putNetInt(at + 4, spec.vni() << 8);
      int to = table.directory().peers().get(peer).endpoints().getFirst().endpoint();
      byte[] frame = InnerFrame.request(from, to, peer, payloadBytes);
      for (int i = 0; i < frame.length; i++) {
        RawMemory.putByte(at + InnerFrame.VXLAN_BYTES + i, frame[i]);
      }
      int length = InnerFrame.HEAD_BYTES + payloadBytes;
      message.prepare(0, table.address(peer), table.addressLength(), length, length);
      int sent = message.send(socket, 0, 1);
      return sent < 0 ? -sent : 0;
    }

    @Override
    public int answers(int peer, int payloadBytes) {
      return answers.of(peer, payloadBytes);
    }

    @Override
    public void close() {
      message.close();
    }
  }

  @Override
  public void close() {
    socket.close();
    sender.close();
    receiver.close();
    peers.close();
  }
}
