package io.kollaps.node.run;

import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Where other threads put what happens, and the run's loop takes it. Without a lock: the loop has
 * real-time priority, and must not wait for a thread without it that holds one.
 */
final class EventInbox {
  /** Most events that may wait; more than this means that the loop is stuck, and the run fails. */
  static final int MAX_WAITING_EVENTS = 200_000;

  private final ConcurrentLinkedQueue<RunEvent> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicInteger count = new AtomicInteger();
  private volatile @Nullable Thread taker;

  /** Puts an event; from any thread. */
  void tell(RunEvent event) {
    if (count.incrementAndGet() > MAX_WAITING_EVENTS) {
      count.decrementAndGet();
      throw new IllegalStateException(
          "more than " + MAX_WAITING_EVENTS + " events wait for the run's loop: it is stuck");
    }
    waiting.add(event);
    LockSupport.unpark(taker);
  }

  /**
   * The next event, waiting for it about that long; may come back earlier with nothing. For one
   * thread.
   */
  Optional<RunEvent> poll(long waitNanos) throws InterruptedException {
    taker = Thread.currentThread();
    RunEvent event = waiting.poll();
    if (event == null && waitNanos > 0) {
      LockSupport.parkNanos(this, waitNanos);
      event = waiting.poll();
    }
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    if (event != null) {
      count.decrementAndGet();
    }
    return Optional.ofNullable(event);
  }
}
