package io.kollaps.fabric.tc;

import io.kollaps.fabric.FabricException;
import io.kollaps.fabric.PathSetting;
import io.kollaps.fabric.PathShape;
import io.kollaps.fabric.PortSpec;
import io.kollaps.linux.LinkCreator;
import io.kollaps.linux.LinkSpec;
import io.kollaps.linux.LinuxException;
import io.kollaps.linux.NetworkNamespace;
import io.kollaps.linux.NetworkNamespaces;
import io.kollaps.linux.RouteNetlink;
import io.kollaps.topology.Jitter;
import io.kollaps.topology.LinkProperties;
import io.kollaps.topology.LinkProperties.Framing;
import io.kollaps.topology.QueueLimit;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * How much later than asked a delay line of this fabric lets packets go on this machine: timers
 * that wake a sleeping processor are late, and the way through the fabric's devices takes its time
 * too. Some ten microseconds each way, always the same for a machine, so that they can be taken off
 * the latencies.
 *
 * <p>Measured by echoes, in turn over a path with a known latency and over a plain veth pair: what
 * the programs at both ends take is in both. Everything is made in namespaces of its own, which are
 * gone afterwards.
 */
final class OwnDelay {
  /** A machine that is later than this has no time; that is no property of its timers. */
  static final long MOST_NANOS = 150_000;

  private static final long LATENCY_NANOS = 1_000_000;
  private static final int ECHOES = 24;

  /** Classes are loaded and processors wake up meanwhile. */
  private static final int FIRST_THAT_COUNTS = 8;

  private static final int ANSWER_MILLIS = 100;
  private static final int PORT = 7;
  private static final int PAYLOAD_BYTES = 64;
  private static final byte[] BASE = {10, (byte) 254, (byte) 254, 0};
  private static final String PLAIN = "plain0";

  private OwnDelay() {}

  /**
   * Measures it; takes some 60 ms.
   *
   * @return nanoseconds each way, 0 to {@link #MOST_NANOS}; 0 when most echoes were lost
   * @throws FabricException when the kernel refuses an object that the fabric needs too
   */
  static long measureNanos() throws FabricException {
    try (NetworkNamespace one = NetworkNamespaces.create();
        NetworkNamespace two = NetworkNamespaces.create();
        TcFabric fabric = TcFabric.start(2, 1, TcStep.Gate.OPEN)) {
      fabric.attach(port(0, one));
      fabric.attach(port(1, two));
      PathShape shape =
          new PathShape(
              LATENCY_NANOS,
              Jitter.NONE,
              0,
              LinkProperties.UNLIMITED_RATE,
              Framing.IP,
              QueueLimit.DEFAULT);
      fabric.setPaths(
          List.of(
              new PathSetting(0, 1, Optional.of(shape)),
              new PathSetting(1, 0, Optional.of(shape))));
      makePlainPair(one, two);
      return compare(one, two);
    } catch (LinuxException | IOException e) {
      throw new FabricException(
          "The delay of this machine's own timers cannot be measured: " + e.getMessage(), e);
    }
  }

  private static PortSpec port(int endpoint, NetworkNamespace namespace) {
    return new PortSpec(
        endpoint,
        namespace,
        List.of(address(endpoint + 1)),
        List.of(new PortSpec.Prefix(address(0), 29)),
        PortSpec.DEFAULT_MTU);
  }

  private static InetAddress address(int last) {
    byte[] bytes = BASE.clone();
    bytes[3] = (byte) last;
    try {
      return InetAddress.getByAddress(bytes);
    } catch (java.net.UnknownHostException e) {
      throw new IllegalStateException("four bytes are an address", e);
    }
  }

  private static void makePlainPair(NetworkNamespace one, NetworkNamespace two)
      throws LinuxException {
    try (RouteNetlink first = one.inside(RouteNetlink::open);
        RouteNetlink second = two.inside(RouteNetlink::open)) {
      new LinkCreator(first.socket()).veth(LinkSpec.named(PLAIN), LinkSpec.named(PLAIN).in(two));
      bringUp(first, address(9));
      bringUp(second, address(10));
    }
  }

  private static void bringUp(RouteNetlink links, InetAddress address) throws LinuxException {
    int index = links.linkIndex(PLAIN);
    links.setUp(index, true);
    links.addAddress(index, address, 30);
  }

  private static long compare(NetworkNamespace one, NetworkNamespace two)
      throws LinuxException, IOException {
    try (DatagramSocket asking = socket(one, 0);
        DatagramSocket answering = socket(two, PORT)) {
      asking.setSoTimeout(ANSWER_MILLIS);
      Thread.ofPlatform().daemon().name("kollaps-echo").start(() -> echo(answering));
      long[] shaped = new long[ECHOES];
      long[] plain = new long[ECHOES];
      for (int i = 0; i < ECHOES; i++) {
        shaped[i] = roundTripNanos(asking, address(2));
        plain[i] = roundTripNanos(asking, address(10));
      }
      long late = median(shaped) - median(plain) - 2 * LATENCY_NANOS;
      // with lost echoes at the median either difference is absurd
      return late > 2 * ANSWER_MILLIS * 1_000_000L || late < 0 ? 0 : Math.min(MOST_NANOS, late / 2);
    }
  }

  private static DatagramSocket socket(NetworkNamespace namespace, int port)
      throws LinuxException, IOException {
    DatagramSocket[] made = new DatagramSocket[1];
    IOException[] failure = new IOException[1];
    namespace.inside(
        () -> {
          try {
            made[0] = new DatagramSocket(port);
          } catch (SocketException e) {
            failure[0] = e;
          }
          return 0;
        });
    if (failure[0] != null) {
      throw failure[0];
    }
    return made[0];
  }

  private static void echo(DatagramSocket socket) {
    DatagramPacket packet = new DatagramPacket(new byte[PAYLOAD_BYTES], PAYLOAD_BYTES);
    try {
      while (!socket.isClosed()) {
        socket.receive(packet);
        socket.send(packet);
      }
    } catch (IOException e) {
      // the socket was closed: nobody asks any more
    }
  }

  private static long roundTripNanos(DatagramSocket socket, InetAddress to) throws IOException {
    long sent = System.nanoTime();
    socket.send(new DatagramPacket(new byte[PAYLOAD_BYTES], PAYLOAD_BYTES, to, PORT));
    try {
      socket.receive(new DatagramPacket(new byte[PAYLOAD_BYTES], PAYLOAD_BYTES));
      return System.nanoTime() - sent;
    } catch (SocketTimeoutException e) {
      return Long.MAX_VALUE / 4;
    }
  }

  private static long median(long[] nanos) {
    long[] sorted = Arrays.copyOfRange(nanos, FIRST_THAT_COUNTS, nanos.length);
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
