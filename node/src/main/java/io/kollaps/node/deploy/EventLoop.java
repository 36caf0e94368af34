package io.kollaps.node.deploy;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One thread that takes events one after the other, and tells the time in between. */
final class EventLoop<E> implements AutoCloseable {
  /** Events from outside that may wait; more are turned away. */
  static final int MOST_OFFERED = 4096;

  /**
   * In how long time is told where nothing waits for it: a daemon without runs should not wake its
   * machine. What is told meanwhile is handled at once.
   */
  static final long IDLE_TICK_NANOS = 1_000_000_000L;

  private static final long CLOSE_MILLIS = 5000;
  private static final Logger LOG = LoggerFactory.getLogger(EventLoop.class);

  private final LinkedBlockingQueue<E> events = new LinkedBlockingQueue<>();
  private final Consumer<E> handler;
  private final LongSupplier nextTickNanos;
  private final Supplier<E> tick;
  private final Thread thread;
  private volatile boolean running = true;

  /**
   * Begins.
   *
   * @param handler takes an event; on the loop's thread
   * @param nextTickNanos in how long time is to be told at the latest
   * @param tick the event that tells it
   */
  EventLoop(String name, Consumer<E> handler, LongSupplier nextTickNanos, Supplier<E> tick) {
    this.handler = handler;
    this.nextTickNanos = nextTickNanos;
    this.tick = tick;
    thread = Thread.ofPlatform().daemon().name(name).start(this::run);
  }

  /** Tells of something that happened on this node; of which there are only so many. */
  void tell(E event) {
    events.add(event);
  }

  /** Tells of something that others said; false when too much of it waits already. */
  boolean offer(E event) {
    return events.size() < MOST_OFFERED && events.offer(event);
  }

  private void run() {
    long tickAt = System.nanoTime();
    while (running) {
      try {
        @Nullable E event =
            events.poll(Math.max(0, tickAt - System.nanoTime()), TimeUnit.NANOSECONDS);
        if (event != null) {
          handle(event);
        }
        if (System.nanoTime() - tickAt >= 0) {
          handle(tick.get());
          tickAt = System.nanoTime() + nextTickNanos.getAsLong();
        } else {
          tickAt = Math.min(tickAt, System.nanoTime() + nextTickNanos.getAsLong());
        }
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void handle(E event) {
    try {
      handler.accept(event);
    } catch (RuntimeException e) {
      // one event that could not be handled must not end all runs of this node
      LOG.error("this is a bug: {} could not be handled", event.getClass().getSimpleName(), e);
    }
  }

  @Override
  public void close() {
    running = false;
    thread.interrupt();
    try {
      thread.join(CLOSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
