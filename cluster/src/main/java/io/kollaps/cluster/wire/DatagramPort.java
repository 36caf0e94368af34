package io.kollaps.cluster.wire;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.security.DatagramSeal;
import io.kollaps.cluster.security.Refusals;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends and receives sealed datagrams on one UDP port. */
public final class DatagramPort implements AutoCloseable {
  /** One byte more than is allowed, so that longer ones are seen to be longer. */
  private static final int RECEIVE_BYTES = DatagramSeal.MAX_DATAGRAM_BYTES + 1;

  private static final Logger LOG = LoggerFactory.getLogger(DatagramPort.class);

  private final DatagramSocket socket;
  private final DatagramSeal seal;
  private final Refusals refusals;
  private final LongSupplier wallMillis;
  private final Thread thread;

  /** Takes the datagrams of members; on the port's thread, which must not be held. */
  @FunctionalInterface
  public interface Receiver {
    /**
     * A datagram came.
     *
     * @param sender who sealed it
     * @param payload its content
     * @param from where it came from
     */
    void received(NodeId sender, ByteBuffer payload, InetSocketAddress from);
  }

  /**
   * Begins to listen at every address of this machine.
   *
   * @throws IOException when the port cannot be listened on
   */
  public DatagramPort(
      int port, DatagramSeal seal, Refusals refusals, LongSupplier wallMillis, Receiver receiver)
      throws IOException {
    try {
      socket = new DatagramSocket(port);
    } catch (SocketException e) {
      throw new IOException(
          "cannot listen on UDP port "
              + port
              + " ("
              + e.getMessage()
              + "); end what uses it, or choose another --port",
          e);
    }
    this.seal = seal;
    this.refusals = refusals;
    this.wallMillis = wallMillis;
    thread = Thread.ofPlatform().daemon().name("kollaps-datagrams").start(() -> receive(receiver));
  }

  /** Seals and sends. Datagrams may be lost; so a failure is only worth a line for its finder. */
  public void send(byte[] payload, InetSocketAddress to) {
    byte[] sealed = seal.seal(payload, wallMillis.getAsLong());
    try {
      socket.send(new DatagramPacket(sealed, sealed.length, to));
    } catch (IOException | IllegalArgumentException e) {
      LOG.debug("no datagram to {}: {}", to, e.getMessage());
    }
  }

  private void receive(Receiver receiver) {
    byte[] buffer = new byte[RECEIVE_BYTES];
    while (!socket.isClosed()) {
      DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
      try {
        socket.receive(packet);
      } catch (IOException e) {
        if (!socket.isClosed()) {
          LOG.debug("receiving failed: {}", e.getMessage()); // such as an ICMP error of a send
        }
        continue;
      }
      opened(packet, receiver);
    }
  }

  private void opened(DatagramPacket packet, Receiver receiver) {
    InetSocketAddress from = (InetSocketAddress) packet.getSocketAddress();
    switch (seal.open(
        packet.getData(), packet.getLength(), wallMillis.getAsLong(), System.nanoTime())) {
      case DatagramSeal.Refused refused ->
          refusals.refused("datagram", from.getAddress().getHostAddress(), refused.reason());
      case DatagramSeal.Opened opened -> {
        try {
          receiver.received(opened.sender(), opened.payload(), from);
        } catch (RuntimeException e) {
          LOG.error("a datagram of node {} could not be handled", opened.sender(), e);
        }
      }
    }
  }

  @Override
  public void close() {
    socket.close();
    try {
      thread.join(1000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
