package io.kollaps.node.run;

import io.kollaps.node.results.EventRecord;
import io.kollaps.node.results.FlowSample;
import io.kollaps.node.results.ResultsFolder;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Writes down and tells the listener what the run's loop observed, in its order, on a thread of its
 * own: formatting a hundred events takes longer than carrying them out. Handing over takes no lock:
 * the loop has real-time priority, and a thread without it that holds a lock may wait for a
 * processor as long as the programs like.
 */
final class Scribe implements AutoCloseable {
  /** Most entries that may wait; more means that the thread is stuck, and the run fails. */
  static final int MAX_WAITING = 200_000;

  private static final long LOOK_NANOS = 50_000_000L;
  private static final long CLOSE_MILLIS = 10_000;

  private final ResultsFolder results;
  private final RunListener listener;
  private final HandOver<Runnable> entries =
      new HandOver<>(MAX_WAITING, "events and samples wait to be written: the disk is stuck");
  private final Thread thread;
  private volatile Optional<Throwable> failure = Optional.empty();
  private volatile boolean closing;

  Scribe(ResultsFolder results, RunListener listener) {
    this.results = results;
    this.listener = listener;
    this.thread = Thread.ofPlatform().name("kollaps-scribe").daemon().start(this::work);
    entries.takenBy(thread);
  }

  /** Takes an event. */
  void event(EventRecord event) {
    hand(
        () -> {
          results.event(event);
          listener.event(event);
        });
  }

  /** Takes the samples of an interval. */
  void samples(long atNanos, List<FlowSample> samples) {
    hand(
        () -> {
          samples.forEach(results::flow);
          listener.flows(atNanos, samples);
        });
  }

  /** Runs something after everything that came before was written and told. */
  void then(Runnable told) {
    hand(told);
  }

  private void hand(Runnable entry) {
    if (failure.isPresent()) {
      throw new IllegalStateException(lost(), failure.get());
    }
    entries.put(entry);
  }

  private String lost() {
    return "what happened cannot be written down: " + failure.map(Throwable::toString).orElse("");
  }

  private void work() {
    try {
      while (true) {
        boolean last = closing;
        Optional<Runnable> entry = entries.poll();
        while (entry.isPresent()) {
          entry.get().run();
          entry = entries.poll();
        }
        if (last) {
          return;
        }
        LockSupport.parkNanos(this, LOOK_NANOS);
      }
    } catch (RuntimeException | Error e) {
      failure = Optional.of(e);
    }
  }

  /**
   * Waits until everything was written and told.
   *
   * @throws IOException when something was not
   */
  @Override
  public void close() throws IOException {
    closing = true;
    LockSupport.unpark(thread);
    try {
      if (!thread.join(Duration.ofMillis(CLOSE_MILLIS))) {
        throw new IOException(
            entries.waiting()
                + " events and samples were not written within "
                + TimeUnit.MILLISECONDS.toSeconds(CLOSE_MILLIS)
                + " s: the disk is stuck");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (failure.isPresent()) {
      throw new IOException(lost(), failure.get());
    }
  }
}
