package io.kollaps.benchmarks.lab;

import io.kollaps.benchmarks.BenchmarkException;
import io.kollaps.fabric.Fabric;
import io.kollaps.fabric.FabricException;
import io.kollaps.fabric.OverlayHealth;
import io.kollaps.fabric.OverlayPeer;
import io.kollaps.fabric.OverlayPeer.RemoteEndpoint;
import io.kollaps.fabric.OverlaySpec;
import io.kollaps.fabric.PathSetting;
import io.kollaps.fabric.PortSpec;
import io.kollaps.linux.LinuxException;
import io.kollaps.linux.NetworkNamespace;
import io.kollaps.linux.NetworkNamespaces;
import io.kollaps.node.fabric.FabricFactory;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Two endpoints on two nodes: two fabrics of this process, whose overlay leads over a veth pair
 * between two namespaces, with packets of 1500 bytes at most.
 */
public final class OverlayLab implements AutoCloseable {
  private static final String SUBNET = "10.98.0.0";
  private static final int SUBNET_LENGTH = 16;
  private static final int VNI = 42;
  private static final int MTU = OverlaySpec.fittingMtu(1500, false);
  private static final long PATIENCE_NANOS = 3_000_000_000L;
  private static final int NODES = 2;

  private final VethPair underlay;
  private final List<Fabric> fabrics = new ArrayList<>();
  private final List<Station> stations = new ArrayList<>();

  private OverlayLab(VethPair underlay) {
    this.underlay = underlay;
  }

  /**
   * Makes one, without a delay between the endpoints.
   *
   * @throws BenchmarkException when the machine or the fabric cannot
   */
  static OverlayLab open(FabricFactory factory, long seed)
      throws BenchmarkException, InterruptedException {
    OverlayLab lab = new OverlayLab(VethPair.open());
    boolean whole = false;
    try {
      int[] ports = new int[NODES];
      for (int i = 0; i < NODES; i++) {
        lab.fabrics.add(factory.start(NODES, seed));
        lab.attach(i);
        ports[i] = lab.openOverlay(i);
      }
      for (int i = 0; i < NODES; i++) {
        lab.join(i, ports[1 - i]);
      }
      for (Fabric fabric : lab.fabrics) {
        fabric.checkPeers(PATIENCE_NANOS);
      }
      whole = true;
      return lab;
    } catch (FabricException | LinuxException | IOException e) {
      throw new BenchmarkException("cannot join two nodes to measure: " + e.getMessage(), e);
    } finally {
      if (!whole) {
        lab.close();
      }
    }
  }

  private Station node(int node) {
    return node == 0 ? underlay.first() : underlay.second();
  }

  private void attach(int endpoint) throws FabricException, LinuxException, IOException {
    NetworkNamespace namespace = NetworkNamespaces.create();
    Inet4Address address = address(endpoint);
    stations.add(new Station(namespace, address));
    Lab.raiseTcpMemory(namespace);
    fabrics
        .get(endpoint)
        .attach(
            new PortSpec(
                endpoint,
                namespace,
                List.of(address),
                List.of(new PortSpec.Prefix(InetAddress.getByName(SUBNET), SUBNET_LENGTH)),
                MTU));
  }

  private static Inet4Address address(int endpoint) throws IOException {
    return (Inet4Address) InetAddress.getByAddress(new byte[] {10, 98, 0, (byte) (endpoint + 1)});
  }

  private int openOverlay(int node) throws FabricException, LinuxException {
    OverlaySpec spec = new OverlaySpec(node(node).address(), VNI, 0, 0, MTU);
    Fabric fabric = fabrics.get(node);
    List<FabricException> failure = new ArrayList<>();
    int port =
        node(node)
            .namespace()
            .inside(
                () -> {
                  try {
                    return fabric.openOverlay(spec);
                  } catch (FabricException e) {
                    failure.add(e);
                    return 0;
                  }
                });
    if (!failure.isEmpty()) {
      throw failure.getFirst();
    }
    return port;
  }

  private void join(int node, int otherPort) throws FabricException, IOException {
    int other = 1 - node;
    RemoteEndpoint endpoint = new RemoteEndpoint(other, List.of(address(other)));
    InetSocketAddress there = new InetSocketAddress(node(other).address(), otherPort);
    fabrics.get(node).setPeers(List.of(new OverlayPeer(there, List.of(endpoint), 0)));
    fabrics.get(node).setPaths(List.of(new PathSetting(node, other, Optional.of(Lab.delay(0)))));
  }

  /** An endpoint's place; the first is at the first node, the second at the second. */
  public Station station(int endpoint) {
    return stations.get(endpoint);
  }

  /** Processor time of both fabrics' own threads so far, in nanoseconds. */
  public long busyNanos() {
    return fabrics.stream().mapToLong(Fabric::busyNanos).sum();
  }

  /** What was dropped so far, as one sentence for a reader of the figures. */
  public String health() {
    OverlayHealth first = fabrics.getFirst().health().overlay();
    OverlayHealth second = fabrics.getLast().health().overlay();
    return String.format(
        Locale.ROOT,
        "%d packets sent, %d received; %d not sent, %d dropped by sockets, %d not delivered",
        first.sentPackets() + second.sentPackets(),
        first.receivedPackets() + second.receivedPackets(),
        first.unsentPackets() + second.unsentPackets(),
        first.socketDroppedDatagrams() + second.socketDroppedDatagrams(),
        first.undeliveredPackets() + second.undeliveredPackets());
  }

  @Override
  public void close() throws BenchmarkException {
    FabricException failure = null;
    for (Fabric fabric : fabrics) {
      try {
        fabric.close();
      } catch (FabricException e) {
        failure = e;
      }
    }
    stations.forEach(station -> station.namespace().close());
    underlay.close();
    if (failure != null) {
      throw new BenchmarkException("a fabric did not end: " + failure.getMessage(), failure);
    }
  }
}
