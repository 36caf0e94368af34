package io.kollaps.node.probe;

import io.kollaps.cluster.join.ProbeOrder;
import io.kollaps.node.probe.ProbeDatagram.Kind;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketTimeoutException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The beginning side's datagrams. Used by one thread. */
final class ProbeLine implements AutoCloseable {
  /** How long an answer is waited for before the question is sent again. */
  static final long ANSWER_MILLIS = 300;

  private static final int QUESTIONS = 10;

  private final ProbeOrder order;
  private final DatagramSocket socket;
  private final byte[] buffer = new byte[ProbeDatagram.BYTES + 1];
  private int exchanges;

  private ProbeLine(ProbeOrder order, DatagramSocket socket) {
    this.order = order;
    this.socket = socket;
  }

  static ProbeLine open(ProbeOrder order) throws IOException, ProbeException {
    DatagramSocket socket = new DatagramSocket();
    try {
      InetAddress to = InetAddress.getByName(order.at().host());
      socket.connect(new InetSocketAddress(to, order.at().port()));
      return new ProbeLine(order, socket);
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw new ProbeException(order.at() + " cannot be reached: " + e.getMessage(), e);
    }
  }

  long probe() {
    return order.probe();
  }

  void send(ProbeDatagram datagram) throws IOException {
    byte[] bytes = datagram.sealed(order.secret());
    socket.send(new DatagramPacket(bytes, bytes.length));
  }

  /** Takes in echoes for a while. */
  void collect(EchoTally tally, long millis, boolean untilComplete)
      throws IOException, InterruptedException {
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    while (!(untilComplete && tally.complete())) {
      Optional<ProbeDatagram> received = receive(until);
      if (received.isEmpty()) {
        return;
      }
      if (received.get().kind() == Kind.ECHOED) {
        tally.back(received.get().number(), System.nanoTime());
      }
    }
  }

  /** The next datagram that belongs here; empty when none comes until then. */
  private Optional<ProbeDatagram> receive(long untilNanos)
      throws IOException, InterruptedException {
    while (true) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      long left = TimeUnit.NANOSECONDS.toMillis(untilNanos - System.nanoTime());
      if (left <= 0) {
        return Optional.empty();
      }
      socket.setSoTimeout((int) left);
      DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
      try {
        socket.receive(packet);
      } catch (SocketTimeoutException e) {
        return Optional.empty();
      } catch (PortUnreachableException e) {
        continue; // nobody serves there (any more); the number of questions bounds the wait
      }
      Optional<ProbeDatagram> opened =
          ProbeDatagram.open(packet.getData(), packet.getLength(), order.secret())
              .filter(datagram -> datagram.probe() == order.probe());
      if (opened.isPresent()) {
        return opened;
      }
    }
  }

  /**
   * Asks for a transfer.
   *
   * @return the TCP port where it is served
   * @throws ProbeException when it is not
   */
  int askTransfer(int seconds) throws IOException, ProbeException, InterruptedException {
    int number = ++exchanges;
    for (int i = 0; i < QUESTIONS; i++) {
      send(new ProbeDatagram(Kind.TRANSFER, order.probe(), number, seconds));
      long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ANSWER_MILLIS);
      Optional<ProbeDatagram> answer = receive(until);
      while (answer.isPresent()) {
        if (answer.get().number() == number && answer.get().kind() == Kind.READY) {
          return answer.get().value();
        }
        if (answer.get().number() == number && answer.get().kind() == Kind.CANNOT) {
          throw new ProbeException(
              "node " + order.with() + " could not start iperf3; its log says why");
        }
        answer = receive(until);
      }
    }
    throw new ProbeException(
        "node "
            + order.with()
            + " does not answer at UDP "
            + order.at()
            + "; let datagrams and TCP pass to that port");
  }

  @Override
  public void close() {
    socket.close();
  }
}
