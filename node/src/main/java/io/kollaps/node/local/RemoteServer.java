package io.kollaps.node.local;

import io.kollaps.cluster.connection.Connections;
import io.kollaps.cluster.security.Refusals;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers commands of other machines over TLS: first a line {@code access ID SECRET}, then the same
 * lines as on the Unix socket. A command sees by the certificate that it speaks to a node of the
 * token's cluster before it sends the secret.
 */
public final class RemoteServer implements AutoCloseable {
  /** Commands at a time, with those that have not shown their token yet. */
  public static final int CALLERS = 64;

  /** A command shows its token within this time. */
  private static final int ACCESS_MILLIS = 10_000;

  private static final int LONGEST_ACCESS = 128;

  /** How soon a revoked or expired token ends what runs by it. */
  private static final Duration LOOK = Duration.ofSeconds(1);

  private static final Logger LOG = LoggerFactory.getLogger(RemoteServer.class);

  private final ServerSocket listening;
  private final SSLContext tls;
  private final LocalActions actions;
  private final AccessCheck check;
  private final Refusals refusals;
  private final Connections connections;
  private final Semaphore callers = new Semaphore(CALLERS);
  private final Conversations conversations = new Conversations();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  private RemoteServer(
      ServerSocket listening,
      SSLContext tls,
      LocalActions actions,
      AccessCheck check,
      Refusals refusals) {
    this.listening = listening;
    this.tls = tls;
    this.actions = actions;
    this.check = check;
    this.refusals = refusals;
    connections = new Connections(refusals, System::nanoTime);
  }

  /**
   * Begins to answer at every address of this machine.
   *
   * @param port TCP port
   * @param keys shows this node's certificate
   * @param check knows the access tokens
   * @throws IOException when the port cannot be listened on
   */
  public static RemoteServer start(
      int port, KeyManager keys, LocalActions actions, AccessCheck check, Refusals refusals)
      throws IOException {
    try {
      SSLContext tls = SSLContext.getInstance("TLSv1.3");
      tls.init(new KeyManager[] {keys}, null, null);
      RemoteServer server = new RemoteServer(new ServerSocket(port), tls, actions, check, refusals);
      Thread.ofPlatform().daemon().name("kollaps-remote").start(server::accept);
      return server;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no TLS 1.3", e);
    } catch (SocketException e) {
      throw new IOException(
          "cannot listen on TCP port "
              + port
              + " ("
              + e.getMessage()
              + "); end what uses it, or choose another --remote-port, or 0 for none",
          e);
    }
  }

  /** The port that it listens on. */
  public int port() {
    return listening.getLocalPort();
  }

  private void accept() {
    while (!listening.isClosed()) {
      try {
        Socket caller = listening.accept();
        InetSocketAddress from = (InetSocketAddress) caller.getRemoteSocketAddress();
        if (!connections.opened(from, () -> close(caller))) {
          close(caller);
        } else if (!callers.tryAcquire()) {
          refusals.refused(
              "command", host(from), "there are " + CALLERS + " at the same time already");
          connections.served(from);
          connections.closed(from);
          close(caller);
        } else {
          open.add(caller);
          Thread.ofVirtual().start(() -> serve(caller, from));
        }
      } catch (IOException e) {
        if (!listening.isClosed()) {
          LOG.warn("a command of another machine could not be heard: {}", e.getMessage());
          pause();
        }
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(LOOK); // such as when no descriptors are left
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void serve(Socket caller, InetSocketAddress from) {
    try (caller) {
      caller.setSoTimeout(ACCESS_MILLIS);
      SSLSocket secure =
          (SSLSocket)
              tls.getSocketFactory().createSocket(caller, InputStream.nullInputStream(), true);
      Thread bound = Thread.ofVirtual().start(() -> closeUnlessShown(caller));
      Optional<Access> access;
      try {
        secure.startHandshake();
        access = access(secure.getInputStream());
      } finally {
        bound.interrupt();
      }
      if (access.isEmpty() || role(access.get()).isEmpty()) {
        connections.served(from);
        refusals.refused("command", host(from), "its access token does not count here (any more)");
        refuse(secure.getOutputStream());
        return;
      }
      connections.served(from);
      caller.setSoTimeout(0);
      hold(secure, caller, access.get());
    } catch (IOException e) {
      LOG.debug("a command of {} went away: {}", host(from), e.getMessage());
    } finally {
      open.remove(caller);
      connections.closed(from);
      callers.release();
    }
  }

  /** A socket's own limit is for each read; this one is for all until the token is shown. */
  private static void closeUnlessShown(Socket caller) {
    try {
      Thread.sleep(ACCESS_MILLIS);
      close(caller);
    } catch (InterruptedException e) {
      // it was shown
    }
  }

  private void hold(SSLSocket secure, Socket raw, Access access) throws IOException {
    Thread watch = Thread.ofVirtual().start(() -> closeWhenEnded(raw, access));
    try {
      Closeable both = () -> close(raw);
      conversations.hold(
          new Conversation(
              new Wire(
                  secure.getInputStream(),
                  secure.getOutputStream(),
                  both,
                  Conversation.LONGEST_REQUEST),
              actions,
              action -> role(access).orElse(AccessRole.READ).require(action)));
    } finally {
      watch.interrupt();
    }
  }

  private void closeWhenEnded(Socket caller, Access access) {
    try {
      while (role(access).isPresent()) {
        Thread.sleep(LOOK);
      }
      close(caller);
    } catch (InterruptedException e) {
      // the command is done
    }
  }

  private Optional<AccessRole> role(Access access) {
    return check.role(access.id(), access.secret());
  }

  private record Access(String id, String secretHex) {
    byte[] secret() {
      return HexFormat.of().parseHex(secretHex);
    }
  }

  private static Optional<Access> access(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    int next = in.read();
    while (next >= 0 && next != '\n' && line.size() < LONGEST_ACCESS) {
      line.write(next);
      next = in.read();
    }
    String[] words = line.toString(StandardCharsets.US_ASCII).split(" ", -1);
    try {
      if (words.length != 3 || !words[0].equals("access")) {
        return Optional.empty();
      }
      var _ = HexFormat.of().parseHex(words[2]);
      return Optional.of(new Access(words[1], words[2]));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** The line that a command with this token sends first. */
  static byte[] line(String id, byte[] secret) {
    return ("access " + id + " " + HexFormat.of().formatHex(secret) + "\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  private static void refuse(OutputStream out) throws IOException {
    try {
      out.write(
          Wire.line(
              Wire.ReplyLine.problem(
                  LocalFailure.failed(
                      "the access token does not count here (any more); 'kollaps token access"
                          + " create' on a node makes a new one"))));
      out.flush();
    } catch (SocketTimeoutException e) {
      LOG.debug("a refused command does not read: {}", e.getMessage());
    }
  }

  private static String host(InetSocketAddress from) {
    return from.getAddress().getHostAddress();
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      LOG.debug("a connection could not be closed: {}", e.getMessage());
    }
  }

  /**
   * Hears no command any more. Those that are under way hear their answer, or that the daemon
   * stops; takes at most some seconds.
   */
  @Override
  public void close() throws IOException {
    listening.close();
    conversations.end();
    open.forEach(RemoteServer::close);
  }
}
