package io.kollaps.fabric.kernel;

import io.kollaps.fabric.FabricException;
import io.kollaps.fabric.OverlaySpec;
import io.kollaps.linux.LinuxException;
import io.kollaps.linux.bpf.BpfObject;
import io.kollaps.linux.bpf.BpfObjectException;
import io.kollaps.linux.bpf.BpfProgram;
import io.kollaps.linux.bpf.BpfStatistics;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** The fabric's programs and their maps, loaded; and the endpoints as the programs know them. */
final class Programs implements AutoCloseable {
  private static final String OBJECT = "/io/kollaps/fabric/bpf/path.o";

  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private final FabricMaps maps;
  private final SharedArray touched;
  private final SharedArray endpoints;
  private final SharedArray settings;
  private final SharedArray peers;
  private final BpfProgram shape;
  private final BpfProgram deliver;
  private final BpfProgram arrive;
  private final @Nullable BpfStatistics statistics;

  private Programs(BpfObject object, int endpointCount, boolean counted, Step.Gate gate)
      throws FabricException {
    Step step = Step.MAPS;
    try {
      gate.before(step);
      maps = opened(FabricMaps.create(object, endpointCount));
      touched = opened(SharedArray.of(maps.get("touched")));
      endpoints = opened(SharedArray.of(maps.get("endpoints")));
      settings = opened(SharedArray.of(maps.get("settings")));
      peers = opened(SharedArray.of(maps.get("peers")));
      step = Step.PROGRAMS;
      gate.before(step);
      shape = opened(BpfProgram.load(object.program("shape"), maps.all()));
      deliver = opened(BpfProgram.load(object.program("deliver"), maps.all()));
      arrive = opened(BpfProgram.load(object.program("arrive"), maps.all()));
    } catch (LinuxException e) {
      close();
      throw step.refused(e);
    }
    statistics = counted ? statistics() : null;
  }

  private <T extends AutoCloseable> T opened(T resource) {
    opened.push(resource);
    return resource;
  }

  /** Counting is welcome where it is allowed, and not needed. */
  private @Nullable BpfStatistics statistics() {
    try {
      return opened(BpfStatistics.enable());
    } catch (LinuxException e) {
      return null;
    }
  }

  /** The object in this build. */
  static BpfObject object() throws FabricException {
    try {
      return BpfObject.ofResource(Programs.class, OBJECT);
    } catch (BpfObjectException e) {
      throw new FabricException(
          "This build of Kollaps is damaged: " + e.getMessage() + " Build it again.", e);
    }
  }

  /** Loads them; nothing is left when that fails. */
  static Programs load(int endpointCount, boolean counted, Step.Gate gate) throws FabricException {
    return new Programs(object(), endpointCount, counted, gate);
  }

  FabricMaps maps() {
    return maps;
  }

  SharedArray touched() {
    return touched;
  }

  BpfProgram shape() {
    return shape;
  }

  BpfProgram deliver() {
    return deliver;
  }

  BpfProgram arrive() {
    return arrive;
  }

  /** Says where the other nodes are reached, and what their packets look like. */
  void setOverlay(int device, OverlaySpec spec) {
    settings.setInt(PathLayout.SETTINGS_VNI, spec.vni());
    settings.setInt(PathLayout.SETTINGS_OVER_IPV6, spec.overIpv6() ? 1 : 0);
    settings.setInt(PathLayout.SETTINGS_OVERLAY_MTU, spec.endpointMtu());
    settings.setInt(PathLayout.SETTINGS_OVERLAY_DEVICE, device);
  }

  /** Sets a peer's address, and forgets its answers. */
  void setPeer(int peer, InetAddress address) {
    long at = (long) peer * PathLayout.PEER_BYTES;
    byte[] bytes = address.getAddress();
    boolean version6 = bytes.length > Integer.BYTES;
    ByteBuffer words =
        ByteBuffer.wrap(bytes).order(version6 ? ByteOrder.nativeOrder() : ByteOrder.BIG_ENDIAN);
    for (int word = 0; word < bytes.length / Integer.BYTES; word++) {
      peers.setInt(
          at + PathLayout.PEER_ADDRESS + (long) Integer.BYTES * word,
          words.getInt(Integer.BYTES * word));
    }
    peers.setInt(at + PathLayout.PEER_SMALL_ANSWERS, 0);
    peers.setInt(at + PathLayout.PEER_FULL_ANSWERS, 0);
  }

  /** How many probes a peer has answered. */
  int answers(int peer, boolean full) {
    return peers.getInt(
        (long) peer * PathLayout.PEER_BYTES
            + (full ? PathLayout.PEER_FULL_ANSWERS : PathLayout.PEER_SMALL_ANSWERS));
  }

  /** Lets packets pass to an endpoint of another node. */
  void remote(int endpoint, int peer, int mtu) {
    endpoints.setInt(at(endpoint) + PathLayout.ENDPOINT_MTU, mtu);
    endpoints.setInt(at(endpoint) + PathLayout.ENDPOINT_PEER, peer + 1);
    setEndpointFlags(endpoint, flags(endpoint) | PathLayout.ATTACHED);
  }

  /** Drops what is on its way to an endpoint that was on another node, and all that comes. */
  void notRemote(int endpoint) {
    detached(endpoint);
    endpoints.setInt(at(endpoint) + PathLayout.ENDPOINT_PEER, 0);
  }

  void setFabricDevice(int index) {
    settings.setInt(PathLayout.SETTINGS_FABRIC_DEVICE, index);
  }

  void addPort(int hostEnd, int endpoint) throws LinuxException {
    maps.get("ports").put(hostEnd, endpoint);
  }

  void removePort(int hostEnd) throws LinuxException {
    maps.get("ports").remove(hostEnd);
  }

  void addAddress(InetAddress address, int endpoint) throws LinuxException {
    byte[] value = new byte[Integer.BYTES];
    MemorySegment.ofArray(value).set(ValueLayout.JAVA_INT_UNALIGNED, 0, endpoint);
    maps.get("addresses").put(Port.key(address), value);
  }

  void removeAddress(InetAddress address) throws LinuxException {
    maps.get("addresses").remove(Port.key(address));
  }

  void setEndpointFlags(int endpoint, int flags) {
    endpoints.setInt(at(endpoint) + PathLayout.ENDPOINT_FLAGS, flags);
  }

  /** Lets packets pass to and from an endpoint that is connected. */
  void attached(int endpoint, int hostEnd, int mtu) {
    endpoints.setInt(at(endpoint) + PathLayout.ENDPOINT_DEVICE, hostEnd);
    endpoints.setInt(at(endpoint) + PathLayout.ENDPOINT_MTU, mtu);
    setEndpointFlags(endpoint, flags(endpoint) | PathLayout.ATTACHED);
  }

  /** Drops what is on its way to or from an endpoint, and all that comes. */
  void detached(int endpoint) {
    setEndpointFlags(endpoint, flags(endpoint) & ~PathLayout.ATTACHED);
    endpoints.addInt(at(endpoint) + PathLayout.ENDPOINT_GENERATION, 1);
  }

  void setConnected(int endpoint, boolean connected) {
    if (connected) {
      setEndpointFlags(endpoint, flags(endpoint) | PathLayout.CONNECTED);
    } else {
      setEndpointFlags(endpoint, flags(endpoint) & ~PathLayout.CONNECTED);
      endpoints.addInt(at(endpoint) + PathLayout.ENDPOINT_GENERATION, 1);
    }
  }

  private int flags(int endpoint) {
    return endpoints.getInt(at(endpoint) + PathLayout.ENDPOINT_FLAGS);
  }

  private static long at(int endpoint) {
    return (long) endpoint * PathLayout.ENDPOINT_BYTES;
  }

  /** What belongs to no path. A kernel that cannot tell has counted nothing. */
  FabricTotals totals() {
    try {
      return FabricTotals.read(maps.get("totals"));
    } catch (LinuxException e) {
      return FabricTotals.NONE;
    }
  }

  /** Processor time of the programs; 0 when it is not counted. */
  long busyNanos() {
    if (statistics == null) {
      return 0;
    }
    try {
      return shape.runs().nanos() + deliver.runs().nanos() + arrive.runs().nanos();
    } catch (LinuxException e) {
      return 0;
    }
  }

  @Override
  public void close() {
    while (!opened.isEmpty()) {
      try {
        opened.pop().close();
      } catch (Exception e) {
        throw new IllegalStateException("what only closes a descriptor failed", e);
      }
    }
  }
}
