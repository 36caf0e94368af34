package io.kollaps.node.run;

import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/** Where other threads put what happens, and the run's loop takes it. */
final class EventInbox {
  /** Most events that may wait; more than this means that the loop is stuck, and the run fails. */
  static final int MAX_WAITING_EVENTS = 200_000;

  private final BlockingQueue<RunEvent> waiting = new ArrayBlockingQueue<>(MAX_WAITING_EVENTS);

  /** Puts an event; from any thread. */
  void tell(RunEvent event) {
    if (!waiting.offer(event)) {
      throw new IllegalStateException(
          "more than " + MAX_WAITING_EVENTS + " events wait for the run's loop: it is stuck");
    }
  }

  /** The next event, waiting for it at most that long. */
  Optional<RunEvent> poll(long waitNanos) throws InterruptedException {
    return Optional.ofNullable(waiting.poll(waitNanos, TimeUnit.NANOSECONDS));
  }
}
