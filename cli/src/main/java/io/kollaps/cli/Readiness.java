package io.kollaps.cli;

import io.kollaps.node.prerequisites.MissingProgramException;
import io.kollaps.node.prerequisites.Prerequisites;
import io.kollaps.topology.path.CompiledExperiment;

/** Checks before a run that everything it needs is there, and gets what can be got. */
final class Readiness {
  private Readiness() {}

  /** Returns when the experiment can run here, or ends the command with the reason. */
  static void check(CompiledExperiment compiled, Output output) {
    Prerequisites.refusal(compiled.experiment())
        .ifPresent(
            reason -> {
              throw new CommandFailure(ExitCode.BAD_INPUT, reason);
            });
    try {
      Prerequisites.ofThisMachine().ensure(compiled.experiment(), output::note);
    } catch (MissingProgramException e) {
      throw new CommandFailure(ExitCode.FAILED, String.valueOf(e.getMessage()));
    }
  }
}
