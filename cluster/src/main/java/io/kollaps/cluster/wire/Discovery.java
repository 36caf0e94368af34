package io.kollaps.cluster.wire;

import io.kollaps.cluster.security.Refusals;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a machine finds nodes on its own networks: it asks by UDP broadcast, and nodes answer with
 * the port of their calls. The answer says nothing else; who may join, and whether it is the right
 * cluster, is settled there by the token.
 *
 * <p>Question: 'K' 'D', format, 1, nonce (8 bytes), zeroes up to 32 bytes. Answer: 'K' 'D', format,
 * 2, nonce, port (2 bytes): shorter than the question, so that nobody can use it to flood others.
 */
public final class Discovery implements AutoCloseable {
  private static final byte FORMAT = 1;
  private static final byte QUESTION = 1;
  private static final byte ANSWER = 2;
  private static final int QUESTION_BYTES = 32;
  private static final int ANSWER_BYTES = 2 + 1 + 1 + 8 + 2;

  /** Answers a second; many machines may be joining. */
  private static final int ANSWERS_PER_SECOND = 200;

  /** Answers a second to one address; a joiner asks once or twice. */
  private static final int ANSWERS_PER_ADDRESS = 5;

  /** Nodes that a joiner looks at; one of the right cluster is enough. */
  private static final int MAX_FOUND = 64;

  private static final Logger LOG = LoggerFactory.getLogger(Discovery.class);

  private final DatagramSocket socket;
  private final int announcedPort;
  private final Thread thread;
  private final Refusals refusals;
  private final Map<InetAddress, Integer> answers = new HashMap<>();
  private long windowNanos;
  private int answered;

  private Discovery(DatagramSocket socket, int announcedPort, Refusals refusals) {
    this.socket = socket;
    this.announcedPort = announcedPort;
    this.refusals = refusals;
    thread = Thread.ofPlatform().daemon().name("kollaps-discovery").start(this::answer);
  }

  /**
   * Begins to answer.
   *
   * @param port UDP port that is asked at; several nodes of one machine may share it
   * @param announcedPort TCP port of this node's calls
   * @param refusals is told of what is no question
   * @throws IOException when the port cannot be listened on
   */
  public static Discovery answering(int port, int announcedPort, Refusals refusals)
      throws IOException {
    DatagramSocket socket = new DatagramSocket(null);
    try {
      socket.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      socket.bind(new InetSocketAddress(port));
      return new Discovery(socket, announcedPort, refusals);
    } catch (IOException e) {
      socket.close();
      throw new IOException(
          "cannot answer discovery at UDP port "
              + port
              + " ("
              + e.getMessage()
              + "); choose another --discovery-port, or 0 for none",
          e);
    }
  }

  private void answer() {
    byte[] buffer = new byte[QUESTION_BYTES + 1];
    while (!socket.isClosed()) {
      DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
      try {
        socket.receive(packet);
        ByteBuffer question = ByteBuffer.wrap(packet.getData(), 0, packet.getLength());
        if (packet.getLength() != QUESTION_BYTES || !isHead(question, QUESTION)) {
          refusals.refused(
              "question", packet.getAddress().getHostAddress(), "it is none that this node knows");
        } else if (mayAnswer(packet.getAddress())) {
          byte[] answer =
              head(ANSWER, question.getLong(), ANSWER_BYTES)
                  .putShort((short) announcedPort)
                  .array();
          socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
        }
      } catch (IOException | IllegalArgumentException e) {
        if (!socket.isClosed()) {
          LOG.debug("a question could not be answered: {}", e.getMessage());
        }
      }
    }
  }

  private boolean mayAnswer(InetAddress asker) {
    long now = System.nanoTime();
    if (now - windowNanos > 1_000_000_000L) {
      windowNanos = now;
      answered = 0;
      answers.clear();
    }
    if (answered >= ANSWERS_PER_SECOND
        || answers.merge(asker, 1, Integer::sum) > ANSWERS_PER_ADDRESS) {
      return false;
    }
    answered++;
    return true;
  }

  /**
   * Asks for nodes on the networks of this machine, once.
   *
   * @param port UDP port that nodes answer at
   * @param wait how long answers are collected
   * @return where calls can be made, each once
   */
  public static List<InetSocketAddress> find(int port, Duration wait) throws IOException {
    return find(port, wait, broadcasts());
  }

  static List<InetSocketAddress> find(int port, Duration wait, List<InetAddress> asked)
      throws IOException {
    long nonce = new SecureRandom().nextLong();
    byte[] question = head(QUESTION, nonce, QUESTION_BYTES).array();
    Set<InetSocketAddress> found = new LinkedHashSet<>();
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.setBroadcast(true);
      for (InetAddress broadcast : asked) {
        try {
          socket.send(
              new DatagramPacket(
                  question, question.length, new InetSocketAddress(broadcast, port)));
        } catch (IOException e) {
          LOG.debug("no question to {}: {}", broadcast, e.getMessage());
        }
      }
      collect(socket, nonce, wait, found);
    }
    return List.copyOf(found);
  }

  private static void collect(
      DatagramSocket socket, long nonce, Duration wait, Set<InetSocketAddress> found)
      throws IOException {
    long deadline = System.nanoTime() + wait.toNanos();
    byte[] buffer = new byte[ANSWER_BYTES + 1];
    while (found.size() < MAX_FOUND) {
      long leftMillis = (deadline - System.nanoTime()) / 1_000_000;
      if (leftMillis <= 0) {
        return;
      }
      socket.setSoTimeout((int) leftMillis);
      DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
      try {
        socket.receive(packet);
      } catch (SocketTimeoutException e) {
        return;
      }
      ByteBuffer answer = ByteBuffer.wrap(packet.getData(), 0, packet.getLength());
      if (packet.getLength() == ANSWER_BYTES
          && isHead(answer, ANSWER)
          && answer.getLong() == nonce) {
        found.add(new InetSocketAddress(packet.getAddress(), answer.getShort() & 0xffff));
      }
    }
  }

  private static List<InetAddress> broadcasts() throws SocketException {
    List<InetAddress> addresses = new ArrayList<>();
    for (NetworkInterface device : NetworkInterface.networkInterfaces().toList()) {
      if (device.isUp()) {
        for (InterfaceAddress address : device.getInterfaceAddresses()) {
          if (address.getBroadcast() != null) {
            addresses.add(address.getBroadcast());
          } else if (device.isLoopback()) {
            addresses.add(address.getAddress()); // nodes on this machine
          }
        }
      }
    }
    return addresses;
  }

  private static ByteBuffer head(byte kind, long nonce, int length) {
    return ByteBuffer.allocate(length)
        .put((byte) 'K')
        .put((byte) 'D')
        .put(FORMAT)
        .put(kind)
        .putLong(nonce);
  }

  private static boolean isHead(ByteBuffer buffer, byte kind) {
    return buffer.get() == 'K'
        && buffer.get() == 'D'
        && buffer.get() == FORMAT
        && buffer.get() == kind;
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
