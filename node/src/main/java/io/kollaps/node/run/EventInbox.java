package io.kollaps.node.run;

import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/** Where other threads put what happens, and the run's loop takes it. */
final class EventInbox {
  /** Most events that may wait; more than this means that the loop is stuck, and the run fails. */
  static final int MAX_WAITING_EVENTS = 200_000;

  private final HandOver<RunEvent> events =
      new HandOver<>(MAX_WAITING_EVENTS, "events wait for the run's loop: it is stuck");

  /** Puts an event; from any thread. */
  void tell(RunEvent event) {
    events.put(event);
  }

  /**
   * The next event, waiting for it about that long; may come back earlier with nothing. For one
   * thread.
   */
  Optional<RunEvent> poll(long waitNanos) throws InterruptedException {
    events.takenBy(Thread.currentThread());
    Optional<RunEvent> event = events.poll();
    if (event.isEmpty() && waitNanos > 0) {
      LockSupport.parkNanos(this, waitNanos);
      event = events.poll();
    }
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    return event;
  }
}
