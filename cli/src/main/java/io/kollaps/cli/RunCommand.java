package io.kollaps.cli;

import io.kollaps.linux.ownership.StateFolder;
import io.kollaps.node.fabric.FabricChoice;
import io.kollaps.node.fabric.FabricChooser;
import io.kollaps.node.fabric.FabricDemand;
import io.kollaps.node.fabric.FabricRefusedException;
import io.kollaps.node.fabric.Fabrics;
import io.kollaps.node.load.LoadResult;
import io.kollaps.node.report.ResultTables;
import io.kollaps.node.report.ResultTables.Style;
import io.kollaps.node.results.ResultsJson;
import io.kollaps.node.results.RunOutcome;
import io.kollaps.node.results.Verdict;
import io.kollaps.node.run.ExperimentRun;
import io.kollaps.node.run.RunFailedException;
import io.kollaps.node.run.RunListener;
import io.kollaps.node.run.RunRequest;
import io.kollaps.node.run.StopSwitch;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code kollaps run FILE}. */
@Command(
    name = "run",
    description =
        "Runs an experiment on this machine, shows progress, and reports. Ctrl-C ends it early; it still cleans up and"
            + " reports.",
    mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer> {
  /** Seeds that are drawn are small enough to be typed again. */
  private static final long DRAWN_SEEDS = 1_000_000_000L;

  private static final DateTimeFormatter FOLDER_TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");

  @Spec private @Nullable CommandSpec spec;
  @Mixin private FileArgument file = new FileArgument();

  @Option(
      names = "--results",
      paramLabel = "DIR",
      description = "Folder for the results; default: results/NAME-TIME in the current folder.")
  private @Nullable Path results;

  @Option(
      names = "--fabric",
      paramLabel = "NAME",
      description =
          "What moves the packets: user-space, kernel, tc, or auto; default: ${DEFAULT-VALUE}, which prefers"
              + " user-space, and kernel for many endpoints.")
  private String fabric = FabricChooser.AUTO;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description =
          "Seed of every random draw (loss, jitter, choice of replicas); default: drawn, and printed.")
  private @Nullable Long seed;

  @Option(
      names = "--json",
      description = "Print the outcome as JSON at the end, and nothing else to standard output.")
  private boolean json;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Output output = new Output(Objects.requireNonNull(spec));
    long usedSeed = seed == null ? RandomGenerator.getDefault().nextLong(DRAWN_SEEDS) : seed;
    LoadResult.Loaded loaded = file.load(usedSeed, output);
    Readiness.check(loaded.compiled(), output);
    FabricChoice choice = choose(loaded);
    Path folder = results == null ? defaultFolder(loaded) : results;
    StopSwitch stop = new StopSwitch();
    RunRequest request =
        new RunRequest(
            loaded,
            choice,
            usedSeed,
            folder,
            StateFolder.locate(System.getenv()).path(),
            VersionCommand.version(),
            RunRequest.DEFAULT_START_CONDITION_TIMEOUT_NANOS);
    RunListener listener =
        Output.terminal() && !json ? new RunProgressPrinter(output) : RunListener.silent();
    output.note(
        loaded.compiled().experiment().name()
            + ": seed "
            + usedSeed
            + ", fabric "
            + choice.factory().name()
            + ", results in "
            + folder);
    try (StopSignals signals = StopSignals.install(stop)) {
      RunOutcome outcome = new ExperimentRun(request, listener, stop).run();
      print(outcome, folder, output);
      int code = exitCode(outcome.verdict().grade());
      signals.finished(code);
      return code;
    } catch (RunFailedException e) {
      throw new CommandFailure(ExitCode.FAILED, "the run failed: " + e.getMessage());
    }
  }

  private FabricChoice choose(LoadResult.Loaded loaded) {
    try {
      return Fabrics.chooser().choose(fabric, FabricDemand.of(loaded.compiled()));
    } catch (FabricRefusedException e) {
      throw new CommandFailure(ExitCode.BAD_INPUT, String.valueOf(e.getMessage()));
    }
  }

  private void print(RunOutcome outcome, Path folder, Output output) {
    if (json) {
      output.line(ResultsJson.outcome(outcome).toPrettyString());
    } else {
      output.line(
          ResultTables.render(
              outcome,
              folder.resolve("report.html"),
              Output.terminal() ? Style.ANSI : Style.PLAIN));
    }
  }

  private static Path defaultFolder(LoadResult.Loaded loaded) {
    return Path.of(
        "results",
        loaded.compiled().experiment().name()
            + "-"
            + LocalDateTime.now(ZoneId.systemDefault()).format(FOLDER_TIME));
  }

  private static int exitCode(Verdict.Grade grade) {
    return switch (grade) {
      case PASS -> ExitCode.OK;
      case DEGRADED -> ExitCode.DEGRADED;
      case INVALID -> ExitCode.INVALID;
    };
  }
}
