package io.kollaps.cli;

import io.kollaps.node.fabric.FabricChooser;
import io.kollaps.node.local.LocalConnection;
import io.kollaps.node.local.LocalFailure;
import io.kollaps.node.local.RunActions;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kollaps submit FILE}. */
@Command(
    name = "submit",
    description = "Runs an experiment on the cluster: prints the run's id once it is accepted.",
    mixinStandardHelpOptions = true,
    modelTransformer = SettingFlags.Folder.class)
final class SubmitCommand implements Callable<Integer> {
  private static final int MOST_PRINTED = 100;

  @Spec private @Nullable CommandSpec spec;

  @Parameters(paramLabel = "FILE", description = "Topology file: YAML or Kollaps XML.")
  private @Nullable Path file;

  @Option(names = "--wait", description = "Wait for the run's end; exit with its verdict.")
  private boolean wait;

  @Option(
      names = {"-o", "--results"},
      paramLabel = "DIR",
      description = "With --wait: fetch the results into this folder, which must be new or empty.")
  private @Nullable Path results;

  @Option(
      names = "--on-node-loss",
      paramLabel = "WHAT",
      description =
          "What becomes of the run when a node is lost: abort, or replace (placed again and started"
              + " from the beginning); default: ${DEFAULT-VALUE}.")
  private String onNodeLoss = "abort";

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Seed of every random draw; default: drawn by the leader.")
  private @Nullable Long seed;

  @Option(
      names = "--fabric",
      paramLabel = "NAME",
      description =
          "What moves the packets: user-space, kernel, tc, or auto, as each node chooses.")
  private String fabric = FabricChooser.AUTO;

  @Option(
      names = "--pin",
      paramLabel = "WHO=NODE",
      description = "An endpoint, or all of a service, must run on this node; may be repeated.")
  private Map<String, String> pins = new HashMap<>();

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() {
    CommandSpec known = Objects.requireNonNull(spec);
    Path path = Objects.requireNonNull(file);
    Output output = new Output(known);
    if (!onNodeLoss.equals("abort") && !onNodeLoss.equals("replace")) {
      throw new CommandFailure(
          ExitCode.BAD_INPUT, "--on-node-loss is abort or replace, not '" + onNodeLoss + "'");
    }
    if (results != null && !wait) {
      throw new CommandFailure(
          ExitCode.BAD_INPUT,
          "-o goes with --wait; without it: kollaps results RUN -o DIR, when the run has ended");
    }
    Optional<ResultsDownload> download =
        results == null ? Optional.empty() : Optional.of(ResultsDownload.into(results));
    RunActions.Submit request =
        SubmissionFile.request(
            path,
            seed == null ? OptionalLong.empty() : OptionalLong.of(seed),
            fabric,
            onNodeLoss,
            pins,
            wait);
    RunActions.Progress last = follow(known, request, output);
    if (download.isPresent() && last.ended() && !last.phase().equals("refused")) {
      var _ = download.get().fetch(known, last.run(), output); // the verdict says what is missing
    }
    if (json) {
      output.json(last);
    }
    return exitCode(last, output);
  }

  /** Prints what happens; the last of it. */
  private RunActions.Progress follow(CommandSpec known, RunActions.Submit request, Output output) {
    try (LocalConnection<RunActions.Progress> connection =
        Daemons.open(known, RunActions.SUBMIT, request)) {
      Optional<RunActions.Progress> next = connection.next();
      RunActions.Progress last = new RunActions.Progress("", "unknown", "", false, "", List.of());
      while (next.isPresent()) {
        boolean first = last.run().isEmpty();
        last = next.get();
        if (first && !json) {
          output.line(last.run());
        } else if (!first) {
          output.note(
              "run "
                  + last.run()
                  + ": "
                  + last.phase()
                  + (last.text().isEmpty() ? "" : ": " + last.text()));
        }
        next = connection.next();
      }
      return last;
    } catch (LocalFailure e) {
      throw Daemons.failure(e);
    }
  }

  private int exitCode(RunActions.Progress last, Output output) {
    if (!wait) {
      return ExitCode.OK;
    }
    last.reasons().stream().limit(MOST_PRINTED).forEach(output::note);
    if (!last.phase().equals("finished")) {
      return ExitCode.FAILED;
    }
    if (!json) {
      output.note("verdict: " + last.verdict());
    }
    return switch (last.verdict()) {
      case "PASS" -> ExitCode.OK;
      case "DEGRADED" -> ExitCode.DEGRADED;
      case "INVALID" -> ExitCode.INVALID;
      default -> ExitCode.FAILED;
    };
  }
}
