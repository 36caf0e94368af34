package io.kollaps.runtime.process;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Starts processes from a few threads that live as long as this is open: "killed when the parent
 * ends" (PR_SET_PDEATHSIG) goes by the thread that started a process, not by its process. So close
 * it after the last program ended.
 */
final class Spawner implements AutoCloseable {
  private static final int MAX_THREADS = 4;

  private final ExecutorService threads =
      Executors.newFixedThreadPool(
          Math.clamp(java.lang.Runtime.getRuntime().availableProcessors(), 1, MAX_THREADS),
          Thread.ofPlatform().name("endpoint-spawner-", 0).daemon().factory());

  /** Starts the process on one of the threads. */
  CompletableFuture<Process> spawn(Callable<Process> start) {
    CompletableFuture<Process> result = new CompletableFuture<>();
    threads.execute(
        () -> {
          try {
            result.complete(start.call());
          } catch (Exception e) {
            result.completeExceptionally(e);
          }
        });
    return result;
  }

  @Override
  public void close() {
    threads.shutdown();
  }
}
