package io.kollaps.cli;

import io.kollaps.benchmarks.BenchmarkException;
import io.kollaps.node.run.StopSwitch;

/** What every bench command does around its measurement: exit codes, and an end in order. */
final class BenchFrame {
  private BenchFrame() {}

  /** A measurement with its printing. */
  @FunctionalInterface
  interface Measurement {
    void run() throws BenchmarkException, InterruptedException;
  }

  /** A measurement made of real runs, which a signal ends early. */
  @FunctionalInterface
  interface StoppableMeasurement {
    void run(StopSwitch stop) throws BenchmarkException, InterruptedException;
  }

  /**
   * Measures.
   *
   * @param name the command's name, for errors
   * @return the exit code
   * @throws CommandFailure for bad arguments and for measurements that broke
   */
  static int measure(String name, Measurement measurement) throws InterruptedException {
    try {
      measurement.run();
      return ExitCode.OK;
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(ExitCode.BAD_INPUT, "bench " + name + ": " + e.getMessage());
    } catch (BenchmarkException e) {
      throw new CommandFailure(ExitCode.FAILED, "bench " + name + ": " + e.getMessage());
    }
  }

  /** As {@link #measure}; Ctrl-C and the like end it in order. */
  static int measureStoppable(String name, StoppableMeasurement measurement)
      throws InterruptedException {
    StopSwitch stop = new StopSwitch();
    try (StopSignals _ = StopSignals.install(stop)) {
      return measure(name, () -> measurement.run(stop));
    }
  }
}
