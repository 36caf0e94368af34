package io.kollaps.fabric.kernel;

import io.kollaps.fabric.FabricException;
import io.kollaps.fabric.PortSpec;
import io.kollaps.linux.Errno;
import io.kollaps.linux.LinkCreator;
import io.kollaps.linux.LinkSpec;
import io.kollaps.linux.LinkStatistics;
import io.kollaps.linux.LinuxException;
import io.kollaps.linux.MacAddress;
import io.kollaps.linux.NetlinkBatch;
import io.kollaps.linux.NetworkNamespace;
import io.kollaps.linux.NetworkNamespaces;
import io.kollaps.linux.RouteNetlink;
import io.kollaps.linux.bpf.BpfProgram;
import io.kollaps.linux.traffic.Filter;
import io.kollaps.linux.traffic.Handle;
import io.kollaps.linux.traffic.Protocol;
import io.kollaps.linux.traffic.Qdisc;
import io.kollaps.linux.traffic.TrafficControl;
import java.util.Map;
import java.util.Optional;

/**
 * The fabric's own network namespace, without a name: in it the host ends of all ports, and the
 * pair of devices between which fq holds the packets. The kernel frees it with its devices when
 * this process ends, however it ends.
 */
final class FabricNamespace implements AutoCloseable {
  /** Where packets go in; it has fq. */
  static final String ENTRY = "fa0";

  private static final String EXIT = "fa1";
  private static final int LARGEST_MTU = 65_535;
  private static final int PORTS_GROUP = 1;
  private static final int FQ_MAJOR = 1;
  private static final int PRIORITY = 1;
  private static final int QUANTUM_BYTES = 65_536;
  private static final int INITIAL_QUANTUM_BYTES = 1 << 20;
  private static final int HORIZON_MICROS = 2_000_000_000;
  private static final int TIMER_SLACK_NANOS = 1_000;
  private static final int MOST_FLOWS = 1 << 20;
  private static final MacAddress EVERYBODY = MacAddress.local(1);

  private final NetworkNamespace namespace;
  private final RouteNetlink links;
  private final NetlinkBatch batch = new NetlinkBatch();
  private final LinkCreator creator;
  private final TrafficControl traffic;
  private final Step.Gate gate;
  private int entry;

  private FabricNamespace(NetworkNamespace namespace, RouteNetlink links, Step.Gate gate) {
    this.namespace = namespace;
    this.links = links;
    this.gate = gate;
    this.creator = new LinkCreator(links.socket());
    this.traffic = new TrafficControl(links.socket(), batch);
  }

  /** What is done, by the step's name. */
  @FunctionalInterface
  private interface Action {
    void run() throws LinuxException;
  }

  private void step(Step step, Action action) throws FabricException {
    try {
      gate.before(step);
      action.run();
    } catch (LinuxException e) {
      throw step.refused(e);
    }
  }

  /** Makes an empty one. */
  static FabricNamespace create(Step.Gate gate) throws FabricException {
    try {
      gate.before(Step.NAMESPACE);
      NetworkNamespace made = NetworkNamespaces.create();
      try {
        return new FabricNamespace(made, made.inside(RouteNetlink::open), gate);
      } catch (LinuxException | RuntimeException e) {
        made.close();
        throw e;
      }
    } catch (LinuxException e) {
      throw Step.NAMESPACE.refused(e);
    }
  }

  /** Makes the pair between which packets are held, down. */
  void makePair() throws FabricException {
    step(
        Step.FABRIC_DEVICE,
        () -> {
          LinkSpec spec = LinkSpec.named(ENTRY).withMtu(LARGEST_MTU);
          creator.veth(spec, LinkSpec.named(EXIT).withMtu(LARGEST_MTU));
          entry = links.linkIndex(ENTRY);
          Port.withoutLinkLocal(links, entry, false);
          Port.withoutLinkLocal(links, links.linkIndex(EXIT), false);
        });
  }

  /**
   * Gives the pair the queue that holds packets until their time.
   *
   * @param mostPackets most packets held
   */
  void addQueue(int mostPackets) throws FabricException {
    Qdisc fq =
        new Qdisc.Fq(
            mostPackets,
            mostPackets,
            false,
            QUANTUM_BYTES,
            INITIAL_QUANTUM_BYTES,
            MOST_FLOWS - 1,
            HORIZON_MICROS,
            false,
            TIMER_SLACK_NANOS);
    step(
        Step.FABRIC_QUEUE,
        () -> traffic.change(c -> c.addQdisc(entry, Handle.ROOT, Handle.of(FQ_MAJOR, 0), fq)));
  }

  /**
   * Attaches what takes the packets whose time has come, and lets packets pass the pair.
   *
   * @param deliver the program
   */
  void addDelivery(BpfProgram deliver) throws FabricException {
    step(
        Step.FABRIC_PROGRAM,
        () -> {
          int exit = links.linkIndex(EXIT);
          addProgram(exit, deliver);
          links.setUp(exit, true);
          links.setUp(entry, true);
        });
  }

  /**
   * Gives the overlay's devices, which are here and down, their program, and sets them up: from
   * then on datagrams come in.
   *
   * @param arrive what takes the packets of other nodes
   * @throws LinuxException EADDRINUSE when somebody else has the port
   */
  void raiseOverlay(String device, Optional<BpfProgram> arrive) throws LinuxException {
    int index = links.linkIndex(device);
    Port.withoutLinkLocal(links, index, false);
    if (arrive.isPresent()) {
      addProgram(index, arrive.get());
    }
    links.setUp(index, true);
  }

  /** A device to be made here, which goes with the ports. */
  LinkSpec deviceOfOwn(String name) {
    return LinkSpec.named(name).in(namespace).withGroup(PORTS_GROUP);
  }

  /** Index of a device. */
  int index(String device) throws LinuxException {
    return links.linkIndex(device);
  }

  /** Takes a device away. */
  void removeDevice(String device) throws LinuxException {
    links.deleteLink(links.linkIndex(device));
  }

  /** Client of the namespace. */
  RouteNetlink links() {
    return links;
  }

  /** Index of the device where packets go in. */
  int entry() {
    return entry;
  }

  private void addProgram(int device, BpfProgram program) throws LinuxException {
    traffic.change(
        changes -> {
          changes.addQdisc(
              device, Handle.CLSACT, Handle.of(Handle.CLSACT >>> 16, 0), new Qdisc.Clsact(0));
          changes.addFilter(
              device,
              Handle.INGRESS,
              PRIORITY,
              Protocol.ALL,
              new Filter.Bpf(program.fileDescriptor(), program.name()));
        });
  }

  /**
   * Makes an endpoint's device with its cable and its program; eth0 is down.
   *
   * @return index of the host end
   */
  int makePort(PortSpec spec, BpfProgram shape) throws FabricException {
    String name = "p" + spec.endpoint();
    step(
        Step.PORT_PAIR,
        () ->
            creator.veth(
                LinkSpec.named(name).withMtu(spec.mtu()).withGroup(PORTS_GROUP),
                LinkSpec.named(Port.NAME)
                    .withMtu(spec.mtu())
                    .withAddress(EVERYBODY)
                    .in(spec.namespace())));
    int[] hostEnd = new int[1];
    try {
      step(
          Step.PORT_PROGRAM,
          () -> {
            hostEnd[0] = links.linkIndex(name);
            Port.withoutLinkLocal(links, hostEnd[0], false);
            addProgram(hostEnd[0], shape);
            links.setUp(hostEnd[0], true);
          });
      return hostEnd[0];
    } catch (FabricException e) {
      removeAfter(e, name);
      throw e;
    }
  }

  private void removeAfter(FabricException failure, String name) {
    try {
      links.deleteLink(links.linkIndex(name));
    } catch (LinuxException e) {
      failure.addSuppressed(e);
    }
  }

  /** Takes an endpoint's device away, both ends. */
  void removePort(int hostEnd) throws FabricException {
    step(Step.PORT_REMOVAL, () -> links.deleteLink(hostEnd));
  }

  /** Counters of all devices by index. */
  Map<Integer, LinkStatistics> statistics() throws LinuxException {
    return links.allStatistics();
  }

  /** The namespace, for tests. */
  NetworkNamespace namespace() {
    return namespace;
  }

  /**
   * Takes all ports away, and gives the namespace back. The ports at once, because the kernel frees
   * a namespace when it has time.
   */
  @Override
  public void close() throws FabricException {
    try {
      links.deleteGroup(PORTS_GROUP);
    } catch (LinuxException e) {
      // ENODEV: no port was made
      if (e.errno() != Errno.ENODEV) {
        throw Step.PORT_REMOVAL.refused(e);
      }
    } finally {
      links.close();
      batch.close();
      namespace.close();
    }
  }
}
