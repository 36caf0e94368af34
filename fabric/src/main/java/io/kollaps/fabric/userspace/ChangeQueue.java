package io.kollaps.fabric.userspace;

import io.kollaps.fabric.FabricException;
import io.kollaps.fabric.userspace.engine.PathEngine;
import io.kollaps.linux.Epoll;
import io.kollaps.linux.EventDescriptor;
import io.kollaps.linux.LinuxException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Brings changes to the fabric's thread, and their outcome back. A change that its caller gave up
 * waiting for before it was begun is never made.
 */
final class ChangeQueue {
  /** Longest wait of a caller for room, and again for the change to be made. */
  static final long TIMEOUT_SECONDS = 10;

  private static final int CAPACITY = 64;

  private final ArrayBlockingQueue<Waiting> queue = new ArrayBlockingQueue<>(CAPACITY);
  private final EventDescriptor wake;
  // checked by the fabric's thread in every round, where asking the queue would cost its lock
  private volatile boolean pending;
  private volatile @Nullable Throwable ended;

  ChangeQueue(EventDescriptor wake) {
    this.wake = wake;
  }

  private record Waiting(Change change, CompletableFuture<Boolean> done, AtomicBoolean taken) {}

  /**
   * Has a change made and waits until it was.
   *
   * @param what the change in words, for errors
   * @throws FabricException when it failed, the thread ended, or did not get to it in time
   */
  void make(String what, Change change) throws FabricException {
    Waiting waiting = new Waiting(change, new CompletableFuture<>(), new AtomicBoolean());
    try {
      requireRunning();
      if (!queue.offer(waiting, TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
        throw tooLate(what);
      }
      pending = true;
      wake.signal();
      requireRunning();
      await(what, waiting);
    } catch (InterruptedException e) {
      waiting.taken.set(true);
      Thread.currentThread().interrupt();
      throw new FabricException("Interrupted while the fabric was to " + what + ".", e);
    }
  }

  private void await(String what, Waiting waiting) throws FabricException, InterruptedException {
    try {
      try {
        waiting.done.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
      } catch (TimeoutException e) {
        if (waiting.taken.compareAndSet(false, true)) {
          throw tooLate(what);
        }
        waiting.done.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
      }
    } catch (TimeoutException e) {
      throw tooLate(what);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new FabricException("The fabric could not " + what + ": " + cause.getMessage(), cause);
    }
  }

  private static FabricException tooLate(String what) {
    return new FabricException(
        "The fabric's thread did not "
            + what
            + " within "
            + TIMEOUT_SECONDS
            + " s: the machine is overloaded. Run fewer endpoints on it, or less traffic.");
  }

  /**
   * Checks that changes are still made.
   *
   * @throws FabricException when the fabric's thread has ended, with the cause
   */
  void requireRunning() throws FabricException {
    Throwable cause = ended;
    if (cause != null) {
      throw new FabricException(
          "The fabric's thread has ended, no packet moves any more: "
              + cause
              + ". End this run; if it was not closed on purpose, report this as a defect.",
          cause);
    }
  }

  /** Why no changes are made any more, if so. */
  @Nullable Throwable ended() {
    return ended;
  }

  /** Whether {@link #applyAll} has something to do; for the fabric's thread. */
  boolean pending() {
    return pending;
  }

  /** Makes the announcement of changes unreadable again; on the fabric's thread. */
  void drainWake() {
    wake.drain();
  }

  /** Wakes the fabric's thread. */
  void wake() {
    wake.signal();
  }

  /** Makes all changes that wait; on the fabric's thread. */
  void applyAll(PathEngine engine, PortTable ports, Epoll epoll) {
    // before looking: a change that comes later sets it again
    pending = false;
    Waiting waiting;
    while ((waiting = queue.poll()) != null) {
      if (waiting.taken.compareAndSet(false, true)) {
        apply(waiting, engine, ports, epoll);
      }
    }
  }

  private static void apply(Waiting waiting, PathEngine engine, PortTable ports, Epoll epoll) {
    try {
      waiting.change.apply(engine, ports, epoll);
      waiting.done.complete(true);
    } catch (LinuxException | IllegalArgumentException e) {
      waiting.done.completeExceptionally(e);
    } catch (RuntimeException | Error e) {
      waiting.done.completeExceptionally(e);
      throw e;
    }
  }

  /** From now on every change fails, with this cause, also those that wait. */
  void end(Throwable cause) {
    ended = cause;
    Waiting waiting;
    while ((waiting = queue.poll()) != null) {
      waiting.done.completeExceptionally(cause);
    }
  }
}
