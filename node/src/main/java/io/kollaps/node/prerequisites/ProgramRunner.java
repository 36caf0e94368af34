package io.kollaps.node.prerequisites;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Runs a helper program to its end. */
@FunctionalInterface
public interface ProgramRunner {
  /**
   * Runs it and waits. Its input is empty. When its time is over, or the calling thread is
   * interrupted, it and all that it started are killed; an interrupt stays set.
   *
   * @param command program and arguments, not empty
   * @param environment variables added to this process' environment
   * @param limit longest time to wait
   * @return how it ended; a program that cannot be started is an outcome as well, never an
   *     exception
   */
  ProgramOutcome run(List<String> command, Map<String, String> environment, Duration limit);
}
