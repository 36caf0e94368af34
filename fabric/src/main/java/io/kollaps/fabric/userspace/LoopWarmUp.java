package io.kollaps.fabric.userspace;

import io.kollaps.fabric.FabricException;
import io.kollaps.fabric.PathSetting;
import io.kollaps.fabric.PathShape;
import io.kollaps.fabric.PortSpec;
import io.kollaps.linux.InetSocket;
import io.kollaps.linux.LinuxException;
import io.kollaps.linux.NetworkNamespace;
import io.kollaps.linux.NetworkNamespaces;
import io.kollaps.linux.OffHeapMemory;
import io.kollaps.topology.Jitter;
import io.kollaps.topology.LinkProperties;
import io.kollaps.topology.QueueLimit;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends packets through a fabric that is thrown away, between two namespaces of its own: the first
 * read, write and alarm of a process take about a millisecond, and those that follow are slow until
 * their code is compiled.
 */
final class LoopWarmUp {
  private static final int BURSTS = 400;
  private static final int BURST_PACKETS = 8;
  private static final long PAUSE_NANOS = 150_000;
  private static final long LATENCY_NANOS = 100_000;
  private static final int PACKET_BYTES = 100;
  private static final int PREFIX_LENGTH = 30;

  private LoopWarmUp() {}

  /**
   * Does it, in some hundred milliseconds.
   *
   * @throws FabricException when there can be no fabric
   * @throws LinuxException when there can be no namespaces or sockets
   */
  static void run() throws FabricException, LinuxException {
    Inet4Address sender = address(1);
    Inet4Address receiver = address(2);
    UserSpaceFabricOptions options =
        UserSpaceFabricOptions.DEFAULT.withMemoryBytes(UserSpaceFabricOptions.MIN_MEMORY_BYTES);
    try (NetworkNamespace from = NetworkNamespaces.create();
        NetworkNamespace to = NetworkNamespaces.create();
        UserSpaceFabric fabric = UserSpaceFabric.startCold(2, options)) {
      fabric.attach(port(0, from, sender));
      fabric.attach(port(1, to, receiver));
      PathShape shape =
          new PathShape(
              LATENCY_NANOS,
              Jitter.NONE,
              0,
              LinkProperties.UNLIMITED_RATE,
              LinkProperties.Framing.IP,
              QueueLimit.DEFAULT);
      fabric.setPaths(List.of(new PathSetting(0, 1, Optional.of(shape))));
      try (InetSocket target = to.inside(() -> InetSocket.udp(receiver));
          InetSocket source = from.inside(() -> InetSocket.udp(sender));
          OffHeapMemory packet = OffHeapMemory.map(PACKET_BYTES)) {
        source.connect(receiver, target.localPort());
        for (int burst = 0; burst < BURSTS; burst++) {
          for (int i = 0; i < BURST_PACKETS; i++) {
            var _ = source.send(packet.address(), PACKET_BYTES);
          }
          LockSupport.parkNanos(PAUSE_NANOS);
        }
      }
    }
  }

  private static PortSpec port(int endpoint, NetworkNamespace namespace, Inet4Address address) {
    return new PortSpec(
        endpoint,
        namespace,
        List.of(address),
        List.of(new PortSpec.Prefix(address(0), PREFIX_LENGTH)),
        PortSpec.DEFAULT_MTU);
  }

  /** Of a network for documentation (RFC 5737): nobody outside the two namespaces sees it. */
  private static Inet4Address address(int host) {
    try {
      return (Inet4Address) InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, (byte) host});
    } catch (UnknownHostException e) {
      throw new IllegalStateException("four bytes are an IPv4 address", e);
    }
  }
}
