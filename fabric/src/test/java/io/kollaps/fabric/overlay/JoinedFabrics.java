package io.kollaps.fabric.overlay;

import io.kollaps.fabric.Fabric;
import io.kollaps.fabric.FabricException;
import io.kollaps.fabric.FabricHealth;
import io.kollaps.fabric.OverlayPeer;
import io.kollaps.fabric.OverlayPeer.RemoteEndpoint;
import io.kollaps.fabric.OverlaySpec;
import io.kollaps.fabric.PathCounters;
import io.kollaps.fabric.PathSetting;
import io.kollaps.fabric.PortSpec;
import io.kollaps.fabric.UsageSink;
import io.kollaps.fabric.conformance.TestNetwork;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * The fabrics of two nodes, used as one: endpoints with even numbers are at the first node, those
 * with odd numbers at the second, and paths are set where they begin.
 */
public final class JoinedFabrics implements Fabric {
  /** Run's network number. */
  public static final int VNI = 0x123456;

  private final Underlay underlay;
  private final List<Fabric> fabrics;
  private final int count;
  private final boolean version6;
  private final int[] ports = new int[2];

  /**
   * Joins two fabrics; both and the underlay are closed with this.
   *
   * @param count number of endpoints
   * @param version6 whether datagrams travel over IPv6
   * @param mtu of endpoints
   */
  public JoinedFabrics(
      Underlay underlay, Fabric first, Fabric second, int count, boolean version6, int mtu)
      throws Exception {
    this.underlay = underlay;
    this.fabrics = List.of(first, second);
    this.count = count;
    this.version6 = version6;
    try {
      for (int node = 0; node < 2; node++) {
        OverlaySpec spec = new OverlaySpec(Underlay.address(node, version6), VNI, 7800, 7899, mtu);
        Fabric fabric = fabrics.get(node);
        ports[node] = underlay.inside(node, () -> fabric.openOverlay(spec));
      }
      setTransit(0);
    } catch (Exception e) {
      close();
      throw e;
    }
  }

  /** Sets the peers, each so far away. */
  public void setTransit(long nanos) throws Exception {
    for (int node = 0; node < 2; node++) {
      int other = 1 - node;
      List<RemoteEndpoint> endpoints = new ArrayList<>();
      for (int i = other; i < count; i += 2) {
        endpoints.add(
            new RemoteEndpoint(i, List.of(TestNetwork.address4(i), TestNetwork.address6(i))));
      }
      fabrics.get(node).setPeers(List.of(new OverlayPeer(address(other), endpoints, nanos)));
    }
  }

  /** Where a node's overlay listens. */
  public InetSocketAddress address(int node) throws Exception {
    return new InetSocketAddress(Underlay.address(node, version6), ports[node]);
  }

  public Fabric of(int node) {
    return fabrics.get(node);
  }

  public Underlay underlay() {
    return underlay;
  }

  private Fabric home(int endpoint) {
    return fabrics.get(endpoint & 1);
  }

  @Override
  public String name() {
    return fabrics.get(0).name() + " and " + fabrics.get(1).name();
  }

  @Override
  public void attach(PortSpec port) throws FabricException {
    home(port.endpoint()).attach(port);
  }

  @Override
  public void detach(int endpoint) throws FabricException {
    home(endpoint).detach(endpoint);
  }

  @Override
  public List<OverlayPeer> checkPeers(long patienceNanos) throws FabricException {
    List<OverlayPeer> measured = new ArrayList<>();
    for (Fabric fabric : fabrics) {
      measured.addAll(fabric.checkPeers(patienceNanos));
    }
    return measured;
  }

  @Override
  public void setPaths(List<PathSetting> settings) throws FabricException {
    for (int node = 0; node < 2; node++) {
      int mine = node;
      List<PathSetting> part = settings.stream().filter(s -> (s.from() & 1) == mine).toList();
      if (!part.isEmpty()) {
        fabrics.get(node).setPaths(part);
      }
    }
  }

  @Override
  public void setRates(int[] pathIds, long[] ratesBitsPerSecond) throws FabricException {
    // a path that a fabric does not know is left out by it
    for (Fabric fabric : fabrics) {
      fabric.setRates(pathIds, ratesBitsPerSecond);
    }
  }

  @Override
  public void setConnected(List<Connection> changes) throws FabricException {
    for (Fabric fabric : fabrics) {
      fabric.setConnected(changes);
    }
  }

  @Override
  public void readUsage(UsageSink sink) {
    fabrics.forEach(fabric -> fabric.readUsage(sink));
  }

  @Override
  public PathCounters counters(int from, int to) {
    return home(from).counters(from, to);
  }

  @Override
  public long busyNanos() {
    return fabrics.get(0).busyNanos() + fabrics.get(1).busyNanos();
  }

  /** Of the first node. */
  @Override
  public FabricHealth health() {
    return fabrics.get(0).health();
  }

  @Override
  public void close() throws FabricException {
    try {
      fabrics.get(0).close();
    } finally {
      try {
        fabrics.get(1).close();
      } finally {
        underlay.close();
      }
    }
  }
}
