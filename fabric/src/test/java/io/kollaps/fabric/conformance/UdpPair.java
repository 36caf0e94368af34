package io.kollaps.fabric.conformance;

import io.kollaps.linux.LinuxException;
import io.kollaps.linux.NetworkNamespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/** A sending and a receiving UDP socket, each opened inside an endpoint's namespace. */
public final class UdpPair implements AutoCloseable {
  /** IPv4 and UDP header. */
  public static final int HEADERS_4 = 28;

  private static final int RECEIVE_BUFFER_BYTES = 4 << 20;

  private final DatagramSocket sender;
  private final DatagramSocket receiver;
  private final InetAddress to;
  private int sent;

  /** Opens both; the receiver is bound to the address. */
  public UdpPair(TestNetwork network, int from, int toEndpoint, InetAddress to) throws Exception {
    this.to = to;
    receiver = open(network.namespace(toEndpoint), to);
    sender = open(network.namespace(from), null);
    receiver.setReceiveBufferSize(RECEIVE_BUFFER_BYTES);
  }

  private static DatagramSocket open(NetworkNamespace namespace, InetAddress bound)
      throws LinuxException {
    return namespace.inside(
        () -> {
          try {
            return new DatagramSocket(new InetSocketAddress(bound, 0));
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  /** Sends datagrams of so many payload bytes (at least 4), numbered on from the last, at once. */
  public void send(int count, int payloadBytes) throws IOException {
    byte[] payload = new byte[payloadBytes];
    for (int i = 0; i < count; i++) {
      ByteBuffer.wrap(payload).putInt(sent++);
      sender.send(new DatagramPacket(payload, payloadBytes, to, receiver.getLocalPort()));
    }
  }

  /**
   * Receives until nothing came for so long.
   *
   * @return the numbers that came, in the order in which they came first
   */
  public Set<Integer> receive(int silenceMillis) throws IOException {
    receiver.setSoTimeout(silenceMillis);
    Set<Integer> numbers = new LinkedHashSet<>();
    DatagramPacket packet = new DatagramPacket(new byte[65_535], 65_535);
    while (true) {
      try {
        receiver.receive(packet);
        numbers.add(ByteBuffer.wrap(packet.getData()).getInt());
      } catch (SocketTimeoutException e) {
        return numbers;
      }
    }
  }

  /**
   * Sends at a pace until told to stop, and gives what arrived meanwhile.
   *
   * @param offeredBitsPerSecond payload that is sent
   * @param settleNanos time before the window, so that a queue is full
   * @param windowNanos window in which arrivals count
   * @return bits of payload per second that arrived
   */
  public double throughput(
      int payloadBytes, double offeredBitsPerSecond, long settleNanos, long windowNanos)
      throws Exception {
    AtomicBoolean stop = new AtomicBoolean();
    Thread pacer = Thread.ofPlatform().start(() -> pace(payloadBytes, offeredBitsPerSecond, stop));
    try {
      receiver.setSoTimeout((int) (windowNanos / 1_000_000));
      DatagramPacket packet = new DatagramPacket(new byte[65_535], 65_535);
      long begin = System.nanoTime() + settleNanos;
      long first = 0;
      long last = 0;
      long bytes = 0;
      while (last - begin < windowNanos) {
        receiver.receive(packet);
        last = System.nanoTime();
        if (last >= begin) {
          // the first packet opens the window and does not count
          bytes += first == 0 ? 0 : packet.getLength();
          first = first == 0 ? last : first;
        }
      }
      return bytes * 8e9 / (last - first);
    } finally {
      stop.set(true);
      pacer.join();
    }
  }

  private void pace(int payloadBytes, double bitsPerSecond, AtomicBoolean stop) {
    long begin = System.nanoTime();
    double packetNanos = payloadBytes * 8e9 / bitsPerSecond;
    long gave = 0;
    try {
      while (!stop.get()) {
        long due = (long) ((System.nanoTime() - begin) / packetNanos);
        if (due > gave) {
          send((int) (due - gave), payloadBytes);
          gave = due;
        }
        LockSupport.parkNanos(1_000_000);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    sender.close();
    receiver.close();
  }
}
