package io.kollaps.fabric.userspace;

import io.kollaps.fabric.overlay.InnerFrame;
import io.kollaps.fabric.userspace.engine.PathEngine;
import io.kollaps.fabric.userspace.engine.RawMemory;
import io.kollaps.fabric.userspace.engine.WireCutter;
import io.kollaps.linux.DatagramBatch;
import io.kollaps.linux.Errno;
import io.kollaps.linux.LinuxException;
import io.kollaps.linux.MonotonicClock;
import io.kollaps.linux.UdpSocket;

/**
 * Sends packets whose departure has come to other nodes: cuts them into wire packets, and gives
 * those of one size to one node to the kernel as one message, many messages with one call. Belongs
 * to the fabric's thread; nothing is allocated for a packet.
 */
final class OverlaySender implements AutoCloseable {
  /** Messages of one call. */
  static final int MOST_MESSAGES = 16;

  /** Packets of one call. */
  static final int MOST_PACKETS = 256;

  /** UDP over IPv4 carries 65507 bytes; a full packet of the largest MTU fits by itself. */
  private static final int MESSAGE_BYTES = 65_400;

  private static final int BUFFER_BYTES = 65_536;
  private static final int MAC_BYTES = 6;

  private final UdpSocket socket;
  private final DatagramBatch batch;
  private final DatagramBatch single;
  private final OverlayCounters counters;
  private final WireCutter cutter = new WireCutter();
  private final long vxlanHeader;

  // the messages: those before the open one are complete
  private final int[] peers = new int[MOST_MESSAGES];
  private final int[] lengths = new int[MOST_MESSAGES];
  private final int[] segmentSizes = new int[MOST_MESSAGES];
  private final int[] segments = new int[MOST_MESSAGES];
  private final boolean[] failed = new boolean[MOST_MESSAGES];
  private int messages;
  private boolean openForMore;

  // the packets in them, which are the engine's until the messages were sent
  private final int[] packets = new int[MOST_PACKETS];
  private final int[] firstMessages = new int[MOST_PACKETS];
  private final int[] lastMessages = new int[MOST_PACKETS];
  private final boolean[] broken = new boolean[MOST_PACKETS];
  private int packetCount;

  // the packet that is being added
  private int firstMessage;
  private boolean partFailed;

  private boolean segmentation = true;

  private OverlaySender(
      UdpSocket socket,
      DatagramBatch batch,
      DatagramBatch single,
      int vni,
      OverlayCounters counters) {
    this.socket = socket;
    this.batch = batch;
    this.single = single;
    this.counters = counters;
    this.vxlanHeader = vxlanHeader(vni);
  }

  static OverlaySender create(UdpSocket socket, int vni, OverlayCounters counters)
      throws LinuxException {
    DatagramBatch batch = DatagramBatch.create(MOST_MESSAGES, BUFFER_BYTES);
    try {
      return new OverlaySender(
          socket, batch, DatagramBatch.create(1, InnerFrame.HEAD_BYTES), vni, counters);
    } catch (LinuxException e) {
      batch.close();
      throw e;
    }
  }

  /** The header in network order. */
  static long vxlanHeader(int vni) {
    return (long) InnerFrame.VNI_IS_VALID << 56 | (long) vni << 8;
  }

  /** Whether {@link #flush} has something to send. */
  boolean pending() {
    return messages > 0;
  }

  /**
   * Adds a polled packet of the engine; it is given back to the engine when it was sent.
   *
   * @return whether it could be; if not, it still is the caller's
   */
  boolean add(PathEngine engine, PeerTable table, LoopHealth health, int packet, int peer) {
    int count = cutter.open(engine.packetAddress(packet), engine.packetLength(packet));
    if (count == 0) {
      return false;
    }
    if (packetCount == MOST_PACKETS) {
      flush(engine, table, health);
    }
    int from = engine.packetSource(packet);
    int to = engine.packetDestination(packet);
    firstMessage = -1;
    partFailed = false;
    for (int segment = 0; segment < count; segment++) {
      int bytes = InnerFrame.HEAD_BYTES + cutter.bytes(segment);
      if (bytes > MESSAGE_BYTES) {
        partFailed = true;
        continue;
      }
      if (!fits(peer, bytes)) {
        if (messages == MOST_MESSAGES) {
          flush(engine, table, health);
        }
        begin(peer, bytes);
      }
      if (firstMessage < 0) {
        firstMessage = messages - 1;
      }
      append(segment, bytes, from, to);
    }
    if (messages == 0) {
      return false;
    }
    packets[packetCount] = packet;
    firstMessages[packetCount] = Math.max(0, firstMessage);
    lastMessages[packetCount] = messages - 1;
    broken[packetCount] = partFailed;
    packetCount++;
    firstMessage = -1;
    return true;
  }

  private boolean fits(int peer, int bytes) {
    int open = messages - 1;
    return openForMore
        && peers[open] == peer
        && bytes <= segmentSizes[open]
        && lengths[open] + bytes <= MESSAGE_BYTES
        && segments[open] < DatagramBatch.MOST_SEGMENTS;
  }

  private void begin(int peer, int bytes) {
    peers[messages] = peer;
    lengths[messages] = 0;
    segmentSizes[messages] = bytes;
    segments[messages] = 0;
    failed[messages] = false;
    messages++;
    openForMore = segmentation;
  }

  private void append(int segment, int bytes, int from, int to) {
    int open = messages - 1;
    long at = batch.address(open) + lengths[open];
    long ip = at + InnerFrame.HEAD_BYTES;
    // it writes a little before the packet, where the headers go afterwards
    cutter.write(segment, ip);
    RawMemory.putNetInt(at, (int) (vxlanHeader >>> 32));
    RawMemory.putNetInt(at + 4, (int) vxlanHeader);
    long ethernet = at + InnerFrame.VXLAN_BYTES;
    RawMemory.putNetShort(ethernet, InnerFrame.MAC_PREFIX);
    RawMemory.putNetInt(ethernet + 2, to);
    RawMemory.putNetShort(ethernet + MAC_BYTES, InnerFrame.MAC_PREFIX);
    RawMemory.putNetInt(ethernet + MAC_BYTES + 2, from);
    RawMemory.putNetShort(
        ethernet + 2 * MAC_BYTES, cutter.isVersion6() ? InnerFrame.IPV6 : InnerFrame.IPV4);
    lengths[open] += bytes;
    segments[open]++;
    // only the last of a message may be shorter
    openForMore &= bytes == segmentSizes[open];
  }

  /** Sends what was added. */
  void flush(PathEngine engine, PeerTable table, LoopHealth health) {
    for (int i = 0; i < messages; i++) {
      batch.prepare(i, table.address(peers[i]), table.addressLength(), lengths[i], segmentSizes[i]);
    }
    int done = 0;
    while (done < messages) {
      int result = batch.send(socket, done, messages - done);
      if (result > 0) {
        for (int i = done; i < done + result; i++) {
          counters.add(OverlayCounters.SENT, segments[i]);
        }
        done += result;
      } else {
        refused(table, done, -result);
        done++;
      }
    }
    settle(engine, health);
    if (firstMessage >= 0) {
      // the packet that is being added goes on in the next batch
      for (int i = firstMessage; i < messages; i++) {
        partFailed |= failed[i];
      }
      firstMessage = 0;
    }
    messages = 0;
    openForMore = false;
  }

  /** EIO: the way there has no checksum offload, and then no segmentation. */
  private void refused(PeerTable table, int message, int errno) {
    if (segments[message] > 1 && (errno == Errno.EIO || errno == Errno.EINVAL)) {
      segmentation = errno != Errno.EIO && segmentation;
      sendSingly(table, message);
      return;
    }
    failed[message] = true;
    counters.add(OverlayCounters.UNSENT, segments[message]);
  }

  private void sendSingly(PeerTable table, int message) {
    for (int at = 0; at < lengths[message]; at += segmentSizes[message]) {
      int bytes = Math.min(segmentSizes[message], lengths[message] - at);
      if (sendOne(table, peers[message], batch.address(message) + at, bytes) < 0) {
        failed[message] = true;
        counters.add(OverlayCounters.UNSENT, 1);
      } else {
        counters.add(OverlayCounters.SENT, 1);
      }
    }
  }

  /**
   * Sends one datagram at once.
   *
   * @return a negated error number when it was not sent
   */
  int sendOne(PeerTable table, int peer, long address, int length) {
    single.prepare(0, table.address(peer), table.addressLength(), address, length, length);
    return single.send(socket, 0, 1);
  }

  private void settle(PathEngine engine, LoopHealth health) {
    long now = MonotonicClock.nanos();
    for (int i = 0; i < packetCount; i++) {
      boolean bad = broken[i];
      for (int message = firstMessages[i]; message <= lastMessages[i]; message++) {
        bad |= failed[message];
      }
      health.departed(now - engine.plannedDeparture(packets[i]));
      if (bad) {
        engine.refused(packets[i]);
      } else {
        engine.delivered(packets[i]);
      }
    }
    packetCount = 0;
  }

  @Override
  public void close() {
    batch.close();
    single.close();
  }
}
