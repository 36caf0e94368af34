package io.kollaps.runtime.process;

import io.kollaps.runtime.RuntimeStartException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The processes of one start of an endpoint: the chain's last program (unshare), its child the init
 * script, and below that the process that becomes the command. They are prepared ahead, up to the
 * wait for the word to start: a start is one write to a pipe, an end one signal.
 */
final class Place {
  private static final long SPAWN_SECONDS = 30;
  private static final long POLL_MILLIS = 2;
  private static final String FAILED = "failed: ";
  private static final String READY = "ready";
  private static final int KILLED = 137;
  private static final int NOT_PREPARED = 125;

  private final String name;
  private final Path stateFile;
  private final Path chainLog;
  private final CompletableFuture<Process> process;
  private final CompletableFuture<Integer> ended;

  private volatile boolean killed;
  private volatile boolean released;
  private volatile @Nullable Processes processes;

  /**
   * The processes that wait for the word.
   *
   * @param init the init script; with its end everything ends
   * @param command what becomes the command
   */
  private record Processes(ProcessHandle init, ProcessHandle command) {}

  private Place(String name, Path stateFile, Path chainLog, CompletableFuture<Process> process) {
    this.name = name;
    this.stateFile = stateFile;
    this.chainLog = chainLog;
    this.process = process;
    this.ended = process.thenCompose(Process::onExit).thenApply(this::exitCode);
  }

  /**
   * Begins to prepare; returns at once.
   *
   * @param name the endpoint's
   * @param stateFile where the init script tells how far it is; made here
   * @param command the chain with the init script and the program's command
   * @param environment added to this process' environment
   * @param output file to append standard output to
   */
  static Place prepare(
      Spawner spawner,
      String name,
      Path stateFile,
      List<String> command,
      Map<String, String> environment,
      Path output)
      throws RuntimeStartException {
    try {
      Files.writeString(stateFile, "");
    } catch (IOException e) {
      throw new RuntimeStartException("endpoint " + name + ": cannot write " + stateFile, e);
    }
    // the init script opens the endpoint's own log; here stands what the chain itself complains of
    Path chainLog = stateFile.resolveSibling(stateFile.getFileName() + ".log");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
            .redirectError(chainLog.toFile());
    builder.environment().putAll(environment);
    return new Place(name, stateFile, chainLog, spawner.spawn(builder::start));
  }

  /**
   * The code with which the program ended. {@code unshare} gives the init script's, except that
   * some versions end with 1 when that was killed; then the state file does not say "ended".
   */
  private int exitCode(Process chain) {
    String state = state();
    if (killed || (released && state.equals(READY))) {
      return KILLED;
    }
    return state.isEmpty() ? NOT_PREPARED : chain.exitValue();
  }

  /** What kept the init script from beginning, empty when it began. */
  String complaint() {
    try {
      return !killed && state().isEmpty() ? Files.readString(chainLog).strip() : "";
    } catch (IOException e) {
      return "";
    }
  }

  /** Completes with the exit code when all processes ended. */
  CompletableFuture<Integer> ended() {
    return ended;
  }

  /** True until all processes ended. */
  boolean alive() {
    return !ended.isDone();
  }

  /** True when it is known that nothing but the word to start is missing. */
  boolean ready() {
    return processes != null;
  }

  /**
   * Looks whether it is ready.
   *
   * @return as {@link #ready} from now on
   */
  boolean look() {
    if (processes == null && state().equals(READY)) {
      processes =
          init()
              .flatMap(
                  init ->
                      ProcFiles.oldestChild(init.pid())
                          .map(command -> new Processes(init, command)))
              .orElse(null);
    }
    return ready();
  }

  /** Waits until nothing but the word to start is missing. */
  void awaitReady(long timeoutNanos) throws RuntimeStartException {
    long deadline = System.nanoTime() + timeoutNanos;
    while (!look()) {
      if (state().startsWith(FAILED)) {
        throw notPrepared();
      }
      if (!alive()) {
        throw notPrepared();
      }
      if (System.nanoTime() - deadline > 0) {
        throw new RuntimeStartException(
            "endpoint "
                + name
                + ": not prepared within "
                + TimeUnit.NANOSECONDS.toMillis(timeoutNanos)
                + " ms; the machine is too busy, or allow more time");
      }
      pause();
    }
  }

  /** Gives the word to start. */
  void go() throws RuntimeStartException {
    released = true;
    // the stream is flushed by its close; one line is read
    try (OutputStream word = spawned().getOutputStream()) {
      word.write("start\n".getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      RuntimeStartException failure = notPrepared();
      failure.addSuppressed(e);
      throw failure;
    }
  }

  /**
   * Asks the command to end.
   *
   * @return false when the command is not there yet, or any more
   */
  boolean terminate() {
    var _ = look();
    Processes known = processes;
    return known != null && known.command().destroy();
  }

  /**
   * Kills everything; returns at once. The init script goes first: the kernel ends all that is in
   * its pid namespace before unshare learns of its end. Without one (unshare has not forked yet)
   * unshare goes; should it fork at that moment, before the child is bound to its parent's life,
   * the child finds its state file missing and ends by itself.
   */
  void kill() {
    Processes known = processes;
    if (known != null && alive()) {
      killed = true;
      if (known.init().destroyForcibly()) {
        return;
      }
    }
    var _ = process.thenAccept(this::kill);
  }

  private void kill(Process chain) {
    if (chain.isAlive()) {
      killed = true;
    }
    try {
      Files.deleteIfExists(stateFile);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      Optional<ProcessHandle> init = ProcFiles.oldestChild(chain.pid());
      if (init.isEmpty() || !init.get().destroyForcibly()) {
        chain.destroyForcibly();
      }
    }
  }

  /** Kills the chain's own process, for when {@link #kill} did not help. */
  void killChain() {
    var _ = process.thenAccept(Process::destroyForcibly);
  }

  /** Waits for the end of all processes; false when they do not end in time. */
  boolean awaitEnd(long timeoutNanos) {
    try {
      ended.get(timeoutNanos, TimeUnit.NANOSECONDS);
      return true;
    } catch (ExecutionException e) {
      return true; // it never began
    } catch (TimeoutException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** The init script's process, whose /proc folder shows the endpoint's network. */
  Optional<ProcessHandle> init() {
    Process chain = process.getNow(null);
    return chain == null ? Optional.empty() : ProcFiles.oldestChild(chain.pid());
  }

  private String state() {
    try {
      return Files.readString(stateFile).strip();
    } catch (IOException e) {
      return ""; // removed by a kill
    }
  }

  private Process spawned() throws RuntimeStartException {
    try {
      return process.get(SPAWN_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new RuntimeStartException(
          "endpoint " + name + ": cannot start a process: " + e.getCause(), e);
    } catch (TimeoutException e) {
      throw new RuntimeStartException(
          "endpoint " + name + ": no process within " + SPAWN_SECONDS + " s", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RuntimeStartException("endpoint " + name + ": interrupted", e);
    }
  }

  private RuntimeStartException notPrepared() throws RuntimeStartException {
    spawned();
    String state = state();
    return new RuntimeStartException(
        "endpoint "
            + name
            + ": "
            + (state.startsWith(FAILED)
                ? state.substring(FAILED.length())
                : "its first process ended before the start " + complaint())
            + "; see its standard error log");
  }

  private void pause() throws RuntimeStartException {
    try {
      Thread.sleep(POLL_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RuntimeStartException("endpoint " + name + ": interrupted", e);
    }
  }
}
