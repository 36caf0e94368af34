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
import java.util.HashSet;
import java.util.Set;

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
   * @return the numbers that came
   */
  public Set<Integer> receive(int silenceMillis) throws IOException {
    receiver.setSoTimeout(silenceMillis);
    Set<Integer> numbers = new HashSet<>();
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

  @Override
  public void close() {
    sender.close();
    receiver.close();
  }
}
