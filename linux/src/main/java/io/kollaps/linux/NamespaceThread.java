package io.kollaps.linux;

import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Runs a body on a platform thread of its own that ends afterwards, because a thread's namespace
 * belongs to the thread: one that was changed must never serve anything else.
 */
final class NamespaceThread {
  private NamespaceThread() {}

  /** Waits for the body, as long as it takes, and keeps an interrupt for the caller. */
  static <T> T call(String name, NetworkNamespace.Body<T> body) throws LinuxException {
    FutureTask<T> task = new FutureTask<>(body::run);
    Thread.ofPlatform().name(name).daemon().start(task);
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return task.get();
        } catch (InterruptedException e) {
          // the body acts on the kernel: leaving it behind half done would be worse than being late
          interrupted = true;
        }
      }
    } catch (ExecutionException e) {
      throw rethrown(Objects.requireNonNullElse(e.getCause(), e), name);
    } catch (CancellationException e) {
      throw new IllegalStateException("nobody cancels a namespace thread", e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static LinuxException rethrown(Throwable cause, String name) {
    // a new exception, so that the stack of the caller is in it as well
    return switch (cause) {
      case LinuxException e -> {
        LinuxException copy = new LinuxException(String.valueOf(e.getMessage()), e.errno());
        copy.initCause(e);
        yield copy;
      }
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalStateException("thread " + name + " failed", cause);
    };
  }
}
