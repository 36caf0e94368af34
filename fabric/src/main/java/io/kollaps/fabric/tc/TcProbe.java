package io.kollaps.fabric.tc;

import io.kollaps.fabric.FabricException;
import io.kollaps.fabric.MissingPiece;
import io.kollaps.fabric.PathSetting;
import io.kollaps.fabric.PathShape;
import io.kollaps.fabric.PortSpec;
import io.kollaps.linux.LinkCreator;
import io.kollaps.linux.LinkSpec;
import io.kollaps.linux.LinuxException;
import io.kollaps.linux.NetlinkBatch;
import io.kollaps.linux.NetworkNamespace;
import io.kollaps.linux.NetworkNamespaces;
import io.kollaps.linux.RouteNetlink;
import io.kollaps.linux.traffic.DelayDistribution;
import io.kollaps.linux.traffic.Filter.U32;
import io.kollaps.linux.traffic.Filter.U32.Place;
import io.kollaps.linux.traffic.Filter.U32.Redirect;
import io.kollaps.linux.traffic.Filter.U32.ToClass;
import io.kollaps.linux.traffic.Handle;
import io.kollaps.linux.traffic.HtbClass;
import io.kollaps.linux.traffic.Protocol;
import io.kollaps.linux.traffic.Qdisc;
import io.kollaps.linux.traffic.TrafficControl;
import io.kollaps.linux.traffic.TrafficStatistics;
import io.kollaps.topology.Jitter;
import io.kollaps.topology.LinkProperties.Framing;
import io.kollaps.topology.QueueLimit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds out what this machine lacks for the tc fabric, by really making its objects in namespaces
 * that are gone afterwards.
 */
public final class TcProbe {
  private static final int ROOT = Handle.of(1, 0);
  private static final int CLASS = Handle.of(1, 1);
  private static final int BLOCK = 1;
  private static final int CLSACT = Handle.CLSACT & 0xffff0000;
  private static final int MTU = 1500;
  private static final int PACKETS = 3;
  private static final int PACKET_BYTES = 1000;
  // what waits for it is looked at within the seconds that a packet takes
  private static final long SLOW_BYTES_PER_SECOND = 100;
  private static final String UNSEEN =
      "this kernel's netem loses sight of the packets in its queue, and the path would stand still;"
          + " that was mended in Linux 6.13 and in the stable kernels of December 2024:"
          + " update the kernel";

  private final List<MissingPiece> missing = new ArrayList<>();
  private final RouteNetlink links;
  private final TrafficControl traffic;

  private TcProbe(RouteNetlink links, NetlinkBatch batch) {
    this.links = links;
    this.traffic = new TrafficControl(links.socket(), batch);
  }

  /**
   * Tries every piece by itself, and then a fabric of two endpoints.
   *
   * @return what is missing; empty when the fabric can run here
   */
  public static List<MissingPiece> missing() {
    try (NetworkNamespace namespace = NetworkNamespaces.create();
        RouteNetlink links = namespace.inside(RouteNetlink::open);
        NetlinkBatch batch = new NetlinkBatch()) {
      TcProbe probe = new TcProbe(links, batch);
      probe.tryPieces(namespace);
      if (probe.missing.isEmpty()) {
        probe.tryFabric();
      }
      return List.copyOf(probe.missing);
    } catch (LinuxException e) {
      return List.of(
          new MissingPiece("namespace", "making a network namespace failed: " + e.getMessage()));
    }
  }

  private void tryPieces(NetworkNamespace namespace) {
    if (!attempt("veth", "making a veth pair", this::makePair)) {
      return;
    }
    attempt("clsact", "giving a device a place for filters", () -> addClsact("far"));
    if (attempt("htb", "giving a device the discipline htb", this::addHtb)) {
      attempt("u32", "telling packets apart by their destination", this::addFilter);
    }
    if (attempt("netem", "giving a device the discipline netem", this::addNetem)) {
      attempt("bfifo", "giving netem a bounded queue", this::addQueue);
    }
    if (missing.isEmpty()) {
      attempt("mirred", "leading packets to another device", this::addRedirect);
      attempt("netem-queue", "holding packets in netem's queue", () -> holdPackets(namespace));
    }
  }

  private boolean attempt(String piece, String what, TcStep.Task task) {
    try {
      task.run();
      return true;
    } catch (LinuxException e) {
      missing.add(
          new MissingPiece(piece, what + " in a scratch namespace failed: " + e.getMessage()));
      return false;
    }
  }

  private void makePair() throws LinuxException {
    new LinkCreator(links.socket()).veth(LinkSpec.named("near"), LinkSpec.named("far"));
    for (String name : List.of("near", "far")) {
      int index = links.linkIndex(name);
      TcNetwork.withoutLinkLocalAddress(links, index, false);
      links.setResolving(index, false);
      links.setMaxSegments(index, 1);
      links.setUp(index, true);
    }
  }

  private void addClsact(String name) throws LinuxException {
    int index = links.linkIndex(name);
    traffic.change(c -> c.addQdisc(index, Handle.CLSACT, CLSACT, new Qdisc.Clsact(BLOCK)));
  }

  private void addHtb() throws LinuxException {
    int near = links.linkIndex("near");
    traffic.change(
        changes -> {
          changes.addQdisc(near, Handle.ROOT, ROOT, new Qdisc.Htb(0, 1000, -14));
          changes.addClass(
              near,
              ROOT,
              CLASS,
              HtbClass.ofRate(SLOW_BYTES_PER_SECOND, ShapeTranslation.BURST_NANOS, MTU, 0));
        });
  }

  private void addFilter() throws LinuxException {
    int near = links.linkIndex("near");
    traffic.change(
        changes -> changes.addFilter(near, ROOT, 1, Protocol.IPV4, everything(new ToClass(CLASS))));
  }

  private static U32 everything(U32.Action action) {
    return new U32(new Place(U32.ROOT_TABLE, 0, 1), List.of(new U32.Key(0, 0, 0)), action);
  }

  /** Below htb where there is one: that is where it is needed. */
  private void addNetem() throws LinuxException {
    int near = links.linkIndex("near");
    boolean classed = missing.stream().noneMatch(m -> m.piece().equals("htb"));
    Qdisc.Netem netem =
        new Qdisc.Netem(
            0, 1, DelayDistribution.NORMAL, 0, 1000, ShapeTranslation.ORDERED_BYTES_PER_SECOND, 1);
    int parent = classed ? CLASS : Handle.ROOT;
    traffic.change(changes -> changes.addQdisc(near, parent, Handle.of(2, 0), netem));
  }

  private void addQueue() throws LinuxException {
    int near = links.linkIndex("near");
    traffic.change(
        changes ->
            changes.addQdisc(
                near, Handle.of(2, 1), Handle.of(3, 0), new Qdisc.ByteFifo(1_000_000)));
  }

  private void addRedirect() throws LinuxException {
    int near = links.linkIndex("near");
    traffic.change(
        changes -> changes.addBlockFilter(BLOCK, 1, Protocol.IPV4, everything(new Redirect(near))));
  }

  /** What waits in netem's queue must count in netem: htb forgets a class that holds nothing. */
  private void holdPackets(NetworkNamespace namespace) throws LinuxException {
    int near = links.linkIndex("near");
    links.addAddress(near, address(1), 24);
    namespace.inside(
        () -> {
          try (DatagramSocket socket = new DatagramSocket()) {
            for (int i = 0; i < PACKETS; i++) {
              socket.send(new DatagramPacket(new byte[PACKET_BYTES], PACKET_BYTES, address(2), 9));
            }
            return true;
          } catch (IOException e) {
            throw new LinuxException("sending packets failed: " + e.getMessage(), 0);
          }
        });
    int inQueue = waiting(near, 3);
    if (waiting(near, 2) < inQueue) {
      throw new LinuxException(UNSEEN, 0);
    }
  }

  private int waiting(int link, int major) throws LinuxException {
    return traffic
        .readQdisc(link, Handle.of(major, 0))
        .map(TrafficStatistics::waitingPackets)
        .orElse(0);
  }

  private static InetAddress address(int last) {
    try {
      // TEST-NET-1 of RFC 5737
      return InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, (byte) last});
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void tryFabric() throws LinuxException {
    try (NetworkNamespace one = NetworkNamespaces.create();
        NetworkNamespace two = NetworkNamespaces.create();
        TcFabric fabric = TcFabric.start(2, 1, TcStep.Gate.OPEN)) {
      fabric.attach(spec(0, one));
      fabric.attach(spec(1, two));
      Jitter jitter = new Jitter(1000, Jitter.Distribution.NORMAL, false);
      PathShape shape = new PathShape(1000, jitter, 0.1, 1_000_000, Framing.IP, QueueLimit.DEFAULT);
      fabric.setPaths(List.of(new PathSetting(0, 1, Optional.of(shape))));
    } catch (FabricException e) {
      missing.add(new MissingPiece("tc-fabric", String.valueOf(e.getMessage())));
    }
  }

  private static PortSpec spec(int endpoint, NetworkNamespace namespace) {
    return new PortSpec(
        endpoint, namespace, List.of(address(endpoint + 1)), List.of(), PortSpec.DEFAULT_MTU);
  }
}
