package io.kollaps.cluster.wire;

import io.kollaps.cluster.security.Refusals;
import java.security.cert.CertificateException;
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
  // Held here, since the log manager alone would let it be collected.
  private static final Logger LOGGER =
      Logger.getLogger("io.grpc.netty.shaded.io.grpc.netty.NettyServerTransport.connections");

  private static final int LONGEST_REASON = 120;
  private static final int DEEPEST_CAUSE = 10;

  private final Refusals refusals;

  private ConnectionLog(Refusals refusals) {
    this.refusals = refusals;
  }

  static ConnectionLog install(Refusals refusals) {
    ConnectionLog log = new ConnectionLog(refusals);
    LOGGER.setUseParentHandlers(false);
    LOGGER.setLevel(Level.FINE);
    LOGGER.addHandler(log);
    return log;
  }

  @Override
  public void publish(LogRecord entry) {
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
    LOGGER.removeHandler(this);
  }
}
