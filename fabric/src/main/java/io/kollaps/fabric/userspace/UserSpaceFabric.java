package io.kollaps.fabric.userspace;

import io.kollaps.fabric.EndpointRange;
import io.kollaps.fabric.Fabric;
import io.kollaps.fabric.FabricException;
import io.kollaps.fabric.FabricHealth;
import io.kollaps.fabric.OverlayHealth;
import io.kollaps.fabric.OverlayPeer;
import io.kollaps.fabric.OverlayPeer.RemoteEndpoint;
import io.kollaps.fabric.OverlaySpec;
import io.kollaps.fabric.PathCounters;
import io.kollaps.fabric.PathSetting;
import io.kollaps.fabric.PortSpec;
import io.kollaps.fabric.UsageSink;
import io.kollaps.fabric.overlay.PeerCheck;
import io.kollaps.fabric.overlay.PeerDirectory;
import io.kollaps.fabric.overlay.TransitPaths;
import io.kollaps.fabric.userspace.engine.EngineStatistics;
import io.kollaps.fabric.userspace.engine.PathEngine;
import io.kollaps.linux.LinuxException;
import io.kollaps.linux.MonotonicClock;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

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

  private final EndpointRange endpoints;
  private final FabricThread thread;
  private final EngineStatistics statistics;
  private final Map<Integer, Device> devices = new TreeMap<>();
  private final Map<InetAddress, Integer> addresses = new HashMap<>();
  private final TransitPaths transit;
  private PeerDirectory peers;
  private @Nullable Overlay overlay;
  private long droppedByRemovedDevices;
  private boolean closed;

  private UserSpaceFabric(int endpointCount, FabricThread thread) {
    this.endpoints = new EndpointRange(endpointCount);
    this.thread = thread;
    this.statistics = thread.statistics();
    this.transit = new TransitPaths(endpointCount);
    this.peers = PeerDirectory.empty(endpointCount);
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
    endpoints.requireEndpoint(port.endpoint());
    if (devices.containsKey(port.endpoint())) {
      throw new FabricException(
          "Endpoint " + port.endpoint() + " has a port already: detach it first.");
    }
    peers.requireHere(port);
    Device device = Device.make(port);
    thread.noteArrivals(port.endpoint(), device.tun());
    try {
      thread.changes().make("attach endpoint " + port.endpoint(), attachment(port, device));
    } catch (FabricException e) {
      device.close();
      throw e;
    }
    devices.put(port.endpoint(), device);
    port.addresses().forEach(address -> addresses.put(address, port.endpoint()));
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
    addresses.values().removeIf(owner -> owner == endpoint);
    droppedByRemovedDevices += dropped(device);
    device.close();
  }

  @Override
  public synchronized int openOverlay(OverlaySpec spec) throws FabricException {
    requireOpen();
    if (overlay != null) {
      throw new FabricException("The overlay is open already, at port " + overlay.port() + ".");
    }
    WarmUp.overlayOnce();
    return openColdOverlay(spec);
  }

  /** Opens one whose code may still have to be compiled. */
  synchronized int openColdOverlay(OverlaySpec spec) throws FabricException {
    Overlay opened = Overlay.open(spec, endpoints.count());
    thread.own(opened::close);
    thread
        .changes()
        .make(
            "open the overlay",
            (_, ports, epoll) -> {
              epoll.add(opened.fileDescriptor(), FabricLoop.OVERLAY_TAG);
              ports.setOverlay(opened);
            });
    overlay = opened;
    return opened.port();
  }

  private Overlay requireOverlay() throws FabricException {
    requireOpen();
    Overlay opened = overlay;
    if (opened == null) {
      throw new FabricException("The overlay is not open: open it first.");
    }
    return opened;
  }

  @Override
  public synchronized void setPeers(List<OverlayPeer> others) throws FabricException {
    Overlay opened = requireOverlay();
    PeerDirectory before = peers;
    PeerDirectory after = PeerDirectory.of(others, opened.spec(), endpoints.count(), addresses);
    List<PathSetting> moved = transit.move(after);
    try {
      PeerTable table = PeerTable.of(after);
      thread
          .changes()
          .make(
              "set " + others.size() + " peers",
              (engine, _, _) -> {
                long now = MonotonicClock.nanos();
                leave(engine, before, after, now);
                enter(engine, after, opened.spec().endpointMtu(), now);
                opened.setPeers(table);
                apply(engine, moved, now);
              });
      peers = after;
    } catch (LinuxException e) {
      throw new FabricException("There is no memory for the peers: " + e.getMessage() + ".", e);
    }
  }

  private static void leave(
      PathEngine engine, PeerDirectory before, PeerDirectory after, long now) {
    for (OverlayPeer peer : before.peers()) {
      for (RemoteEndpoint endpoint : peer.endpoints()) {
        engine.removeAddresses(endpoint.endpoint());
        if (after.peerOf(endpoint.endpoint()) == PeerDirectory.NONE) {
          engine.detached(endpoint.endpoint(), now);
        }
      }
    }
  }

  private static void enter(PathEngine engine, PeerDirectory after, int mtu, long now) {
    for (OverlayPeer peer : after.peers()) {
      for (RemoteEndpoint endpoint : peer.endpoints()) {
        endpoint.addresses().forEach(a -> engine.addAddress(endpoint.endpoint(), a));
        engine.attached(endpoint.endpoint(), mtu, now);
      }
    }
  }

  @Override
  public List<OverlayPeer> checkPeers(long patienceNanos) throws FabricException {
    Overlay opened;
    PeerDirectory known;
    synchronized (this) {
      opened = requireOverlay();
      known = peers;
    }
    try (PeerTable table = PeerTable.of(known);
        Overlay.Probes probes = opened.probes(table, known.endpointHere())) {
      return new PeerCheck(probes, opened.spec(), known.peers()).run(patienceNanos);
    } catch (LinuxException e) {
      throw new FabricException("There is no memory for probes: " + e.getMessage() + ".", e);
    }
  }

  private static void apply(PathEngine engine, List<PathSetting> batch, long now) {
    for (int i = 0; i < batch.size(); i++) {
      PathSetting setting = batch.get(i);
      engine.setPath(setting.from(), setting.to(), setting.shape(), now);
    }
  }

  @Override
  public synchronized void setPaths(List<PathSetting> settings) throws FabricException {
    check(settings);
    List<PathSetting> batch = overlay == null ? List.copyOf(settings) : transit.adjusted(settings);
    thread
        .changes()
        .make(
            "set " + batch.size() + " paths",
            (engine, _, _) -> apply(engine, batch, MonotonicClock.nanos()));
  }

  private void check(List<PathSetting> batch) throws FabricException {
    for (PathSetting setting : batch) {
      endpoints.requireEndpoint(setting.from());
      endpoints.requireEndpoint(setting.to());
      if (setting.shape().isPresent()) {
        try {
          PathEngine.requireSupported(setting.shape().get());
        } catch (IllegalArgumentException e) {
          throw new FabricException(
              "Path " + setting.from() + " -> " + setting.to() + ": " + e.getMessage(), e);
        }
      }
    }
  }

  @Override
  public void setRates(int[] pathIds, long[] ratesBitsPerSecond) throws FabricException {
    int[] ids = pathIds.clone();
    long[] rates = ratesBitsPerSecond.clone();
    endpoints.requireRates(ids, rates);
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
      endpoints.requireEndpoint(change.endpoint());
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
    OverlayHealth ofOverlay =
        overlay == null ? OverlayHealth.NONE : overlay.counters().health(transit.excess());
    atDevices += ofOverlay.socketDroppedDatagrams();
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
        loop.rests(),
        ofOverlay);
  }

  /** A device that cannot be asked was taken away from outside: what it dropped went with it. */
  private static long dropped(Device device) {
    try {
      return device.droppedPackets();
    } catch (LinuxException e) {
      return 0;
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
