package io.kollaps.runtime;

import io.kollaps.linux.NetworkNamespace;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * One endpoint's place, and its program while it runs. It can be started again after its program
 * ended.
 */
public interface EndpointInstance {

  /** Where {@code eth0} goes. */
  NetworkNamespace networkNamespace();

  /**
   * Waits until everything is prepared for a start, so that a start takes effect within about a
   * millisecond. A start without it is right too, only later.
   *
   * @param timeoutNanos how long to wait at most
   * @throws RuntimeStartException when it cannot be prepared, or not in time
   */
  void awaitReady(long timeoutNanos) throws RuntimeStartException;

  /** Begins to prepare the next start on another thread, when no program runs; returns at once. */
  void prepare();

  /**
   * True when it is known that a start takes effect at once: the program's process is there and
   * waits for nothing but the word to become the program.
   */
  boolean ready();

  /**
   * Starts the program: gives the word to the process that becomes it. Where nothing was prepared,
   * or is not {@link #ready} yet, the program begins some ten milliseconds later.
   *
   * @return completes when it ended
   * @throws RuntimeStartException when it cannot be started, or runs already
   */
  CompletableFuture<ExitStatus> start() throws RuntimeStartException;

  /** True while its program runs. */
  boolean running();

  /** True when a process inside listens on the TCP port (any address). */
  boolean listensOn(int port);

  /**
   * Asks the program to end (SIGTERM) and kills everything of it after the grace; returns at once.
   */
  void leave(long graceNanos);

  /** Kills everything of the program at once. */
  void crash();

  /**
   * Runs a command inside, while the program runs: with its network, mounts, processes, host name
   * and variables, but outside its limits. It ends with the program, at the latest; destroying its
   * process ends it.
   *
   * @param command program and arguments, not empty
   * @return its process, with pipes for input and output
   * @throws RuntimeStartException when no program runs, or the command cannot be started
   */
  default Process enter(List<String> command) throws RuntimeStartException {
    throw new RuntimeStartException("this kind of endpoint cannot be entered");
  }

  /** Kills what runs and removes what was made. */
  void remove();
}
