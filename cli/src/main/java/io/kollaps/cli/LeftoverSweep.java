package io.kollaps.cli;

import io.kollaps.linux.ownership.StateFolder;
import io.kollaps.node.cleanup.Leftovers;
import java.io.IOException;
import java.io.PrintWriter;
import picocli.CommandLine.ParseResult;

/**
 * Every command first removes what dead runs left, so that nothing stays behind however a run
 * ended.
 */
final class LeftoverSweep {
  private LeftoverSweep() {}

  /** Sweeps before a command, except before {@code gc}, which does it itself and tells more. */
  static void beforeCommand(ParseResult parsed, PrintWriter err) {
    if (parsed.hasSubcommand()
        && parsed.subcommand().commandSpec().userObject() instanceof GcCommand) {
      return;
    }
    try {
      StateFolder state = StateFolder.locate(System.getenv());
      if (!Leftovers.anyRun(state)) {
        return;
      }
      Leftovers.Report report = Leftovers.remove(state);
      report
          .sweep()
          .swept()
          .forEach(
              run ->
                  err.println("kollaps: cleaned up after run " + run.run() + ", which was killed"));
      if (!report.clean()) {
        err.println("kollaps: something of dead runs is left; 'kollaps gc' says what");
      }
      err.flush();
    } catch (IOException e) {
      err.println("kollaps: cannot look for what dead runs left: " + e.getMessage());
      err.flush();
    }
  }
}
