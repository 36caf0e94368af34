package io.kollaps.node.daemon;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes a connection between command and daemon that takes too long. Who waits on it then gets a
 * {@link java.nio.channels.ClosedChannelException}.
 */
final class Patience implements AutoCloseable {
  /** Above the longest that a request takes: tries at a changing leader, and a call's deadline. */
  static final Duration LIMIT = Duration.ofMinutes(2);

  private static final Logger LOG = LoggerFactory.getLogger(Patience.class);

  private final Thread thread;

  /** Begins to wait. */
  Patience(SocketChannel channel) {
    thread =
        Thread.ofPlatform().daemon().name("kollaps-patience").start(() -> closeInTime(channel));
  }

  private static void closeInTime(SocketChannel channel) {
    try {
      Thread.sleep(LIMIT);
      channel.close();
    } catch (InterruptedException e) {
      // the exchange is done
    } catch (IOException e) {
      LOG.debug("a connection could not be closed: {}", e.getMessage());
    }
  }

  /** The exchange is done. */
  @Override
  public void close() {
    thread.interrupt();
  }
}
