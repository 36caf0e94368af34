package io.kollaps.cli;

import io.kollaps.node.run.StopSwitch;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * Ctrl-C, SIGTERM and SIGHUP end a run early, but in order: the JVM's shutdown waits until the run
 * has cleaned up and reported, and the process ends with the run's exit code.
 */
final class StopSignals implements AutoCloseable {
  /**
   * Longest wait for a run to end in order; above the longest grace that files usually give. What
   * is left then, the next command sweeps.
   */
  private static final long PATIENCE_SECONDS = 120;

  private final CompletableFuture<Integer> exitCode = new CompletableFuture<>();

  private StopSignals() {}

  /** Turns signals into a call of the switch, from now on. */
  static StopSignals install(StopSwitch stop) {
    return install(stop::ask);
  }

  /** Tells of signals in words, from now on. */
  static StopSignals install(Consumer<String> stop) {
    StopSignals signals = new StopSignals();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> signals.shutDown(stop), "kollaps-stop"));
    return signals;
  }

  /** The command is done; a shutdown that waits goes on, with this exit code. */
  void finished(int code) {
    exitCode.complete(code);
  }

  /**
   * The command is done, without an exit code of its own: a shutdown that waits ends with {@link
   * ExitCode#FAILED}.
   */
  @Override
  public void close() {
    finished(ExitCode.FAILED);
  }

  private void shutDown(Consumer<String> stop) {
    if (exitCode.isDone()) {
      return;
    }
    stop.accept("ended early by a signal (Ctrl-C)");
    try {
      Runtime.getRuntime().halt(exitCode.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
    } catch (TimeoutException | ExecutionException e) {
      Runtime.getRuntime().halt(ExitCode.FAILED);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
