package io.kollaps.fabric.userspace;

import io.kollaps.fabric.Fabric;
import io.kollaps.fabric.FabricException;
import io.kollaps.fabric.FabricHealth;
import io.kollaps.fabric.PathCounters;
import io.kollaps.fabric.PathSetting;
import io.kollaps.fabric.PortSpec;
import io.kollaps.fabric.UsageSink;
import io.kollaps.fabric.userspace.engine.EngineStatistics;
import io.kollaps.fabric.userspace.engine.PathEngine;
import io.kollaps.linux.LinuxException;
import io.kollaps.linux.MonotonicClock;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A fabric in user space: one thread moves the packets of all endpoints between their TUN devices,
 * as a {@link PathEngine} says. It needs /dev/net/tun and CAP_NET_ADMIN in the endpoints' network
 * namespaces, nothing else; what more privilege would give (real-time priority, memory that is
 * never swapped out, the kernel's notes of arrivals) is taken where it is allowed.
 *
 * <p>Should its thread ever fail, every later call throws: a {@link FabricException}, or where the
 * method has none an {@link IllegalStateException}, with the cause.
 */
public final class UserSpaceFabric implements Fabric {
  /** Name of the fabric and of its thread. */
  public static final String NAME = "user-space";

  private final int endpointCount;
  private final FabricThread thread;
  private final EngineStatistics statistics;
  private final Map<Integer, Device> devices = new TreeMap<>();
  private long droppedByRemovedDevices;
  private boolean closed;

  private UserSpaceFabric(int endpointCount, FabricThread thread) {
    this.endpointCount = endpointCount;
    this.thread = thread;
    this.statistics = thread.statistics();
  }

  /**
   * Starts a fabric without ports and paths; its code is compiled by synthetic traffic first, which
   * takes some hundred milliseconds once in a process.
   *
   * @param endpointCount number of endpoints of the experiment, 1 to {@link
   *     PathEngine#MAX_ENDPOINTS}
   * @param options how it works
   * @throws FabricException when the kernel has no room for it
   */
  public static UserSpaceFabric start(int endpointCount, UserSpaceFabricOptions options)
      throws FabricException {
    WarmUp.once();
    return startCold(endpointCount, options);
  }

  /** Starts one whose code may still have to be compiled. */
  static UserSpaceFabric startCold(int endpointCount, UserSpaceFabricOptions options)
      throws FabricException {
    try {
      return new UserSpaceFabric(endpointCount, FabricThread.start(endpointCount, options));
    } catch (LinuxException e) {
      throw new FabricException(
          "The user-space fabric cannot start: "
              + e.getMessage()
              + ". Raise the limits on memory and open files, or lower the fabric's memory.",
          e);
    }
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public synchronized void attach(PortSpec port) throws FabricException {
    requireOpen();
    requireEndpoint(port.endpoint());
    if (devices.containsKey(port.endpoint())) {
      throw new FabricException(
          "Endpoint " + port.endpoint() + " has a port already: detach it first.");
    }
    Device device = Device.make(port);
    thread.noteArrivals(port.endpoint(), device.tun());
    try {
      thread.changes().make("attach endpoint " + port.endpoint(), attachment(port, device));
    } catch (FabricException e) {
      device.close();
      throw e;
    }
    devices.put(port.endpoint(), device);
  }

  private static Change attachment(PortSpec port, Device device) {
    int endpoint = port.endpoint();
    int fileDescriptor = device.tun().fileDescriptor();
    return (engine, ports, epoll) -> {
      try {
        for (InetAddress address : port.addresses()) {
          engine.addAddress(endpoint, address);
        }
        epoll.add(fileDescriptor, endpoint);
      } catch (LinuxException | IllegalArgumentException e) {
        engine.removeAddresses(endpoint);
        throw e;
      }
      ports.put(endpoint, fileDescriptor);
      engine.attached(endpoint, port.mtu(), MonotonicClock.nanos());
    };
  }

  @Override
  public synchronized void detach(int endpoint) throws FabricException {
    requireOpen();
    Device device = devices.get(endpoint);
    if (device == null) {
      throw new FabricException("Endpoint " + endpoint + " has no port to detach.");
    }
    thread
        .changes()
        .make(
            "detach endpoint " + endpoint,
            (engine, ports, epoll) -> {
              ports.remove(endpoint);
              engine.removeAddresses(endpoint);
              engine.detached(endpoint, MonotonicClock.nanos());
              epoll.remove(device.tun().fileDescriptor());
            });
    devices.remove(endpoint);
    droppedByRemovedDevices += dropped(device);
    device.close();
  }

  @Override
  public void setPaths(List<PathSetting> settings) throws FabricException {
    List<PathSetting> batch = List.copyOf(settings);
    for (PathSetting setting : batch) {
      requireEndpoint(setting.from());
      requireEndpoint(setting.to());
      if (setting.shape().isPresent()) {
        try {
          PathEngine.requireSupported(setting.shape().get());
        } catch (IllegalArgumentException e) {
          throw new FabricException(
              "Path " + setting.from() + " -> " + setting.to() + ": " + e.getMessage(), e);
        }
      }
    }
    thread
        .changes()
        .make(
            "set " + batch.size() + " paths",
            (engine, _, _) -> {
              long now = MonotonicClock.nanos();
              for (int i = 0; i < batch.size(); i++) {
                PathSetting setting = batch.get(i);
                engine.setPath(setting.from(), setting.to(), setting.shape(), now);
              }
            });
  }

  @Override
  public void setRates(int[] pathIds, long[] ratesBitsPerSecond) throws FabricException {
    if (pathIds.length != ratesBitsPerSecond.length) {
      throw new FabricException(
          pathIds.length + " paths cannot have " + ratesBitsPerSecond.length + " rates.");
    }
    int[] ids = pathIds.clone();
    long[] rates = ratesBitsPerSecond.clone();
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] < 0 || ids[i] / endpointCount >= endpointCount || rates[i] < 1) {
        throw new FabricException(
            "Path id " + ids[i] + " with rate " + rates[i] + " bit/s is out of range.");
      }
    }
    thread
        .changes()
        .make(
            "set " + ids.length + " rates",
            (engine, _, _) -> {
              long now = MonotonicClock.nanos();
              for (int i = 0; i < ids.length; i++) {
                engine.setRate(ids[i], rates[i], now);
              }
            });
  }

  @Override
  public void setConnected(List<Connection> changes) throws FabricException {
    List<Connection> batch = List.copyOf(changes);
    for (Connection change : batch) {
      requireEndpoint(change.endpoint());
    }
    thread
        .changes()
        .make(
            "connect or disconnect " + batch.size() + " endpoints",
            (engine, _, _) ->
                batch.forEach(
                    change -> engine.setConnected(change.endpoint(), change.connected())));
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalStateException when the fabric's thread has ended
   */
  @Override
  public void readUsage(UsageSink sink) {
    long[] now = new long[1];
    try {
      thread
          .changes()
          .make(
              "bring usage up to date",
              (engine, _, _) -> {
                now[0] = MonotonicClock.nanos();
                engine.settle(now[0]);
              });
    } catch (FabricException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
    statistics.readUsage(now[0], sink);
  }

  @Override
  public PathCounters counters(int from, int to) {
    return statistics.counters(from, to);
  }

  @Override
  public long busyNanos() {
    return thread.health().busyNanos();
  }

  @Override
  public synchronized FabricHealth health() {
    LoopHealth loop = thread.health();
    long atDevices = droppedByRemovedDevices + statistics.refusedBuffers() + loop.failedReads();
    for (Device device : devices.values()) {
      atDevices += dropped(device);
    }
    return new FabricHealth(
        statistics.deliveredBuffers(),
        loop.lateness().quantile(0.5),
        loop.lateness().quantile(0.99),
        loop.lateness().max(),
        loop.busyNanos(),
        statistics.limitDroppedPackets(),
        atDevices,
        statistics.unroutedPackets(),
        loop.realTime(),
        loop.rests());
  }

  /** A device that cannot be asked was taken away from outside: what it dropped went with it. */
  private static long dropped(Device device) {
    try {
      return device.droppedPackets();
    } catch (LinuxException e) {
      return 0;
    }
  }

  private void requireEndpoint(int endpoint) throws FabricException {
    if (endpoint < 0 || endpoint >= endpointCount) {
      throw new FabricException(
          "There are endpoints 0 to " + (endpointCount - 1) + ", but not " + endpoint + ".");
    }
  }

  private void requireOpen() throws FabricException {
    if (closed) {
      throw new FabricException("The fabric was closed.");
    }
    thread.changes().requireRunning();
  }

  @Override
  public synchronized void close() throws FabricException {
    if (closed) {
      return;
    }
    closed = true;
    try {
      thread.close();
    } finally {
      for (Device device : devices.values()) {
        droppedByRemovedDevices += dropped(device);
      }
      DeviceRemoval.closeAll(List.copyOf(devices.values()));
      devices.clear();
    }
  }
}
