package io.kollaps.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Entry of the {@code kollaps} command. */
@Command(
    name = "kollaps",
    description =
        "Runs unmodified programs as if the network that a file describes connected them.",
    mixinStandardHelpOptions = true,
    versionProvider = VersionCommand.Provider.class,
    subcommands = {
      RunCommand.class,
      ValidateCommand.class,
      PathsCommand.class,
      ExplainCommand.class,
      PlanCommand.class,
      DoctorCommand.class,
      NodeCommand.class,
      NodesCommand.class,
      CapacityCommand.class,
      TokenCommand.class,
      SubmitCommand.class,
      LsCommand.class,
      InspectCommand.class,
      LogsCommand.class,
      StopCommand.class,
      EventsCommand.class,
      TopCommand.class,
      ExecCommand.class,
      ResultsCommand.class,
      BenchCommand.class,
      GcCommand.class,
      VersionCommand.class,
      GenerateCompletion.class,
      HelpCommand.class,
    },
    footer = {
      "",
      "Exit codes: 0 done (run: PASS), 1 failed, 2 bad file or arguments, 3 DEGRADED, 4 INVALID.",
      "Start with:  kollaps run examples/three-clients.yaml"
    })
public final class Main implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  /** Runs the command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    CommandLine line = new CommandLine(new Main());
    line.setExecutionStrategy(
        parsed -> {
          LeftoverSweep.beforeCommand(parsed, line.getErr());
          return new CommandLine.RunLast().execute(parsed);
        });
    line.setParameterExceptionHandler(new ArgumentErrors());
    line.setExecutionExceptionHandler(
        (exception, failed, parsed) -> {
          PrintWriter err = failed.getErr();
          if (exception instanceof CommandFailure failure) {
            err.println("kollaps: " + failure.getMessage());
            return failure.exitCode();
          }
          err.println("kollaps: this is a bug: " + exception);
          exception.printStackTrace(err);
          return ExitCode.FAILED;
        });
    return line;
  }

  @Override
  public Integer call() {
    CommandSpec known = java.util.Objects.requireNonNull(spec);
    known.commandLine().usage(known.commandLine().getOut());
    return ExitCode.OK;
  }
}
