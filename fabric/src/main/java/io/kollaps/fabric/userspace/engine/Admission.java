package io.kollaps.fabric.userspace.engine;

/**
 * Decides which wire packets of an arriving packet enter their path: those that the path's loss
 * spares and its queue has room for. What survives of a super-packet travels on as one piece for
 * each unbroken run of segments, cut further where a run would occupy the rate for too long.
 *
 * <p>Queue rule, for each wire packet of work w that finds a backlog b (what is left of the packet
 * in service, and all behind it): a limit in time admits it when b is at most the limit, so that it
 * waits at most that long at the present rate; a limit in bytes when b + w is at most the limit.
 * Either admits it also when b + w is at most two packets of its size, or two full packets.
 */
final class Admission {
  private final PathShaper shaper;
  private final BufferPool pool;
  private final EndpointTable endpoints;
  private final EngineLimits limits;
  private final WirePacket packet;
  private int receiveBuffer;
  private long sequence;
  private long credit;

  /**
   * An admission with its receive buffer.
   *
   * @param packet view of the packet that is being received
   */
  Admission(
      PathShaper shaper,
      BufferPool pool,
      EndpointTable endpoints,
      EngineLimits limits,
      WirePacket packet) {
    this.shaper = shaper;
    this.pool = pool;
    this.endpoints = endpoints;
    this.limits = limits;
    this.packet = packet;
    receiveBuffer = pool.allocate(BufferPool.MAX_PACKET_BYTES);
  }

  /** Where the next packet is to be read to. */
  long receiveAddress() {
    return pool.address(receiveBuffer) + PacketHeader.BYTES;
  }

  /**
   * Admits what survives of the packet in the receive buffer; the path must have been advanced to
   * now, and be armed afterwards.
   *
   * @param waited how long the packet had waited to be read: so much less is its delay
   * @return wire packets that were dropped for lack of memory
   */
  int admit(long[] page, int base, int path, int generation, long now, long waited) {
    credit = waited;
    int segments = packet.segments();
    long gap = page[base + PathTable.LOSS_GAP];
    if (gap >= segments) {
      page[base + PathTable.LOSS_GAP] = gap - segments;
      return admitRun(page, base, path, generation, now, 0, segments);
    }
    double logSurvival = Double.longBitsToDouble(page[base + PathTable.LOSS_LOG]);
    int limitDropped = 0;
    int position = 0;
    int lost = 0;
    while (position < segments) {
      int run = (int) Math.min(gap, segments - position);
      if (run > 0) {
        limitDropped += admitRun(page, base, path, generation, now, position, run);
      }
      position += run;
      gap -= run;
      if (position < segments) {
        lost++;
        position++;
        gap = drawGap(page, base, logSurvival);
      }
    }
    page[base + PathTable.LOSS_GAP] = gap;
    PathTable.add(page, base + PathTable.LOST, lost);
    return limitDropped;
  }

  /** Draws how many wire packets survive before the next loss. */
  static long drawGap(long[] page, int base, double logSurvival) {
    long state = page[base + PathTable.LOSS_RANDOM];
    page[base + PathTable.LOSS_RANDOM] = RandomStream.next(state);
    return RandomStream.gap(state, logSurvival);
  }

  private int admitRun(
      long[] page, int base, int path, int generation, long now, int first, int count) {
    long rate = page[base + PathTable.RATE];
    if (rate == PathTable.UNLIMITED) {
      return store(page, base, path, generation, now, first, count);
    }
    int overhead = (int) (page[base + PathTable.FLAGS] >>> PathTable.OVERHEAD_SHIFT);
    int wireBytes = count == 1 ? wireBytes(first, 1) : packet.headerBytes() + packet.segmentBytes();
    long work = (wireBytes + overhead) * PathShaper.WORK_PER_BYTE;
    int admitted = room(page, base, now, work, count);
    if (admitted < count) {
      PathTable.add(page, base + PathTable.QUEUE_DROPPED, count - admitted);
    }
    int piece = admitted;
    if (admitted > 1) {
      long burst = PathShaper.saturatedProduct(limits.burstNanos(), rate, Long.MAX_VALUE);
      piece = (int) Math.max(1, Math.min(admitted, burst / work));
    }
    int limitDropped = 0;
    int end = first + admitted;
    for (int at = first; at < end; at += piece) {
      limitDropped += store(page, base, path, generation, now, at, Math.min(piece, end - at));
    }
    return limitDropped;
  }

  /** How many of some wire packets of equal work the queue has room for. */
  private int room(long[] page, int base, long now, long work, int count) {
    long backlog = PathShaper.backlog(page, base, now);
    long limit = page[base + PathTable.LIMIT_WORK];
    if ((page[base + PathTable.FLAGS] & PathTable.LIMIT_IN_TIME) != 0) {
      limit += work;
    }
    long overhead = page[base + PathTable.FLAGS] >>> PathTable.OVERHEAD_SHIFT;
    int sender = (int) (page[base + PathTable.ENDPOINTS] >> 32);
    long full = (endpoints.fullPacketBytes(sender) + overhead) * PathShaper.WORK_PER_BYTE;
    long room = Math.max(limit, 2 * Math.max(work, full)) - backlog;
    if (count == 1) {
      return room >= work ? 1 : 0;
    }
    return room < 0 ? 0 : (int) Math.min(count, room / work);
  }

  private int wireBytes(int first, int count) {
    if (count == packet.segments()) {
      return packet.wireBytes();
    }
    return packet.payloadBytes(first, count) + count * packet.headerBytes();
  }

  /** Gives a run its own buffer and sends it on; returns what was dropped for lack of memory. */
  private int store(
      long[] page, int base, int path, int generation, long now, int first, int count) {
    boolean whole = count == packet.segments();
    int length = whole ? packet.length() : SegmentWriter.length(packet, first, count);
    boolean handOver = whole && BufferPool.needsLargest(length);
    int allocated = pool.allocate(handOver ? BufferPool.MAX_PACKET_BYTES : length);
    if (allocated == BufferPool.NONE) {
      PathTable.add(page, base + PathTable.LIMIT_DROPPED, count);
      return count;
    }
    int buffer = allocated;
    long address = pool.address(buffer);
    if (handOver) {
      // Copying this much costs more than a fresh receive buffer.
      buffer = receiveBuffer;
      address = pool.address(buffer);
      receiveBuffer = allocated;
    } else if (whole) {
      RawMemory.copy(packet.address(), address + PacketHeader.BYTES, length);
    } else {
      SegmentWriter.write(packet, first, count, address + PacketHeader.BYTES);
    }
    int wireBytes = wireBytes(first, count);
    int overhead = (int) (page[base + PathTable.FLAGS] >>> PathTable.OVERHEAD_SHIFT);
    PacketHeader.fill(address, path, length, count, wireBytes, wireBytes + count * overhead);
    PacketHeader.setSequence(address, sequence++);
    PacketHeader.setGeneration(address, generation);
    PacketHeader.setCredit(address, credit);
    shaper.offer(page, base, path, buffer, now);
    return 0;
  }
}
