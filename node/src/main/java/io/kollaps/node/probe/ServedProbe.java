package io.kollaps.node.probe;

import io.kollaps.cluster.join.Secret;
import io.kollaps.node.probe.ProbeDatagram.Kind;
import java.io.IOException;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The serving side of one probe, on a thread of its own until its time is over. Datagrams without
 * the secret are not answered, and iperf3 is started only for one with it.
 */
final class ServedProbe implements CapacityProbe.Served {
  private static final long LOOK_MILLIS = 10;
  private static final long LISTEN_NANOS = 3_000_000_000L;
  private static final int MOST_SECONDS = 120;
  private static final String LISTENING = "0A";
  private static final Logger LOG = LoggerFactory.getLogger(ServedProbe.class);

  private final DatagramSocket socket;
  private final long probe;
  private final Secret secret;
  private final long untilNanos;
  private final ProbePrograms programs;
  private final int transferPort;
  private @Nullable Process server;
  private volatile boolean closed;
  private int lastNumber;
  private Optional<ProbeDatagram> lastAnswer = Optional.empty();

  private ServedProbe(
      DatagramSocket socket,
      long probe,
      Secret secret,
      long longestNanos,
      ProbePrograms programs,
      int transferPort) {
    this.socket = socket;
    this.probe = probe;
    this.secret = secret;
    this.untilNanos = System.nanoTime() + longestNanos;
    this.programs = programs;
    this.transferPort = transferPort;
  }

  static ServedProbe begin(
      int port, long probe, Secret secret, long longestNanos, ProbePrograms programs)
      throws ProbeException {
    try {
      DatagramSocket socket = new DatagramSocket(port);
      int transferPort = port == 0 ? freePort() : port;
      ServedProbe served =
          new ServedProbe(socket, probe, secret, longestNanos, programs, transferPort);
      Thread.ofPlatform().daemon().name("kollaps-probe").start(served::serve);
      return served;
    } catch (IOException e) {
      throw new ProbeException(
          "UDP port "
              + port
              + " for probes cannot be had ("
              + e.getMessage()
              + "); end what uses it, or choose another --probe-port",
          e);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0)) {
      return free.getLocalPort();
    }
  }

  @Override
  public int port() {
    return socket.getLocalPort();
  }

  private void serve() {
    byte[] buffer = new byte[ProbeDatagram.BYTES + 1];
    try {
      while (!closed) {
        long left = TimeUnit.NANOSECONDS.toMillis(untilNanos - System.nanoTime());
        if (left <= 0) {
          LOG.info("probe {} did not come to its end in time", probe);
          return;
        }
        socket.setSoTimeout((int) left);
        DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
        socket.receive(packet);
        Optional<ProbeDatagram> opened =
            ProbeDatagram.open(packet.getData(), packet.getLength(), secret)
                .filter(datagram -> datagram.probe() == probe);
        if (opened.isPresent() && !answer(opened.get(), packet.getSocketAddress())) {
          return;
        }
      }
    } catch (SocketTimeoutException e) {
      LOG.info("probe {} did not come to its end in time", probe);
    } catch (IOException e) {
      if (!closed) {
        LOG.warn("probe {} ended: {}", probe, e.getMessage());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      close();
    }
  }

  /** False when nothing more comes. */
  private boolean answer(ProbeDatagram asked, SocketAddress from)
      throws IOException, InterruptedException {
    switch (asked.kind()) {
      case ECHO -> send(new ProbeDatagram(Kind.ECHOED, probe, asked.number(), 0), from);
      case TRANSFER -> {
        if (asked.number() > lastNumber) {
          lastNumber = asked.number();
          lastAnswer = Optional.of(transfer(asked));
        }
        if (asked.number() == lastNumber && lastAnswer.isPresent()) {
          send(lastAnswer.get(), from);
        }
      }
      case DONE -> {
        return false;
      }
      case ECHOED, READY, CANNOT -> {} // answers are not asked for here
    }
    return true;
  }

  private void send(ProbeDatagram datagram, SocketAddress to) throws IOException {
    byte[] bytes = datagram.sealed(secret);
    socket.send(new DatagramPacket(bytes, bytes.length, to));
  }

  private ProbeDatagram transfer(ProbeDatagram asked) throws InterruptedException {
    try {
      if (asked.value() < 1 || asked.value() > MOST_SECONDS) {
        throw new ProbeException("a transfer takes 1 to " + MOST_SECONDS + " s");
      }
      startServer();
      return new ProbeDatagram(Kind.READY, probe, asked.number(), transferPort);
    } catch (ProbeException | IOException e) {
      LOG.warn("a capacity probe cannot be served: {}", e.getMessage());
      return new ProbeDatagram(Kind.CANNOT, probe, asked.number(), 0);
    }
  }

  private void startServer() throws ProbeException, IOException, InterruptedException {
    endServer();
    Process started =
        programs.start(
            List.of("-s", "-1", "-p", String.valueOf(transferPort), "-i", "0.1", "-J"), true);
    synchronized (this) {
      server = started;
      if (closed) {
        started.destroyForcibly();
        throw new ProbeException("the probe has ended");
      }
    }
    // nobody reads the report here, but a full pipe would hold iperf3
    Thread.ofVirtual().start(() -> drain(started));
    long until = System.nanoTime() + LISTEN_NANOS;
    while (!listens()) {
      if (!started.isAlive() || System.nanoTime() > until) {
        throw new ProbeException(
            "iperf3 does not listen at TCP port "
                + transferPort
                + "; end what uses it, or choose another --probe-port");
      }
      Thread.sleep(LOOK_MILLIS);
    }
  }

  private static void drain(Process process) {
    try {
      var _ = process.getInputStream().transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      LOG.debug("the server's report: {}", e.getMessage());
    }
  }

  /** True when something listens at the port, in this process' network namespace. */
  private boolean listens() throws IOException {
    String suffix = String.format(Locale.ROOT, ":%04X", transferPort);
    for (String table : List.of("/proc/thread-self/net/tcp", "/proc/thread-self/net/tcp6")) {
      Path file = Path.of(table);
      if (Files.exists(file)) {
        boolean found =
            Files.readAllLines(file).stream()
                .map(line -> line.strip().split("\\s+"))
                .anyMatch(
                    fields ->
                        fields.length > 3
                            && fields[1].endsWith(suffix)
                            && fields[3].equals(LISTENING));
        if (found) {
          return true;
        }
      }
    }
    return false;
  }

  private synchronized void endServer() throws InterruptedException {
    if (server != null) {
      server.destroyForcibly();
      var _ = server.waitFor(1, TimeUnit.SECONDS); // its port must be free again
      server = null;
    }
  }

  @Override
  public void close() {
    closed = true;
    socket.close();
    synchronized (this) {
      if (server != null) {
        server.destroyForcibly();
      }
    }
  }
}
