package io.kollaps.fabric.kernel;

import io.kollaps.fabric.EndpointRange;
import io.kollaps.fabric.Fabric;
import io.kollaps.fabric.FabricException;
import io.kollaps.fabric.FabricHealth;
import io.kollaps.fabric.OverlayHealth;
import io.kollaps.fabric.OverlayPeer;
import io.kollaps.fabric.OverlaySpec;
import io.kollaps.fabric.PathCounters;
import io.kollaps.fabric.PathSetting;
import io.kollaps.fabric.PortSpec;
import io.kollaps.fabric.UsageSink;
import io.kollaps.fabric.overlay.PeerCheck;
import io.kollaps.fabric.overlay.PeerDirectory;
import io.kollaps.fabric.overlay.TransitPaths;
import io.kollaps.linux.LinkStatistics;
import io.kollaps.linux.LinuxException;
import io.kollaps.linux.MonotonicClock;
import io.kollaps.linux.NetworkNamespace;
import io.kollaps.linux.bpf.BpfProgram;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A fabric in the kernel, for scale: BPF programs shape packets, fq holds them until their time. It
 * needs Linux 5.18 or later with fq, veth and BPF, and CAP_BPF, CAP_NET_ADMIN and CAP_SYS_ADMIN
 * (root); {@link KernelProbe} tells what is missing.
 *
 * <p>Where it differs from the user-space fabric:
 *
 * <ul>
 *   <li>A new rate acts on packets that would depart within the next 12.5 ms not at all, on those
 *       that wait behind them at the path's next tick: within 10 ms, or an eighth of the time that
 *       the queue takes at the old rate, if that is more, and within a second at most.
 *   <li>A super-packet is lost, dropped or delivered whole. Endpoints with paths on which that
 *       would be wrong send none, or small ones ({@link SegmentLimits}).
 *   <li>A batch of paths is set one after the other, within microseconds, not between two packets.
 *   <li>A packet that fq has no room for while it waits is counted by fq alone, not by its path.
 * </ul>
 */
public final class KernelFabric implements Fabric {
  /** Name of the fabric. */
  public static final String NAME = "kernel";

  /** Most endpoints: names of devices and path ids have room for no more. */
  public static final int MAX_ENDPOINTS = 8192;

  private final int endpointCount;
  private final EndpointRange endpoints;
  private final Programs programs;
  private final FabricNamespace namespace;
  private final PathTable paths;
  private final UsageReader usage;
  private final SegmentLimits segments = new SegmentLimits();
  private final Map<Integer, Port> ports = new TreeMap<>();
  private final Map<InetAddress, Integer> owners = new HashMap<>();
  private final int[] segmentsOf;
  private final Step.Gate gate;
  private final Map<Long, PathCounters> lastCounters = new HashMap<>();
  private FabricHealth lastHealth = new FabricHealth(0, 0, 0, 0, 0, 0, 0, 0, true, 0);
  private final TransitPaths transit;
  private PeerDirectory peers;
  private @Nullable KernelOverlay overlay;
  private long droppedByRemovedDevices;
  private boolean closed;

  private KernelFabric(
      int endpointCount, Programs programs, FabricNamespace namespace, long seed, Step.Gate gate) {
    this.endpointCount = endpointCount;
    this.endpoints = new EndpointRange(endpointCount);
    this.programs = programs;
    this.namespace = namespace;
    this.gate = gate;
    this.paths = new PathTable(programs.maps(), endpointCount, seed);
    this.usage = new UsageReader(paths, programs.touched(), endpointCount);
    this.transit = new TransitPaths(endpointCount);
    this.peers = PeerDirectory.empty(endpointCount);
    this.segmentsOf = new int[endpointCount];
    Arrays.fill(segmentsOf, SegmentLimits.UNLIMITED);
    for (int i = 0; i < endpointCount; i++) {
      programs.setEndpointFlags(i, PathLayout.CONNECTED);
    }
  }

  /**
   * Starts a fabric without ports and paths.
   *
   * @param endpointCount number of endpoints of the experiment, 1 to {@link #MAX_ENDPOINTS}
   * @param options how it works
   * @throws FabricException when the kernel refuses something; nothing is left then
   */
  public static KernelFabric start(int endpointCount, KernelFabricOptions options)
      throws FabricException {
    return start(endpointCount, options, true, Step.Gate.OPEN);
  }

  /**
   * As {@link #start(int, KernelFabricOptions)}.
   *
   * @param delays false to work without fq, where nothing is ever delayed
   * @param gate passes or refuses steps, in tests
   */
  static KernelFabric start(
      int endpointCount, KernelFabricOptions options, boolean delays, Step.Gate gate)
      throws FabricException {
    if (endpointCount < 1 || endpointCount > MAX_ENDPOINTS) {
      throw new FabricException(
          "The kernel fabric has 1 to "
              + MAX_ENDPOINTS
              + " endpoints, not "
              + endpointCount
              + ". Use another fabric (--fabric user-space), or more machines.");
    }
    FabricNamespace namespace = FabricNamespace.create(gate);
    try {
      Programs programs = Programs.load(endpointCount, options.countProcessorTime(), gate);
      try {
        namespace.makePair();
        if (delays) {
          namespace.addQueue(options.mostPackets());
        }
        namespace.addDelivery(programs.deliver());
        programs.setFabricDevice(namespace.entry());
        return new KernelFabric(endpointCount, programs, namespace, options.seed(), gate);
      } catch (FabricException | RuntimeException e) {
        programs.close();
        throw e;
      }
    } catch (FabricException | RuntimeException e) {
      namespace.close();
      throw e;
    }
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public synchronized void attach(PortSpec spec) throws FabricException {
    requireOpen();
    endpoints.requireEndpoint(spec.endpoint());
    if (ports.containsKey(spec.endpoint())) {
      throw new FabricException(
          "Endpoint " + spec.endpoint() + " has a port already: detach it first.");
    }
    if (spec.addresses().size() > Port.MOST_ADDRESSES) {
      throw new FabricException(
          "Endpoint "
              + spec.endpoint()
              + " has "
              + spec.addresses().size()
              + " addresses, the kernel fabric takes "
              + Port.MOST_ADDRESSES
              + ".");
    }
    for (InetAddress address : spec.addresses()) {
      Integer owner = owners.get(address);
      if (owner != null) {
        throw new FabricException(
            "Endpoint " + owner + " has the address " + address.getHostAddress() + " already.");
      }
    }
    peers.requireHere(spec);
    int hostEnd = namespace.makePort(spec, programs.shape());
    try {
      Port port = Port.configure(spec, hostEnd, segmentsOf[spec.endpoint()], gate);
      try {
        enter(spec, port);
      } catch (FabricException | RuntimeException e) {
        port.links().close();
        throw e;
      }
    } catch (FabricException | RuntimeException e) {
      undo(e, () -> namespace.removePort(hostEnd));
      throw e;
    }
  }

  /** Makes a port known to the programs; from then on packets pass. */
  private void enter(PortSpec spec, Port port) throws FabricException {
    try {
      gate.before(Step.PORT_ADDRESSES);
      programs.addPort(port.hostEnd(), spec.endpoint());
      for (InetAddress address : port.addresses()) {
        programs.addAddress(address, spec.endpoint());
      }
    } catch (LinuxException e) {
      FabricException refused = Step.PORT_ADDRESSES.refused(e);
      undo(refused, () -> forget(port));
      throw refused;
    }
    port.addresses().forEach(address -> owners.put(address, spec.endpoint()));
    ports.put(spec.endpoint(), port);
    programs.attached(spec.endpoint(), port.hostEnd(), spec.mtu());
  }

  private void forget(Port port) throws FabricException {
    try {
      programs.removePort(port.hostEnd());
      for (InetAddress address : port.addresses()) {
        programs.removeAddress(address);
      }
    } catch (LinuxException e) {
      throw Step.PORT_REMOVAL.refused(e);
    }
    port.addresses().forEach(owners::remove);
  }

  @FunctionalInterface
  private interface Undoing {
    void run() throws FabricException;
  }

  private static void undo(Exception failure, Undoing undoing) {
    try {
      undoing.run();
    } catch (FabricException e) {
      failure.addSuppressed(e);
    }
  }

  @Override
  public synchronized void detach(int endpoint) throws FabricException {
    requireOpen();
    Port port = ports.get(endpoint);
    if (port == null) {
      throw new FabricException("Endpoint " + endpoint + " has no port to detach.");
    }
    programs.detached(endpoint);
    paths.forgetDepartures(endpoint);
    droppedByRemovedDevices += dropped(port);
    namespace.removePort(port.hostEnd());
    ports.remove(endpoint);
    port.links().close();
    forget(port);
  }

  @Override
  public synchronized int openOverlay(OverlaySpec spec) throws FabricException {
    requireOpen();
    if (overlay != null) {
      throw new FabricException("The overlay is open already, at port " + overlay.port() + ".");
    }
    KernelOverlay opened = KernelOverlay.open(spec, namespace, programs, gate);
    overlay = opened;
    return opened.port();
  }

  private KernelOverlay requireOverlay() throws FabricException {
    requireOpen();
    KernelOverlay opened = overlay;
    if (opened == null) {
      throw new FabricException("The overlay is not open: open it first.");
    }
    return opened;
  }

  @Override
  public synchronized void setPeers(List<OverlayPeer> others) throws FabricException {
    KernelOverlay opened = requireOverlay();
    PeerDirectory after = PeerDirectory.of(others, opened.spec(), endpointCount, owners);
    opened.setPeers(peers, after);
    peers = after;
    List<PathSetting> moved = transit.move(after);
    if (!moved.isEmpty()) {
      setAdjusted(moved);
    }
  }

  @Override
  public List<OverlayPeer> checkPeers(long patienceNanos) throws FabricException {
    KernelOverlay opened;
    PeerDirectory known;
    synchronized (this) {
      opened = requireOverlay();
      known = peers;
    }
    try (KernelOverlay.Probes probes = opened.probes(known)) {
      return new PeerCheck(probes, opened.spec(), known.peers()).run(patienceNanos);
    }
  }

  @Override
  public synchronized void setPaths(List<PathSetting> settings) throws FabricException {
    requireOpen();
    check(settings);
    setAdjusted(overlay == null ? settings : transit.adjusted(settings));
  }

  private void check(List<PathSetting> settings) throws FabricException {
    for (PathSetting setting : settings) {
      endpoints.requireEndpoint(setting.from());
      endpoints.requireEndpoint(setting.to());
      if (setting.shape().isPresent()) {
        try {
          PathTable.check(setting.shape().get());
        } catch (IllegalArgumentException e) {
          throw new FabricException(
              "Path " + setting.from() + " -> " + setting.to() + ": " + e.getMessage(), e);
        }
      }
    }
  }

  private void setAdjusted(List<PathSetting> settings) throws FabricException {
    makeRoom(settings);
    TreeSet<Integer> senders = new TreeSet<>();
    for (PathSetting setting : settings) {
      int slot = paths.find(setting.from(), setting.to());
      if (setting.shape().isPresent()) {
        paths.set(slot, setting.shape().get());
        segments.set(slot, SegmentLimits.segments(setting.shape().get()));
        senders.add(setting.from());
      } else if (slot != PathTable.NONE) {
        paths.cut(slot);
        segments.set(slot, SegmentLimits.UNLIMITED);
        senders.add(setting.from());
      }
    }
    for (int sender : senders) {
      limitSegments(sender);
    }
  }

  /** All room first, so that a batch is set whole or not at all. */
  private void makeRoom(List<PathSetting> settings) throws FabricException {
    try {
      gate.before(Step.PATHS);
      for (PathSetting setting : settings) {
        if (setting.shape().isPresent()) {
          paths.findOrCreate(setting.from(), setting.to());
        }
      }
      paths.publish();
    } catch (LinuxException e) {
      throw Step.PATHS.refused(e);
    }
  }

  private void limitSegments(int sender) throws FabricException {
    int allowed = segments.of(paths, sender, endpointCount);
    if (allowed == segmentsOf[sender]) {
      return;
    }
    Port port = ports.get(sender);
    if (port != null) {
      try {
        gate.before(Step.PORT_SEGMENTS);
        port.links().setMaxSegments(port.device(), allowed);
      } catch (LinuxException e) {
        throw Step.PORT_SEGMENTS.refused(e);
      }
    }
    segmentsOf[sender] = allowed;
  }

  @Override
  public synchronized void setRates(int[] pathIds, long[] ratesBitsPerSecond)
      throws FabricException {
    requireOpen();
    endpoints.requireRates(pathIds, ratesBitsPerSecond);
    for (int i = 0; i < pathIds.length; i++) {
      int slot = paths.find(pathIds[i] / endpointCount, pathIds[i] % endpointCount);
      if (slot != PathTable.NONE && paths.exists(slot)) {
        paths.setRate(slot, ratesBitsPerSecond[i]);
      }
    }
  }

  @Override
  public synchronized void setConnected(List<Connection> changes) throws FabricException {
    requireOpen();
    for (Connection change : changes) {
      endpoints.requireEndpoint(change.endpoint());
    }
    for (Connection change : changes) {
      programs.setConnected(change.endpoint(), change.connected());
    }
    for (Connection change : changes) {
      if (!change.connected()) {
        paths.forgetDepartures(change.endpoint());
      }
    }
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalStateException when the fabric was closed
   */
  @Override
  public synchronized void readUsage(UsageSink sink) {
    if (closed) {
      throw new IllegalStateException("The fabric was closed.");
    }
    usage.read(MonotonicClock.nanos(), sink);
  }

  @Override
  public synchronized PathCounters counters(int from, int to) {
    if (closed) {
      return lastCounters.getOrDefault((long) from * endpointCount + to, PathCounters.ZERO);
    }
    int slot = paths.find(from, to);
    return slot == PathTable.NONE ? PathCounters.ZERO : usage.counters(slot);
  }

  /**
   * {@inheritDoc} The fabric has no threads; this is the time of its programs, wherever they ran,
   * without what the kernel's own queues and devices take; 0 when it is not counted.
   */
  @Override
  public synchronized long busyNanos() {
    return closed ? lastHealth.busyNanos() : programs.busyNanos();
  }

  @Override
  public synchronized FabricHealth health() {
    if (closed) {
      return lastHealth;
    }
    FabricTotals totals = programs.totals();
    return new FabricHealth(
        totals.deliveredBuffers(),
        totals.latenessP50Nanos(),
        totals.latenessP99Nanos(),
        totals.latenessMaxNanos(),
        programs.busyNanos(),
        usage.limitDropped(),
        droppedByRemovedDevices + droppedNow(),
        totals.unroutedPackets(),
        // the kernel's work on packets goes before all programs
        true,
        0,
        overlay == null ? OverlayHealth.NONE : overlay.health(totals, transit.excess()));
  }

  /** What no fabric's health has a place for, for tests and measurements. */
  synchronized FabricTotals totals() {
    return programs.totals();
  }

  /** Bytes of memory that the kernel holds for paths. */
  synchronized long pathBytes() {
    return paths.byteSize();
  }

  /** How often and how long {@code shape} and {@code deliver} ran, for measurements. */
  synchronized BpfProgram.Runs[] programRuns() throws LinuxException {
    return new BpfProgram.Runs[] {programs.shape().runs(), programs.deliver().runs()};
  }

  /** Slot of a path, for tests. */
  synchronized int slot(int from, int to) {
    return paths.find(from, to);
  }

  /** A value of a path's state, for tests. */
  synchronized long value(int slot, int field) {
    return paths.chunk(slot).get(PathTable.at(slot) + field);
  }

  /** Makes a path forget its last departure, for tests. */
  synchronized void forget(int slot) {
    paths.chunk(slot).set(PathTable.at(slot) + PathLayout.LAST_DEPARTURE, 0);
  }

  /** The namespace of the host ends, for tests. */
  NetworkNamespace namespace() {
    return namespace.namespace();
  }

  private long droppedNow() {
    long sum = 0;
    for (Port port : ports.values()) {
      sum += dropped(port);
    }
    try {
      Map<Integer, LinkStatistics> all = namespace.statistics();
      for (LinkStatistics statistics : all.values()) {
        sum += statistics.transmitDropped();
      }
    } catch (LinuxException e) {
      // a namespace that cannot be asked is on its way out, with what it counted
      return sum;
    }
    return sum;
  }

  /** A device that cannot be asked was taken away from outside: what it dropped went with it. */
  private static long dropped(Port port) {
    try {
      return port.links().statistics(port.device()).transmitDropped();
    } catch (LinuxException e) {
      return 0;
    }
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
    lastHealth = health();
    for (int slot = 0; slot < paths.count(); slot++) {
      PathCounters last = usage.counters(slot);
      if (!last.equals(PathCounters.ZERO)) {
        int from = paths.chunk(slot).getShort(PathTable.at(slot) + PathLayout.FROM);
        int to = paths.chunk(slot).getShort(PathTable.at(slot) + PathLayout.TO);
        lastCounters.put((long) from * endpointCount + to, last);
      }
    }
    closed = true;
    try {
      namespace.close();
    } finally {
      ports.values().forEach(port -> port.links().close());
      ports.clear();
      paths.close();
      programs.close();
    }
  }
}
