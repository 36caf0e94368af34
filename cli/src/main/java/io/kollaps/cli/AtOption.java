package io.kollaps.cli;

import io.kollaps.topology.read.Quantities;
import io.kollaps.topology.read.QuantityException;
import picocli.CommandLine.Option;

/** The {@code --at} option: a time of the timeline. */
final class AtOption {
  @Option(
      names = "--at",
      paramLabel = "TIME",
      defaultValue = "0 s",
      description =
          "Time of the timeline, as '90 s' or '1.5 min'; a number alone is seconds. Default: ${DEFAULT-VALUE}.")
  private String at = "0 s";

  /** Offset from the experiment's start. */
  long nanos() {
    boolean numberAlone = !at.isBlank() && at.strip().matches("[0-9.]+");
    try {
      return Quantities.durationNanos(numberAlone ? at.strip() + " s" : at);
    } catch (QuantityException e) {
      throw new CommandFailure(ExitCode.BAD_INPUT, "--at: " + e.problem() + "; " + e.remedy());
    }
  }
}
