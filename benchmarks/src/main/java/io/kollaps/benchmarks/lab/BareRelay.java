package io.kollaps.benchmarks.lab;

import io.kollaps.benchmarks.BenchmarkException;
import io.kollaps.linux.Epoll;
import io.kollaps.linux.Errno;
import io.kollaps.linux.FileDescriptors;
import io.kollaps.linux.LinuxException;
import io.kollaps.linux.NetworkNamespace;
import io.kollaps.linux.NetworkNamespaces;
import io.kollaps.linux.OffHeapMemory;
import io.kollaps.linux.RouteNetlink;
import io.kollaps.linux.ThreadPriority;
import io.kollaps.linux.TunDevice;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

/**
 * Pairs of namespaces whose TUN devices one thread joins by nothing but reading and writing: the
 * most that a fabric in user space could pass on this machine, were its own work for nothing.
 */
public final class BareRelay implements AutoCloseable {
  private static final int MTU_BYTES = 1500;
  private static final int QUEUE_PACKETS = 4096;
  private static final int PREFIX_LENGTH = 16;
  private static final int MEMORY_BYTES = 2 << 20;
  private static final int MAX_PACKET_BYTES = TunDevice.HEADER_BYTES + 65_535;
  private static final int READS_PER_TURN = 8;
  private static final int WAIT_MILLIS = 100;
  private static final int REAL_TIME_PRIORITY = 1;

  private final List<Station> stations = new ArrayList<>();
  private final List<TunDevice> devices = new ArrayList<>();
  private final OffHeapMemory memory;
  private final Epoll epoll;
  private final Worker worker;
  private boolean raised;

  private BareRelay(int pairs) throws LinuxException {
    memory = OffHeapMemory.map(MEMORY_BYTES);
    var _ = memory.touchNow(MEMORY_BYTES);
    epoll = Epoll.create(2 * pairs);
    try {
      for (int i = 0; i < 2 * pairs; i++) {
        add(i);
      }
    } catch (LinuxException e) {
      release();
      throw e;
    }
    worker = new Worker("bare-relay", this::relay);
  }

  /**
   * Makes them.
   *
   * @param pairs how many
   * @throws BenchmarkException when the machine cannot
   */
  public static BareRelay open(int pairs) throws BenchmarkException {
    try {
      return new BareRelay(pairs);
    } catch (LinuxException e) {
      throw new BenchmarkException("cannot make devices to compare with: " + e.getMessage(), e);
    }
  }

  private void add(int index) throws LinuxException {
    NetworkNamespace namespace = NetworkNamespaces.create();
    stations.add(new Station(namespace, address(index + 1)));
    TunDevice device = namespace.inside(() -> device(address(index + 1)));
    devices.add(device);
    Lab.raiseTcpMemory(namespace);
    epoll.add(device.fileDescriptor(), index);
  }

  private static TunDevice device(Inet4Address address) throws LinuxException {
    TunDevice device = TunDevice.create("eth0");
    try (RouteNetlink links = RouteNetlink.open()) {
      int index = links.linkIndex("eth0");
      links.setMtu(index, MTU_BYTES);
      links.setQueueLength(index, QUEUE_PACKETS);
      links.setUp(index, true);
      links.addAddress(index, address, Integer.SIZE);
      links.addRoute(index, address(0), PREFIX_LENGTH);
      return device;
    } catch (LinuxException e) {
      device.close();
      throw e;
    }
  }

  private static Inet4Address address(int host) {
    try {
      return (Inet4Address) InetAddress.getByAddress(new byte[] {10, 99, 0, (byte) host});
    } catch (UnknownHostException e) {
      throw new IllegalStateException("four bytes are an IPv4 address", e);
    }
  }

  private boolean relay() throws LinuxException {
    if (!raised) {
      // as the fabric's thread has it, and as that without it where it is not allowed
      var _ = ThreadPriority.tryRealTime(REAL_TIME_PRIORITY);
      raised = true;
    }
    int ready = epoll.await(WAIT_MILLIS);
    if (ready < 0 && ready != -Errno.EINTR) {
      throw new LinuxException("epoll_wait failed: " + Errno.name(-ready), -ready);
    }
    for (int i = 0; i < ready; i++) {
      int from = (int) epoll.tag(i);
      int source = devices.get(from).fileDescriptor();
      int target = devices.get(from ^ 1).fileDescriptor();
      for (int n = 0; n < READS_PER_TURN; n++) {
        long length = FileDescriptors.read(source, memory.address(), MAX_PACKET_BYTES);
        if (length < 0) {
          break;
        }
        var _ = FileDescriptors.write(target, memory.address(), length);
      }
    }
    return true;
  }

  /** An end: pair p has the ends 2p and 2p + 1. */
  public Station station(int index) {
    return stations.get(index);
  }

  /** Takes it away. */
  @Override
  public void close() throws BenchmarkException {
    try {
      worker.close();
    } finally {
      release();
    }
  }

  private void release() {
    devices.forEach(TunDevice::close);
    stations.forEach(station -> station.namespace().close());
    epoll.close();
    memory.close();
  }
}
