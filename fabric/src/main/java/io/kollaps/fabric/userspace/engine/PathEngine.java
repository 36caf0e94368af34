package io.kollaps.fabric.userspace.engine;

import io.kollaps.fabric.PathShape;
import java.net.InetAddress;
import java.util.Optional;

/**
 * The packet core of the user-space fabric: takes packets that were read from endpoints' devices,
 * emulates the path of each, and says which packet is to be written where and when.
 *
 * <p>A packet goes: destination lookup, the path's loss (for each wire packet), a bounded queue
 * served at the path's rate of the moment, a delay of latency and jitter. Super-packets (TSO) stay
 * whole where nothing happens to a part of them, and are split otherwise; counters, loss, rate and
 * queue see the wire packets that they stand for.
 *
 * <p>All methods are for one thread, but what {@link #statistics} returns. Times are nanoseconds of
 * one monotonic clock that the caller reads; a time before an earlier call's counts as that one.
 * Nothing is allocated for a packet. The same calls with the same seed give the same departures.
 *
 * <p>The loop of a caller:
 *
 * <pre>{@code
 * length = read(device, engine.receiveBuffer(), engine.receiveBufferBytes());
 * engine.received(endpoint, length, now);
 * while ((packet = engine.pollDeparture(now)) >= 0) {
 *   write(device of engine.packetDestination(packet),
 *       engine.packetAddress(packet), engine.packetLength(packet));
 *   engine.delivered(packet) or engine.refused(packet);
 * }
 * sleep until engine.nextDepartureNanos() or a device is readable
 * }</pre>
 */
public final class PathEngine {
  /** Most endpoints: path ids are ints. */
  public static final int MAX_ENDPOINTS = 46_340;

  /** Longest latency and largest jitter deviation, some three years. */
  public static final long MAX_DELAY_NANOS = 100_000_000_000_000_000L;

  private final EndpointTable endpoints;
  private final PathTable paths;
  private final BufferPool pool;
  private final PathShaper shaper;
  private final PathSettings settings;
  private final Admission admission;
  private final WirePacket packet = new WirePacket();
  private final long[] totals = new long[EngineStatistics.COUNT];
  private final EngineStatistics statistics;
  private long nowNanos = Long.MIN_VALUE;

  /**
   * An engine without paths; all endpoints are connected and none is attached.
   *
   * @param memory where packets are kept
   * @param endpointCount number of endpoints; they are named 0 to endpointCount - 1
   * @param seed of every random draw; each path has streams of its own
   * @param limits bounds of its behaviour
   * @throws IllegalArgumentException when endpointCount is not in 1 to {@link #MAX_ENDPOINTS}
   */
  public PathEngine(EngineMemory memory, int endpointCount, long seed, EngineLimits limits) {
    if (endpointCount < 1 || endpointCount > MAX_ENDPOINTS) {
      throw new IllegalArgumentException(
          "an engine has 1 to " + MAX_ENDPOINTS + " endpoints, got " + endpointCount);
    }
    endpoints = new EndpointTable(endpointCount, seed, limits.fullPacketBytes());
    paths = new PathTable(endpointCount, seed);
    pool = new BufferPool(memory);
    shaper = new PathShaper(paths, pool);
    settings = new PathSettings(paths, shaper);
    admission = new Admission(shaper, pool, endpoints, limits, packet);
    statistics = new EngineStatistics(paths, totals);
  }

  /**
   * Runs synthetic packets through an engine of its own, so that the packet path is compiled before
   * real packets come. Takes some hundred milliseconds and 16 MiB while it runs.
   */
  public static void warmUp() {
    EngineWarmUp.run();
  }

  /** Counters, for any thread. */
  public EngineStatistics statistics() {
    return statistics;
  }

  /**
   * Sets a path, now. Packets in their delay keep it; packets that wait for the rate are served at
   * the new one and then get the new delay.
   *
   * @param from sending endpoint
   * @param to receiving endpoint
   * @param shape what to do with its packets; empty to drop them: those that wait for the rate are
   *     cut too, those in their delay still arrive
   * @throws IllegalArgumentException when a value of the shape is out of range
   */
  public void setPath(int from, int to, Optional<PathShape> shape, long nowNanos) {
    long now = advanceTo(nowNanos);
    endpoints.check(from);
    endpoints.check(to);
    if (shape.isPresent()) {
      settings.apply(from, to, shape.get(), now);
      return;
    }
    int path = paths.find(from, to);
    if (path != PathTable.NONE) {
      long[] page = paths.page(path);
      int base = PathTable.base(path);
      shaper.advance(page, base, path, now);
      page[base + PathTable.FLAGS] &= ~PathTable.EXISTS;
      shaper.dropQueue(path);
    }
  }

  /**
   * Checks a shape, so that a batch can be checked as a whole before any of it is set.
   *
   * @throws IllegalArgumentException when a value is out of range
   */
  public static void requireSupported(PathShape shape) {
    PathSettings.check(shape);
  }

  /**
   * Changes a path's rate, now: also for what waits, and for what is left of the packet in service.
   * A path that does not exist is left out.
   *
   * @param pathId dense path id, from * endpointCount + to
   * @param bitsPerSecond new rate, at least 1; above 10^15 counts as unlimited
   * @throws IllegalArgumentException when the rate or the id is out of range
   */
  public void setRate(int pathId, long bitsPerSecond, long nowNanos) {
    long now = advanceTo(nowNanos);
    int from = pathId / paths.endpointCount();
    endpoints.check(from);
    if (pathId < 0 || bitsPerSecond < 1) {
      throw new IllegalArgumentException(
          "path " + pathId + " cannot have a rate of " + bitsPerSecond + " bit/s");
    }
    int path = paths.find(from, pathId % paths.endpointCount());
    if (path != PathTable.NONE && exists(path)) {
      shaper.setRate(path, bitsPerSecond, now);
    }
  }

  private boolean exists(int path) {
    long flags = paths.page(path)[PathTable.base(path) + PathTable.FLAGS];
    return (flags & PathTable.EXISTS) != 0;
  }

  /** Lets packets pass to and from an endpoint, now that its device is there. */
  public void attached(int endpoint, long nowNanos) {
    advanceTo(nowNanos);
    endpoints.setAttached(endpoint, true);
  }

  /**
   * As {@link #attached(int, long)}, of a device with a largest packet of its own.
   *
   * @param fullPacketBytes IP bytes of the largest packet that the endpoint sends: two of them fit
   *     into the queue of every path from it
   * @throws IllegalArgumentException when they are not in 1 to 65535
   */
  public void attached(int endpoint, int fullPacketBytes, long nowNanos) {
    endpoints.setFullPacketBytes(endpoint, EngineLimits.checkedFullPacket(fullPacketBytes));
    attached(endpoint, nowNanos);
  }

  /** Drops what is on its way to or from an endpoint, and all that comes until it is back. */
  public void detached(int endpoint, long nowNanos) {
    advanceTo(nowNanos);
    endpoints.setAttached(endpoint, false);
    dropAll(endpoint);
  }

  /**
   * Cuts or restores everything to and from an endpoint. A cut drops what is on its way, also when
   * the endpoint is connected again before it would have arrived.
   */
  public void setConnected(int endpoint, boolean connected) {
    endpoints.setConnected(endpoint, connected);
    if (!connected) {
      dropAll(endpoint);
    }
  }

  private void dropAll(int endpoint) {
    for (int other = 0; other < paths.endpointCount(); other++) {
      int out = paths.find(endpoint, other);
      if (out != PathTable.NONE) {
        shaper.dropAll(out);
      }
      int in = paths.find(other, endpoint);
      if (in != PathTable.NONE) {
        shaper.dropAll(in);
      }
    }
  }

  /** Number of endpoints. */
  public int endpointCount() {
    return paths.endpointCount();
  }

  /** Whether packets pass to and from an endpoint. */
  public boolean isUp(int endpoint) {
    return endpoints.isUp(endpoint);
  }

  /**
   * The endpoint that an IP packet in native memory is addressed to.
   *
   * @param ip address of its header, whole
   * @return its index, or -1 when no endpoint has the address
   */
  public int endpointAt(long ip) {
    return endpoints.destination(ip, RawMemory.getByte(ip) >> 4 == 6);
  }

  /**
   * Makes an endpoint reachable at an address.
   *
   * @throws IllegalArgumentException when another endpoint has the address
   */
  public void addAddress(int endpoint, InetAddress address) {
    endpoints.addAddress(endpoint, address);
  }

  /** Makes an endpoint unreachable at all its addresses. */
  public void removeAddresses(int endpoint) {
    endpoints.removeAddresses(endpoint);
  }

  /**
   * Address that the next packet is to be read to: virtio_net_hdr (10 bytes) first, then the IP
   * packet. Changes with every call of {@link #received}.
   */
  public long receiveBuffer() {
    return admission.receiveAddress();
  }

  /** Room at {@link #receiveBuffer}: the largest packet that there is. */
  public static int receiveBufferBytes() {
    return BufferPool.MAX_PACKET_BYTES;
  }

  /** As {@link #received(int, int, long, long)}, of a packet that was read when it came. */
  public void received(int fromEndpoint, int length, long nowNanos) {
    received(fromEndpoint, length, nowNanos, nowNanos);
  }

  /**
   * Takes the packet in the receive buffer. Any bytes are safe.
   *
   * <p>The time that it had to wait until it was read is taken off its delay, as far as that goes:
   * a path's delay counts from when the packet came. The queue is served from when it was read.
   *
   * @param fromEndpoint endpoint whose device it was read from
   * @param length bytes read, virtio_net_hdr included
   * @param arrivedNanos when it came to the device; later than now counts as now
   */
  public void received(int fromEndpoint, int length, long nowNanos, long arrivedNanos) {
    long now = advanceTo(nowNanos);
    int to =
        packet.read(admission.receiveAddress(), length)
            ? endpoints.destination(packet)
            : AddressTable.NONE;
    if (to == AddressTable.NONE) {
      PathTable.add(totals, EngineStatistics.UNROUTED, 1);
      return;
    }
    int segments = packet.segments();
    int path = paths.find(fromEndpoint, to);
    if (path == PathTable.NONE) {
      PathTable.add(totals, EngineStatistics.PATHLESS, segments);
      return;
    }
    long[] page = paths.page(path);
    int base = PathTable.base(path);
    PathTable.touch(page, path);
    PathTable.add(page, base + PathTable.OFFERED_PACKETS, segments);
    PathTable.add(page, base + PathTable.OFFERED_BYTES, packet.wireBytes());
    if ((page[base + PathTable.FLAGS] & PathTable.EXISTS) == 0
        || !endpoints.isUp(fromEndpoint)
        || !endpoints.isUp(to)) {
      PathTable.add(page, base + PathTable.CUT, segments);
      return;
    }
    shaper.advance(page, base, path, now);
    int generation = endpoints.generation(fromEndpoint, to);
    long waited = Math.max(0, nowNanos - arrivedNanos);
    int limitDropped = admission.admit(page, base, path, generation, now, waited);
    if (limitDropped > 0) {
      PathTable.add(totals, EngineStatistics.LIMIT_DROPPED, limitDropped);
    }
    shaper.arm(page, base, path);
  }

  /**
   * When {@link #pollDeparture} must be called next, {@code Long.MAX_VALUE} when nothing is held.
   * There may turn out to be no packet then: a path that draws its delay at the end of service has
   * to be looked at then.
   */
  public long nextDepartureNanos() {
    return shaper.nextTime();
  }

  /**
   * Takes the next packet whose departure has come, in the order of planned departures and, where
   * they are equal, of arrival. It stays valid until {@link #delivered} or {@link #refused}.
   *
   * @return the packet's handle, or -1 when none is due
   */
  public int pollDeparture(long nowNanos) {
    long now = advanceTo(nowNanos);
    while (true) {
      int buffer = shaper.poll(now);
      if (buffer == BufferPool.NONE) {
        return BufferPool.NONE;
      }
      long address = pool.address(buffer);
      int path = PacketHeader.path(address);
      long ends = paths.page(path)[PathTable.base(path) + PathTable.ENDPOINTS];
      int generation = endpoints.generation((int) (ends >> 32), (int) ends);
      if (PacketHeader.generation(address) == generation) {
        PacketHeader.setPolled(address, true);
        return buffer;
      }
      cut(buffer, address);
    }
  }

  private void cut(int buffer, long address) {
    int path = PacketHeader.path(address);
    long[] page = paths.page(path);
    PathTable.add(page, PathTable.base(path) + PathTable.CUT, PacketHeader.segments(address));
    PathTable.touch(page, path);
    pool.free(buffer);
  }

  /** Address of a polled packet's virtio_net_hdr. */
  public long packetAddress(int packetHandle) {
    return pool.address(packetHandle) + PacketHeader.BYTES;
  }

  /** Bytes of a polled packet, virtio_net_hdr included. */
  public int packetLength(int packetHandle) {
    return PacketHeader.length(pool.address(packetHandle));
  }

  /** Endpoint that a polled packet goes to. */
  public int packetDestination(int packetHandle) {
    int path = PacketHeader.path(pool.address(packetHandle));
    return (int) paths.page(path)[PathTable.base(path) + PathTable.ENDPOINTS];
  }

  /** Endpoint that a polled packet comes from. */
  public int packetSource(int packetHandle) {
    int path = PacketHeader.path(pool.address(packetHandle));
    return (int) (paths.page(path)[PathTable.base(path) + PathTable.ENDPOINTS] >> 32);
  }

  /** When a polled packet should have left. */
  public long plannedDeparture(int packetHandle) {
    return PacketHeader.departure(pool.address(packetHandle));
  }

  /**
   * Counts a polled packet as delivered and frees it.
   *
   * @throws IllegalStateException when the packet is not with the caller
   */
  public void delivered(int packetHandle) {
    long address = takeBack(packetHandle);
    int path = PacketHeader.path(address);
    long[] page = paths.page(path);
    int base = PathTable.base(path);
    PathTable.add(page, base + PathTable.DELIVERED_PACKETS, PacketHeader.segments(address));
    PathTable.add(page, base + PathTable.DELIVERED_BYTES, PacketHeader.wireBytes(address));
    PathTable.add(totals, EngineStatistics.DELIVERED_BUFFERS, 1);
    PathTable.touch(page, path);
    pool.free(packetHandle);
  }

  /**
   * Counts a polled packet as refused by its receiver's device, on its path as cut, and frees it.
   *
   * @throws IllegalStateException when the packet is not with the caller
   */
  public void refused(int packetHandle) {
    long address = takeBack(packetHandle);
    PathTable.add(totals, EngineStatistics.REFUSED_BUFFERS, 1);
    cut(packetHandle, address);
  }

  private long takeBack(int packetHandle) {
    long address = pool.address(packetHandle);
    if (!PacketHeader.polled(address)) {
      throw new IllegalStateException("packet " + packetHandle + " was not polled, or given back");
    }
    PacketHeader.setPolled(address, false);
    return address;
  }

  /**
   * Brings served bytes and backlog of every path up to date for {@link #statistics}; costs some
   * ten nanoseconds for each path that has a queue.
   */
  public void settle(long nowNanos) {
    shaper.settle(advanceTo(nowNanos));
  }

  private long advanceTo(long time) {
    nowNanos = Math.max(nowNanos, time);
    return nowNanos;
  }
}
