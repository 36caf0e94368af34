package io.kollaps.fabric.userspace.engine;

import io.kollaps.fabric.PathShape;
import io.kollaps.topology.Jitter;
import io.kollaps.topology.LinkProperties.Framing;
import io.kollaps.topology.QueueLimit;
import java.lang.foreign.Arena;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/** Synthetic traffic over every kind of path, through an engine that is thrown away. */
final class EngineWarmUp {
  private static final int ENDPOINTS = 4;
  private static final int ROUNDS = 40_000;
  private static final long ROUND_NANOS = 10_000;
  private static final int MTU = 1500;
  private static final int HEADERS = 40;
  private static final int SEGMENT = MTU - HEADERS;

  private EngineWarmUp() {}

  static void run() {
    try (Arena arena = Arena.ofConfined()) {
      long size = EngineMemory.MIN_SIZE_BYTES;
      long address = arena.allocate(size, 64).address();
      EngineMemory memory = new EngineMemory(address, size);
      exercise(new PathEngine(memory, ENDPOINTS, 1, EngineLimits.DEFAULT));
    }
  }

  private static void exercise(PathEngine engine) {
    for (int endpoint = 0; endpoint < ENDPOINTS; endpoint++) {
      engine.attached(endpoint, 0);
      engine.addAddress(endpoint, address(endpoint));
    }
    long unlimited = PathTable.UNLIMITED;
    Jitter ordered = new Jitter(100_000, Jitter.Distribution.NORMAL, false);
    Jitter reordered = new Jitter(100_000, Jitter.Distribution.UNIFORM, true);
    engine.setPath(0, 1, shape(0, Jitter.NONE, 0, unlimited), 0);
    engine.setPath(0, 2, shape(50_000, ordered, 0.01, 1_000_000_000), 0);
    engine.setPath(0, 3, shape(50_000, reordered, 0.01, 100_000_000), 0);
    engine.setPath(1, 2, shape(100_000, Jitter.NONE, 0, 10_000_000_000L), 0);
    for (int round = 0; round < ROUNDS; round++) {
      long now = round * ROUND_NANOS;
      int from = (round >> 2) & 1;
      int to = from + 1 + round % (ENDPOINTS - 1 - from);
      int segments = round % 5 == 0 ? 1 + round % 44 : 1;
      engine.received(from, build(engine.receiveBuffer(), to, segments), now);
      deliver(engine, now);
      if (round % 250 == 0) {
        engine.setRate(2, 500_000_000L + round, now);
        engine.settle(now);
        engine.statistics().readUsage(now, (_, _, _, _) -> {});
      }
    }
  }

  private static void deliver(PathEngine engine, long now) {
    while (engine.nextDepartureNanos() <= now) {
      int packet = engine.pollDeparture(now);
      if (packet == BufferPool.NONE) {
        return;
      }
      if (engine.packetLength(packet) > 0 && engine.packetDestination(packet) >= 0) {
        engine.delivered(packet);
      }
    }
  }

  private static Optional<PathShape> shape(long latency, Jitter jitter, double loss, long rate) {
    return Optional.of(new PathShape(latency, jitter, loss, rate, Framing.IP, QueueLimit.DEFAULT));
  }

  private static InetAddress address(int endpoint) {
    try {
      return InetAddress.getByAddress(new byte[] {10, 0, 0, (byte) (endpoint + 1)});
    } catch (UnknownHostException e) {
      throw new IllegalStateException("four bytes are an IPv4 address", e);
    }
  }

  /** Writes a TCP packet of so many segments; returns its length. */
  private static int build(long at, int to, int segments) {
    int ipLength = HEADERS + segments * SEGMENT;
    RawMemory.putLong(at, 0);
    RawMemory.putShort(at + WirePacket.VNET_CHECKSUM_START, 20);
    RawMemory.putShort(at + WirePacket.VNET_CHECKSUM_OFFSET, WirePacket.TCP_CHECKSUM);
    RawMemory.putByte(at + WirePacket.VNET_FLAGS, WirePacket.NEEDS_CHECKSUM);
    if (segments > 1) {
      RawMemory.putByte(at + WirePacket.VNET_GSO_TYPE, WirePacket.GSO_TCPV4);
      RawMemory.putShort(at + WirePacket.VNET_GSO_SIZE, SEGMENT);
    }
    long ip = at + WirePacket.VNET_HEADER_BYTES;
    RawMemory.putByte(ip, 0x45);
    RawMemory.putNetShort(ip + 2, ipLength);
    RawMemory.putByte(ip + 9, 6);
    RawMemory.putNetInt(ip + 16, 10 << 24 | (to + 1));
    RawMemory.putByte(ip + 20 + WirePacket.TCP_DATA_OFFSET, 5 << 4);
    return WirePacket.VNET_HEADER_BYTES + ipLength;
  }
}
