package io.kollaps.cli;

import io.kollaps.benchmarks.BenchmarkException;
import io.kollaps.node.run.StopSwitch;

/** Makes a benchmark that Ctrl-C ends in order, and turns its failures into exit codes. */
final class BenchRun {
  private BenchRun() {}

  /** A benchmark. */
  @FunctionalInterface
  interface Body {
    /**
     * Measures and prints.
     *
     * @param stop ends it early
     * @throws BenchmarkException when a measurement broke
     * @throws IllegalArgumentException when an option is out of its range
     */
    void measure(StopSwitch stop) throws BenchmarkException, InterruptedException;
  }

  /**
   * Makes it.
   *
   * @param name name of the command, for messages
   * @return the exit code
   */
  static int make(String name, Body body) throws InterruptedException {
    StopSwitch stop = new StopSwitch();
    StopSignals signals = StopSignals.install(stop);
    int code = ExitCode.FAILED;
    try {
      body.measure(stop);
      code = ExitCode.OK;
      return code;
    } catch (IllegalArgumentException e) {
      code = ExitCode.BAD_INPUT;
      throw new CommandFailure(code, name + ": " + e.getMessage());
    } catch (BenchmarkException e) {
      throw new CommandFailure(code, name + ": " + e.getMessage());
    } finally {
      signals.finished(code);
    }
  }
}
