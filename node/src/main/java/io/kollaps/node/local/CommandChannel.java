package io.kollaps.node.local;

import io.kollaps.cluster.security.AccessToken;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;

/** How a command reaches a daemon: on its own machine, or on another one. */
public sealed interface CommandChannel {

  /**
   * The daemon of this machine.
   *
   * @param folder of its node
   */
  record Local(Path folder) implements CommandChannel {
    @Override
    public <Q, R> LocalConnection<R> open(LocalAction<Q, R> action, Q request) throws LocalFailure {
      return LocalClient.open(folder, action, request);
    }
  }

  /**
   * A daemon on another machine, over TLS.
   *
   * @param host its name or address
   * @param port its remote port
   * @param token shows that the command may, and which cluster it means
   */
  record Remote(String host, int port, AccessToken token) implements CommandChannel {
    private static final int CONNECT_MILLIS = 10_000;

    @Override
    public <Q, R> LocalConnection<R> open(LocalAction<Q, R> action, Q request) throws LocalFailure {
      String where = host + ":" + port;
      Socket raw = new Socket();
      try {
        raw.connect(new InetSocketAddress(host, port), CONNECT_MILLIS);
        raw.setSoTimeout(CONNECT_MILLIS);
        SSLSocket secure = (SSLSocket) tls().getSocketFactory().createSocket(raw, host, port, true);
        secure.startHandshake(); // which fails unless it is a node of the token's cluster
        raw.setSoTimeout(0);
        secure.getOutputStream().write(RemoteServer.line(token.id(), token.secret()));
        return LocalConnection.open(
            new Wire(
                secure.getInputStream(),
                secure.getOutputStream(),
                raw,
                LocalConnection.LONGEST_REPLY),
            where,
            action,
            request);
      } catch (SSLHandshakeException e) {
        close(raw);
        throw LocalFailure.failed(
            where + " is no node of the cluster that the access token is for: " + deepest(e));
      } catch (IOException e) {
        close(raw);
        throw LocalFailure.failed(
            "no node answers commands at "
                + where
                + " ("
                + e.getMessage()
                + "); is its --remote-port set, and this its address?");
      }
    }

    private SSLContext tls() {
      try {
        SSLContext tls = SSLContext.getInstance("TLSv1.3");
        tls.init(null, new TrustManager[] {token.trust()}, null);
        return tls;
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("this Java has no TLS 1.3", e);
      }
    }

    private static String deepest(Throwable thrown) {
      Throwable cause = thrown;
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      return String.valueOf(cause.getMessage());
    }

    private static void close(Socket socket) throws LocalFailure {
      try {
        socket.close();
      } catch (IOException e) {
        throw LocalFailure.failed("a connection could not be closed: " + e.getMessage());
      }
    }
  }

  /**
   * Asks, and leaves the answer to be read.
   *
   * @throws LocalFailure when no daemon answers there
   */
  <Q, R> LocalConnection<R> open(LocalAction<Q, R> action, Q request) throws LocalFailure;

  /**
   * Asks and waits for an answer of one line.
   *
   * @throws LocalFailure when no daemon answers there, or it refuses
   */
  default <Q, R> R ask(LocalAction<Q, R> action, Q request) throws LocalFailure {
    try (LocalConnection<R> connection = open(action, request)) {
      R answer =
          connection
              .next()
              .orElseThrow(() -> LocalFailure.failed("the node's daemon answered nothing"));
      while (connection.next().isPresent()) {
        // one line is all that is asked for; the end says that it was done
      }
      return answer;
    }
  }
}
