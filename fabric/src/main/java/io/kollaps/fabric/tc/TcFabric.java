package io.kollaps.fabric.tc;

import io.kollaps.fabric.EndpointRange;
import io.kollaps.fabric.Fabric;
import io.kollaps.fabric.FabricException;
import io.kollaps.fabric.FabricHealth;
import io.kollaps.fabric.PathCounters;
import io.kollaps.fabric.PathSetting;
import io.kollaps.fabric.PortSpec;
import io.kollaps.fabric.UsageSink;
import io.kollaps.linux.NetlinkBatch;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * A fabric of Linux traffic control (htb and netem), as the original has it: what an endpoint sends
 * is shaped by its own {@code eth0}, in its own namespace, and then led to the receiver's. It has
 * no thread and touches no packet.
 *
 * <p>It differs from the interface's ideal where the kernel does:
 *
 * <ul>
 *   <li>Changes of one call follow one another within some microseconds each; they are not of one
 *       instant.
 *   <li>A new rate acts on what waits, but for the packet that was served last: the next one leaves
 *       when that would have been served at the old rate.
 *   <li>A packet is delayed before it waits for the rate. For a constant delay that makes no
 *       difference; jitter is smoothed by a queue that is not empty.
 *   <li>Rates are whole bytes per second.
 *   <li>Endpoints have no super-packets (a device may not send any), so that rates, queues and
 *       losses are those of wire packets. Only UDP_SEGMENT of a program still makes some.
 *   <li>On a machine without time left, the kernel's queue between two devices overflows
 *       (net.core.netdev_max_backlog, 1000 packets): such packets count as delivered, and in {@link
 *       FabricHealth#deviceDroppedPackets}.
 * </ul>
 */
public final class TcFabric implements Fabric {
  /** Name of the fabric. */
  public static final String NAME = "tc";

  private final int endpointCount;
  private final EndpointRange endpoints;
  private final long seed;
  private final TcStep.Gate gate;
  private final NetlinkBatch batch;
  private final TcNetwork network;
  private final long ownDelayNanos;
  private final Map<Integer, TcPort> ports = new TreeMap<>();
  private final Map<Integer, TcPath> paths = new HashMap<>();
  private final Map<InetAddress, Integer> owners = new HashMap<>();
  private final Set<Integer> disconnected = new HashSet<>();
  private long unroutedOfRemovedPorts;
  private boolean closed;

  private TcFabric(
      int endpointCount,
      long seed,
      TcStep.Gate gate,
      NetlinkBatch batch,
      TcNetwork network,
      long ownDelayNanos) {
    this.endpointCount = endpointCount;
    this.endpoints = new EndpointRange(endpointCount);
    this.seed = seed;
    this.gate = gate;
    this.batch = batch;
    this.network = network;
    this.ownDelayNanos = ownDelayNanos;
  }

  /**
   * Makes a fabric without ports and paths.
   *
   * @param endpointCount number of endpoints of the experiment, 1 to {@link TcLimits#MAX_ENDPOINTS}
   * @param seed of loss and jitter, where the kernel lets it be given (Linux 6.6 and later)
   * @throws FabricException when the kernel refuses; nothing is left then
   */
  public static TcFabric start(int endpointCount, long seed) throws FabricException {
    return start(endpointCount, seed, TcStep.Gate.OPEN, OwnDelay.measureNanos());
  }

  /** Without knowing its own delay. */
  static TcFabric start(int endpointCount, long seed, TcStep.Gate gate) throws FabricException {
    return start(endpointCount, seed, gate, 0);
  }

  private static TcFabric start(int endpointCount, long seed, TcStep.Gate gate, long ownDelayNanos)
      throws FabricException {
    refuse(TcLimits.tooMany(endpointCount, 0, 0));
    if (endpointCount < 1) {
      throw new FabricException("A fabric has at least one endpoint, not " + endpointCount + ".");
    }
    NetlinkBatch batch = new NetlinkBatch();
    try {
      return new TcFabric(
          endpointCount, seed, gate, batch, TcNetwork.make(batch, gate), ownDelayNanos);
    } catch (FabricException e) {
      batch.close();
      throw e;
    }
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public synchronized void attach(PortSpec port) throws FabricException {
    requireOpen();
    int endpoint = port.endpoint();
    endpoints.requireEndpoint(endpoint);
    if (ports.containsKey(endpoint)) {
      throw new FabricException("Endpoint " + endpoint + " has a port already: detach it first.");
    }
    for (InetAddress address : port.addresses()) {
      Integer owner = owners.get(address);
      if (owner != null) {
        throw new FabricException(
            "Endpoint "
                + endpoint
                + " cannot have the address "
                + address.getHostAddress()
                + ": endpoint "
                + owner
                + " has it. Give each endpoint its own.");
      }
    }
    try {
      ports.put(endpoint, TcPort.make(network, port, batch, seed + endpoint, gate));
    } catch (IllegalArgumentException e) {
      throw new FabricException(
          "Endpoint " + endpoint + " cannot be attached: " + e.getMessage(), e);
    }
    port.addresses().forEach(address -> owners.put(address, endpoint));
    try {
      apply(pathsOf(endpoint));
    } catch (FabricException e) {
      removeAfter(endpoint, e);
      throw e;
    }
  }

  private void removeAfter(int endpoint, FabricException failure) {
    try {
      remove(endpoint);
    } catch (FabricException e) {
      failure.addSuppressed(e);
    }
  }

  /** Ids of the paths from and to an endpoint that were set. */
  private List<Integer> pathsOf(int endpoint) {
    List<Integer> ids = new ArrayList<>();
    for (int other : ports.keySet()) {
      for (int id : new int[] {id(endpoint, other), id(other, endpoint)}) {
        if (other != endpoint && paths.containsKey(id)) {
          ids.add(id);
        }
      }
    }
    if (paths.containsKey(id(endpoint, endpoint))) {
      ids.add(id(endpoint, endpoint));
    }
    return ids;
  }

  /** Tells the kernel what the paths are now, where both ends have a port. */
  private void apply(List<Integer> ids) throws FabricException {
    Map<Integer, List<DestinationSetting>> byPort = new TreeMap<>();
    for (int id : ids) {
      TcPath path = path(id);
      TcPort from = ports.get(id / endpointCount);
      TcPort to = ports.get(id % endpointCount);
      if (from != null && to != null && path.wasSet()) {
        byPort
            .computeIfAbsent(id / endpointCount, _ -> new ArrayList<>())
            .add(
                new DestinationSetting(
                    id % endpointCount,
                    to.addresses(),
                    path.shape().sooner(ownDelayNanos),
                    path.exists() && connected(id),
                    path.totals()));
      }
    }
    for (Map.Entry<Integer, List<DestinationSetting>> entry : byPort.entrySet()) {
      port(entry.getKey()).shaper().set(entry.getValue());
    }
  }

  private boolean connected(int id) {
    return !disconnected.contains(id / endpointCount) && !disconnected.contains(id % endpointCount);
  }

  private TcPath path(int id) {
    return paths.computeIfAbsent(id, _ -> new TcPath());
  }

  private TcPort port(int endpoint) {
    TcPort port = ports.get(endpoint);
    if (port == null) {
      throw new IllegalStateException("endpoint " + endpoint + " has no port");
    }
    return port;
  }

  private int id(int from, int to) {
    return from * endpointCount + to;
  }

  @Override
  public synchronized void detach(int endpoint) throws FabricException {
    requireOpen();
    if (!ports.containsKey(endpoint)) {
      throw new FabricException("Endpoint " + endpoint + " has no port to detach.");
    }
    remove(endpoint);
  }

  private void remove(int endpoint) throws FabricException {
    TcPort port = port(endpoint);
    for (Map.Entry<Integer, TcPort> other : ports.entrySet()) {
      if (other.getKey() != endpoint) {
        other.getValue().shaper().remove(endpoint);
      }
    }
    port.shaper().readAll();
    unroutedOfRemovedPorts += port.shaper().unknownPackets();
    port.remove(endpoint, gate);
    ports.remove(endpoint);
    owners.values().removeIf(owner -> owner == endpoint);
    for (int to = 0; to < endpointCount; to++) {
      TcPath path = paths.get(id(endpoint, to));
      if (path != null) {
        path.totals().restart();
      }
    }
  }

  @Override
  public synchronized void setPaths(List<PathSetting> settings) throws FabricException {
    requireOpen();
    for (PathSetting setting : settings) {
      check(setting);
    }
    requireRoom(settings);
    List<Integer> ids = new ArrayList<>();
    for (PathSetting setting : settings) {
      int id = id(setting.from(), setting.to());
      if (setting.shape().isPresent()) {
        path(id).set(setting.shape().get());
      } else if (paths.containsKey(id)) {
        path(id).unset();
      }
      if (paths.containsKey(id)) {
        ids.add(id);
      }
    }
    apply(ids);
  }

  private void check(PathSetting setting) throws FabricException {
    endpoints.requireEndpoint(setting.from());
    endpoints.requireEndpoint(setting.to());
    if (setting.shape().isPresent()) {
      try {
        ShapeTranslation.check(setting.shape().get());
      } catch (IllegalArgumentException e) {
        throw new FabricException(
            "Path " + setting.from() + " -> " + setting.to() + ": " + e.getMessage(), e);
      }
    }
  }

  private void requireRoom(List<PathSetting> settings) throws FabricException {
    long added = 0;
    Map<Integer, Integer> addedFrom = new HashMap<>();
    for (PathSetting setting : settings) {
      if (setting.shape().isPresent() && !paths.containsKey(id(setting.from(), setting.to()))) {
        added++;
        addedFrom.merge(setting.from(), 1, Integer::sum);
      }
    }
    for (Map.Entry<Integer, Integer> more : addedFrom.entrySet()) {
      TcPort port = ports.get(more.getKey());
      int before = port == null ? 0 : port.shaper().destinationCount();
      refuse(TcLimits.tooMany(endpointCount, before + more.getValue(), paths.size() + added));
    }
    // what the others take is not free any more
    refuse(TcLimits.tooLarge(added));
  }

  private static void refuse(Optional<String> reason) throws FabricException {
    if (reason.isPresent()) {
      throw new FabricException("This cannot be emulated: " + reason.get() + ".");
    }
  }

  @Override
  public synchronized void setRates(int[] pathIds, long[] ratesBitsPerSecond)
      throws FabricException {
    requireOpen();
    endpoints.requireRates(pathIds, ratesBitsPerSecond);
    Map<Integer, List<InterfaceShaper.RateChange>> byPort = new TreeMap<>();
    for (int i = 0; i < pathIds.length; i++) {
      TcPath path = paths.get(pathIds[i]);
      if (path != null && path.exists()) {
        path.setRate(ratesBitsPerSecond[i]);
        byPort
            .computeIfAbsent(pathIds[i] / endpointCount, _ -> new ArrayList<>())
            .add(new InterfaceShaper.RateChange(pathIds[i] % endpointCount, ratesBitsPerSecond[i]));
      }
    }
    for (Map.Entry<Integer, List<InterfaceShaper.RateChange>> entry : byPort.entrySet()) {
      TcPort port = ports.get(entry.getKey());
      if (port != null) {
        port.shaper().setRates(entry.getValue());
      }
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>What is on its way already is delivered, as on a wire that is cut behind it.
   */
  @Override
  public synchronized void setConnected(List<Connection> changes) throws FabricException {
    requireOpen();
    for (Connection change : changes) {
      endpoints.requireEndpoint(change.endpoint());
    }
    Set<Integer> ids = new HashSet<>();
    for (Connection change : changes) {
      if (change.connected()) {
        disconnected.remove(change.endpoint());
      } else {
        disconnected.add(change.endpoint());
      }
      if (ports.containsKey(change.endpoint())) {
        ids.addAll(pathsOf(change.endpoint()));
      }
    }
    openOrCut(ids);
  }

  private void openOrCut(Set<Integer> ids) throws FabricException {
    Map<Integer, List<Integer>> opened = new TreeMap<>();
    Map<Integer, List<Integer>> cut = new TreeMap<>();
    for (int id : ids) {
      boolean open = path(id).exists() && connected(id);
      (open ? opened : cut)
          .computeIfAbsent(id / endpointCount, _ -> new ArrayList<>())
          .add(id % endpointCount);
    }
    for (Map.Entry<Integer, List<Integer>> entry : cut.entrySet()) {
      port(entry.getKey()).shaper().setOpen(entry.getValue(), false);
    }
    for (Map.Entry<Integer, List<Integer>> entry : opened.entrySet()) {
      port(entry.getKey()).shaper().setOpen(entry.getValue(), true);
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>A path counts as backlogged when packets waited for its rate both now and at the last
   * reading: what happened between is not known.
   *
   * @throws IllegalStateException when the kernel refuses to tell
   */
  @Override
  public synchronized void readUsage(UsageSink sink) {
    try {
      requireOpen();
      for (Map.Entry<Integer, TcPort> entry : ports.entrySet()) {
        InterfaceShaper shaper = entry.getValue().shaper();
        if (shaper.wasActive()) {
          int from = entry.getKey();
          shaper.readAll();
          shaper.forEach(destination -> report(id(from, destination.index()), destination, sink));
        }
      }
    } catch (FabricException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  private static void report(int id, Destination destination, UsageSink sink) {
    PathTotals totals = destination.totals();
    long served = totals.takeServedBytes(destination.shape().framing().overheadBytes());
    long dropped = totals.takeDroppedPackets();
    boolean backlogged = totals.takeBacklogged();
    if (served > 0 || dropped > 0 || backlogged) {
      sink.usage(id, served, dropped, backlogged);
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>The kernel does not tell the bytes of packets that it drops: they are missing in the bytes
   * that were offered. It does not tell a loss from a packet that had no room in the delay line
   * either: such a packet counts as dropped by a limit on a path without loss, and as lost on one
   * with. What comes while the destination has no port counts as unrouted, not as cut.
   *
   * @throws IllegalStateException when the kernel refuses to tell
   */
  @Override
  public synchronized PathCounters counters(int from, int to) {
    TcPath path = paths.get(id(from, to));
    if (path == null) {
      return PathCounters.ZERO;
    }
    TcPort port = ports.get(from);
    if (port != null && !closed) {
      try {
        port.shaper().read(to);
      } catch (FabricException e) {
        throw new IllegalStateException(e.getMessage(), e);
      }
    }
    return path.totals().counters();
  }

  /** Always 0: it has no threads. Shaping is done by the kernel while it moves packets. */
  @Override
  public long busyNanos() {
    return 0;
  }

  /**
   * {@inheritDoc}
   *
   * <p>The kernel does not tell how late it was: the lateness is 0.
   *
   * @throws IllegalStateException when the kernel refuses to tell
   */
  @Override
  public synchronized FabricHealth health() {
    long unrouted = unroutedOfRemovedPorts;
    long atDevices = 0;
    try {
      if (!closed) {
        for (TcPort port : ports.values()) {
          port.shaper().readAll();
          unrouted += port.shaper().unknownPackets();
          atDevices += TcStep.READING.attempt(gate, "devices", port::droppedPackets);
        }
        atDevices += network.droppedPackets();
      }
    } catch (FabricException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
    long delivered = 0;
    long limited = 0;
    for (TcPath path : paths.values()) {
      delivered += path.totals().deliveredPackets();
      limited += path.totals().limitDroppedPackets();
    }
    return new FabricHealth(delivered, 0, 0, 0, 0, limited, atDevices, unrouted, false, 0);
  }

  private void requireOpen() throws FabricException {
    if (closed) {
      throw new FabricException("The fabric was closed.");
    }
  }

  @Override
  public synchronized void close() throws FabricException {
    if (closed) {
      return;
    }
    closed = true;
    try {
      network.close();
    } finally {
      ports.values().forEach(TcPort::abandon);
      ports.clear();
      batch.close();
    }
  }
}
