package io.kollaps.fabric.userspace.engine;

import io.kollaps.fabric.PathCounters;
import io.kollaps.fabric.PathShape;
import io.kollaps.topology.Jitter;
import io.kollaps.topology.LinkProperties;
import io.kollaps.topology.LinkProperties.Framing;
import io.kollaps.topology.QueueLimit;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;

/** An engine in virtual time, with all endpoints attached and addressed, and what left it. */
final class EngineFixture implements AutoCloseable {
  static final long UNLIMITED = LinkProperties.UNLIMITED_RATE;
  static final QueueLimit DEEP = new QueueLimit.Bytes(1_000_000_000);

  /** A packet that left. */
  record Departure(int from, int to, long planned, byte[] packet) {}

  /** Zeroing fresh memory for each of thousands of engines would be most of the tests' time. */
  private static final Deque<MemorySegment> SPARE = new ConcurrentLinkedDeque<>();

  final PathEngine engine;
  private final MemorySegment memory;

  EngineFixture(int endpoints, long seed, EngineLimits limits, long memoryBytes) {
    MemorySegment spare = memoryBytes == EngineMemory.MIN_SIZE_BYTES ? SPARE.poll() : null;
    memory = spare != null ? spare : Arena.ofAuto().allocate(memoryBytes, 64);
    EngineMemory slab = new EngineMemory(memory.address(), memoryBytes);
    engine = new PathEngine(slab, endpoints, seed, limits);
    for (int endpoint = 0; endpoint < endpoints; endpoint++) {
      engine.attached(endpoint, 0);
      engine.addAddress(endpoint, TestPackets.address4(endpoint));
      engine.addAddress(endpoint, TestPackets.address6(endpoint));
    }
  }

  EngineFixture(int endpoints) {
    this(endpoints, 42, EngineLimits.DEFAULT, EngineMemory.MIN_SIZE_BYTES);
  }

  static PathShape shape(long latency, long rate, QueueLimit limit) {
    return new PathShape(latency, Jitter.NONE, 0, rate, Framing.IP, limit);
  }

  static PathShape lossy(double loss) {
    return new PathShape(0, Jitter.NONE, loss, UNLIMITED, Framing.IP, DEEP);
  }

  void path(int from, int to, PathShape shape, long now) {
    engine.setPath(from, to, Optional.of(shape), now);
  }

  void send(int from, byte[] packet, long now) {
    send(from, packet, packet.length, now);
  }

  void send(int from, byte[] packet, int length, long now) {
    send(from, packet, length, now, now);
  }

  void send(int from, byte[] packet, int length, long now, long arrived) {
    MemorySegment target =
        MemorySegment.ofAddress(engine.receiveBuffer()).reinterpret(packet.length);
    MemorySegment.copy(packet, 0, target, ValueLayout.JAVA_BYTE, 0, packet.length);
    engine.received(from, length, now, arrived);
  }

  /** Takes and delivers everything that is due. */
  List<Departure> deliver(long now) {
    List<Departure> departures = new ArrayList<>();
    for (int packet = engine.pollDeparture(now); packet >= 0; packet = engine.pollDeparture(now)) {
      byte[] bytes =
          MemorySegment.ofAddress(engine.packetAddress(packet))
              .reinterpret(engine.packetLength(packet))
              .toArray(ValueLayout.JAVA_BYTE);
      departures.add(
          new Departure(
              engine.packetSource(packet),
              engine.packetDestination(packet),
              engine.plannedDeparture(packet),
              bytes));
      engine.delivered(packet);
    }
    return departures;
  }

  /** Delivers everything that is held, however late. */
  List<Departure> drain() {
    return deliver(Long.MAX_VALUE);
  }

  PathCounters counters(int from, int to) {
    return engine.statistics().counters(from, to);
  }

  @Override
  public void close() {
    if (memory.byteSize() == EngineMemory.MIN_SIZE_BYTES) {
      SPARE.push(memory);
    }
  }
}
