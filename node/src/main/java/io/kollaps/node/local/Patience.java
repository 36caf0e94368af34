package io.kollaps.node.local;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Closes a connection on which nothing has happened for too long. Who waits on it then fails. */
final class Patience implements AutoCloseable {
  /** The daemon shows that it is still at a request this often. */
  static final Duration SIGN_OF_LIFE = Duration.ofSeconds(10);

  /** A command hears nothing of the daemon for so long: six signs of life and more. */
  static final Duration OF_COMMAND = Duration.ofSeconds(65);

  /** The daemon waits so long for a command that does not read or does not say what it wants. */
  static final Duration OF_DAEMON = Duration.ofMinutes(2);

  private static final Logger LOG = LoggerFactory.getLogger(Patience.class);

  private final Closeable connection;
  private final long limitNanos;
  private final Thread thread;
  private volatile long refreshedNanos = System.nanoTime();
  private volatile boolean over;

  /** Begins to wait. */
  Patience(Closeable connection, Duration limit) {
    this.connection = connection;
    limitNanos = limit.toNanos();
    thread = Thread.ofVirtual().name("kollaps-patience").start(this::watch);
  }

  /** Something has happened. */
  void refresh() {
    refreshedNanos = System.nanoTime();
  }

  /** Whether it has closed the connection. */
  boolean isOver() {
    return over;
  }

  private void watch() {
    try {
      long left = limitNanos;
      while (left > 0) {
        Thread.sleep(Duration.ofNanos(left));
        left = limitNanos - (System.nanoTime() - refreshedNanos);
      }
      over = true;
      connection.close();
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
