package io.kollaps.cluster.wire;

import io.kollaps.cluster.security.Refusals;
import java.security.cert.CertificateException;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import javax.net.ssl.SSLException;

/**
 * Hears of connections that ended before a call came (no TLS, garbage, a certificate that is not
 * trusted): gRPC tells of them only in its log.
 */
final class ConnectionLog extends Handler implements AutoCloseable {
  // Held here, since the log manager alone would let them be collected.
  private static final List<Logger> LOGGERS =
      List.of(
          Logger.getLogger("io.grpc.netty.shaded.io.grpc.netty.NettyServerTransport.connections"),
          Logger.getLogger("io.grpc.netty.shaded.io.grpc.netty.ProtocolNegotiators"));

  /** What gRPC says of a handshake that failed, without why. */
  private static final String NO_HANDSHAKE = "TLS negotiation failed for new client";

  private static final int LONGEST_REASON = 120;
  private static final int DEEPEST_CAUSE = 10;

  private final Refusals refusals;

  private ConnectionLog(Refusals refusals) {
    this.refusals = refusals;
  }

  static ConnectionLog install(Refusals refusals) {
    ConnectionLog log = new ConnectionLog(refusals);
    for (Logger logger : LOGGERS) {
      logger.setUseParentHandlers(false);
      logger.setLevel(Level.FINE);
      logger.addHandler(log);
    }
    return log;
  }

  @Override
  public void publish(LogRecord entry) {
    if (String.valueOf(entry.getMessage()).startsWith(NO_HANDSHAKE)) {
      refusals.refused("connection", "somebody", "it is no TLS that this node speaks or trusts");
      return;
    }
    int depth = 0;
    Throwable thrown = entry.getThrown();
    String reason = "";
    while (thrown != null && depth++ < DEEPEST_CAUSE) {
      if (thrown instanceof CertificateException) {
        return; // who checked the certificate has told it, with more
      }
      if (thrown instanceof SSLException) {
        reason = kind(thrown);
      }
      thrown = thrown.getCause();
    }
    if (!reason.isEmpty()) {
      refusals.refused("connection", "somebody", reason);
    }
  }

  /** The kind of failure without what differs from one attempt to the next. */
  private static String kind(Throwable thrown) {
    String message = String.valueOf(thrown.getMessage());
    int detail = message.indexOf(':');
    String text = detail > 0 ? message.substring(0, detail) : message;
    return text.substring(0, Math.min(text.length(), LONGEST_REASON));
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    LOGGERS.forEach(logger -> logger.removeHandler(this));
  }
}
