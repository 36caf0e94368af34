package io.kollaps.fabric.userspace;

import io.kollaps.fabric.OverlaySpec;
import io.kollaps.fabric.overlay.InnerFrame;
import io.kollaps.fabric.overlay.PeerDirectory;
import io.kollaps.fabric.userspace.engine.PathEngine;
import io.kollaps.fabric.userspace.engine.RawMemory;
import io.kollaps.fabric.userspace.engine.WireJoiner;
import io.kollaps.linux.DatagramBatch;
import io.kollaps.linux.FileDescriptors;
import io.kollaps.linux.LinuxException;
import io.kollaps.linux.OffHeapMemory;
import io.kollaps.linux.UdpSocket;

/**
 * Takes datagrams of other nodes and hands their packets to endpoints here at once: their path was
 * emulated where they come from. Nothing in a datagram is trusted: what does not fit is counted and
 * dropped. Belongs to the fabric's thread; nothing is allocated for a packet.
 */
final class OverlayReceiver implements AutoCloseable {
  /**
   * Messages taken with one call, and before the thread does other things: each may stand for 64
   * KiB, or for 64 small packets that take a write each.
   */
  static final int MOST_MESSAGES = 4;

  private static final int BUFFER_BYTES = 65_536;
  private static final int MAC_BYTES = 6;
  private static final int IPV4_HEADER_BYTES = 20;
  private static final int IPV6_HEADER_BYTES = 40;
  private static final int TCP_PROTOCOL = 6;

  private final UdpSocket socket;
  private final DatagramBatch batch;
  private final OffHeapMemory memory;
  private final WireJoiner joiner;
  private final OverlayCounters counters;
  private final ProbeAnswers answers;
  private final OverlaySender sender;
  private final int vni;
  private final int mtu;
  private int joinedEndpoint;

  private OverlayReceiver(
      UdpSocket socket,
      DatagramBatch batch,
      OffHeapMemory memory,
      OverlaySpec spec,
      OverlaySender sender,
      ProbeAnswers answers,
      OverlayCounters counters) {
    this.socket = socket;
    this.batch = batch;
    this.memory = memory;
    this.joiner = new WireJoiner(memory.address(), spec.endpointMtu());
    this.sender = sender;
    this.answers = answers;
    this.counters = counters;
    this.vni = spec.vni();
    this.mtu = spec.endpointMtu();
  }

  static OverlayReceiver create(
      UdpSocket socket,
      OverlaySpec spec,
      OverlaySender sender,
      ProbeAnswers answers,
      OverlayCounters counters)
      throws LinuxException {
    DatagramBatch batch = DatagramBatch.create(MOST_MESSAGES, BUFFER_BYTES);
    try {
      OffHeapMemory memory = OffHeapMemory.map(WireJoiner.MEMORY_BYTES);
      return new OverlayReceiver(socket, batch, memory, spec, sender, answers, counters);
    } catch (LinuxException e) {
      batch.close();
      throw e;
    }
  }

  /** Takes what is there, as far as one call gives it. */
  void receive(PathEngine engine, PortTable ports, PeerTable peers) {
    int messages = batch.receive(socket);
    for (int i = 0; i < messages; i++) {
      counters.add(OverlayCounters.SOCKET_DROPPED, batch.droppedBefore(i));
      int length = batch.length(i);
      int segment = batch.segmentBytes(i);
      long address = batch.address(i);
      if (batch.truncated(i)) {
        counters.add(OverlayCounters.MALFORMED, 1);
        continue;
      }
      int at = 0;
      do {
        int bytes = Math.min(segment, length - at);
        boolean understood =
            datagram(engine, ports, peers, batch.sourceAddress(i), address + at, bytes);
        // a message that begins with what is none was not made of datagrams of this size
        at += understood || at > 0 ? bytes : length;
      } while (at < length);
      write(ports);
    }
  }

  /** Takes one datagram; false when it is malformed. */
  private boolean datagram(
      PathEngine engine, PortTable ports, PeerTable peers, long source, long at, int length) {
    if (length < InnerFrame.HEAD_BYTES + IPV4_HEADER_BYTES
        || (RawMemory.getByte(at) & InnerFrame.VNI_IS_VALID) == 0) {
      counters.add(OverlayCounters.MALFORMED, 1);
      return false;
    }
    long ethernet = at + InnerFrame.VXLAN_BYTES;
    int from = endpoint(engine, ethernet + MAC_BYTES);
    int peer = from < 0 ? PeerDirectory.NONE : peers.peerOf(from);
    if (RawMemory.getNetInt(at + 4) >>> 8 != vni
        || peer == PeerDirectory.NONE
        || !peers.isAddressOf(peer, source)) {
      counters.add(OverlayCounters.FOREIGN, 1);
      return true;
    }
    int type = RawMemory.getNetShort(ethernet + 2 * MAC_BYTES);
    long inner = at + InnerFrame.HEAD_BYTES;
    int innerBytes = length - InnerFrame.HEAD_BYTES;
    if (type == InnerFrame.PROBE) {
      probe(peers, peer, at, length);
      return true;
    }
    int packetBytes = packetBytes(inner, innerBytes, type);
    if (packetBytes == 0) {
      counters.add(OverlayCounters.MALFORMED, 1);
      return false;
    }
    deliver(engine, ports, endpoint(engine, ethernet), inner, packetBytes);
    return true;
  }

  /** The endpoint of a hardware address, or -1. */
  private static int endpoint(PathEngine engine, long mac) {
    int number = RawMemory.getNetInt(mac + 2);
    boolean known =
        RawMemory.getNetShort(mac) == InnerFrame.MAC_PREFIX
            && number >= 0
            && number < engine.endpointCount();
    return known ? number : -1;
  }

  /** Bytes of the IP packet by its own header, or 0 when it is none or cannot be. */
  private int packetBytes(long ip, int bytes, int type) {
    int version = RawMemory.getByte(ip) >> 4;
    int length;
    int protocol;
    if (type == InnerFrame.IPV4 && version == 4) {
      length = RawMemory.getNetShort(ip + 2);
      protocol = RawMemory.getByte(ip + 9);
      if (length < IPV4_HEADER_BYTES) {
        return 0;
      }
    } else if (type == InnerFrame.IPV6 && version == 6 && bytes >= IPV6_HEADER_BYTES) {
      length = IPV6_HEADER_BYTES + RawMemory.getNetShort(ip + 4);
      protocol = RawMemory.getByte(ip + 6);
    } else {
      return 0;
    }
    // a kernel on this machine hands over a super-packet of TCP whole
    boolean tooLong = length > bytes || (length > mtu && protocol != TCP_PROTOCOL);
    return tooLong ? 0 : length;
  }

  private void deliver(PathEngine engine, PortTable ports, int to, long ip, int length) {
    boolean here =
        to >= 0
            && ports.fileDescriptor(to) != PortTable.NONE
            && engine.isUp(to)
            && engine.endpointAt(ip) == to;
    if (!here) {
      counters.add(OverlayCounters.UNDELIVERED, 1);
      return;
    }
    if (to == joinedEndpoint && joiner.join(ip, length)) {
      return;
    }
    write(ports);
    joinedEndpoint = to;
    joiner.begin(ip, length);
  }

  private void write(PortTable ports) {
    if (joiner.isEmpty()) {
      return;
    }
    joiner.finish();
    long written =
        FileDescriptors.writePieces(
            ports.fileDescriptor(joinedEndpoint), joiner.pieces(), joiner.pieceCount());
    counters.add(
        written < 0 ? OverlayCounters.UNDELIVERED : OverlayCounters.RECEIVED, joiner.packets());
    joiner.clear();
  }

  private void probe(PeerTable peers, int peer, long at, int length) {
    long payload = at + InnerFrame.HEAD_BYTES;
    int payloadBytes = length - InnerFrame.HEAD_BYTES;
    if (payloadBytes < InnerFrame.SMALLEST_PROBE_BYTES
        || payloadBytes > mtu
        || RawMemory.getNetInt(payload) != InnerFrame.PROBE_MAGIC) {
      counters.add(OverlayCounters.MALFORMED, 1);
      return;
    }
    int kind = RawMemory.getByte(payload + InnerFrame.PROBE_KIND_AT);
    if (kind == InnerFrame.ANSWER) {
      answers.count(RawMemory.getNetShort(payload + InnerFrame.PROBE_PEER_AT), payloadBytes);
    } else if (kind == InnerFrame.REQUEST) {
      RawMemory.putByte(payload + InnerFrame.PROBE_KIND_AT, InnerFrame.ANSWER);
      swapAddresses(at + InnerFrame.VXLAN_BYTES);
      // an answer that cannot be sent is asked for again
      var _ = sender.sendOne(peers, peer, at, length);
    }
  }

  private static void swapAddresses(long ethernet) {
    int high = RawMemory.getShort(ethernet);
    int low = RawMemory.getInt(ethernet + 2);
    RawMemory.copy(ethernet + MAC_BYTES, ethernet, MAC_BYTES);
    RawMemory.putShort(ethernet + MAC_BYTES, high);
    RawMemory.putInt(ethernet + MAC_BYTES + 2, low);
  }

  @Override
  public void close() {
    batch.close();
    memory.close();
  }
}
