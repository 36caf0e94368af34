package io.kollaps.cli;

import io.kollaps.node.local.RunActions;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kollaps stop RUN | --all}. */
@Command(
    name = "stop",
    description = "Ends a run: its programs are asked to leave, its results are kept.",
    mixinStandardHelpOptions = true,
    modelTransformer = SettingFlags.Folder.class)
final class StopCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @ArgGroup(multiplicity = "1")
  private Which which = new Which();

  /** What to end. */
  static final class Which {
    @Parameters(paramLabel = "RUN", description = "Id of a run, or the beginning of one.")
    private @Nullable String run;

    @Option(names = "--all", description = "All runs.")
    private boolean all;
  }

  @Override
  public Integer call() {
    CommandSpec known = Objects.requireNonNull(spec);
    if (!which.all && (which.run == null || which.run.isEmpty())) {
      throw new CommandFailure(ExitCode.BAD_INPUT, "name a run, or --all");
    }
    RunActions.Stopping stopping =
        Daemons.ask(
            known, RunActions.STOP, new RunActions.Stop(which.run == null ? "" : which.run));
    Output output = new Output(known);
    stopping.runs().forEach(run -> output.line("run " + run + " ends"));
    if (stopping.runs().isEmpty()) {
      output.note("kollaps: nothing runs");
    }
    return ExitCode.OK;
  }
}
