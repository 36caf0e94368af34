package io.kollaps.benchmarks.lab;

import io.kollaps.benchmarks.BenchmarkException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A thread that repeats a step until it is stopped. */
final class Worker implements AutoCloseable {
  /** A step waits at most {@link io.kollaps.linux.InetSocket#WAIT_MILLIS}; far above that. */
  private static final long STOP_SECONDS = 20;

  private final Thread thread;
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private volatile boolean wanted = true;

  /** A step; not wanted again when it gives false. */
  @FunctionalInterface
  interface Step {
    boolean go() throws Exception;
  }

  /** Starts one. */
  Worker(String name, Step step) {
    thread =
        Thread.ofPlatform()
            .name(name)
            .daemon()
            .start(
                () -> {
                  try {
                    boolean more = true;
                    while (wanted && more) {
                      more = step.go();
                    }
                  } catch (Exception | Error e) {
                    failure.set(e);
                  }
                });
  }

  /** Waits for its end without stopping it; true when it came in time. */
  boolean await(long nanos) throws InterruptedException {
    return thread.join(java.time.Duration.ofNanos(nanos));
  }

  /**
   * Stops it.
   *
   * @throws BenchmarkException when it failed, or does not end
   */
  @Override
  public void close() throws BenchmarkException {
    wanted = false;
    boolean interrupted = false;
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(STOP_SECONDS);
    while (thread.isAlive() && System.nanoTime() < deadline) {
      try {
        thread.join(TimeUnit.SECONDS.toMillis(1));
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (thread.isAlive()) {
      throw new BenchmarkException("thread " + thread.getName() + " does not end");
    }
    Throwable cause = failure.get();
    if (cause != null) {
      throw new BenchmarkException(thread.getName() + " failed: " + cause.getMessage(), cause);
    }
  }
}
