package io.kollaps.cli;

import io.kollaps.node.local.RunActions;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kollaps inspect RUN}. */
@Command(
    name = "inspect",
    description = "One run: where it is, its nodes, how its parts are.",
    mixinStandardHelpOptions = true,
    modelTransformer = SettingFlags.Folder.class)
final class InspectCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Parameters(paramLabel = "RUN", description = "Id of a run, or the beginning of one.")
  private String run = "";

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() {
    CommandSpec known = Objects.requireNonNull(spec);
    RunActions.RunDetail detail = Daemons.ask(known, RunActions.INSPECT, new RunActions.OfRun(run));
    Output output = new Output(known);
    if (json) {
      output.json(detail);
    } else {
      print(detail, output);
    }
    return ExitCode.OK;
  }

  private static void print(RunActions.RunDetail detail, Output output) {
    RunActions.RunRow row = detail.run();
    output.line("run         " + row.run());
    output.line("experiment  " + row.experiment() + ", " + row.endpoints() + " endpoints");
    output.line("phase       " + row.phase() + ", attempt " + row.attempt());
    if (!row.reason().isEmpty()) {
      output.line("reason      " + row.reason());
    }
    if (!row.verdict().isEmpty()) {
      output.line("verdict     " + row.verdict());
    }
    output.line("submitted   " + LsCommand.time(Optional.of(row.submittedAtMillis())));
    output.line("started     " + LsCommand.time(row.startedAtMillis()));
    output.line("ended       " + LsCommand.time(row.endedAtMillis()));
    output.line(
        "options     seed "
            + detail.seed()
            + ", fabric "
            + detail.fabric()
            + ", on node loss "
            + detail.onNodeLoss());
    output.line("network     VNI " + detail.vni() + ", endpoint MTU " + detail.endpointMtu());
    BenchTable table = new BenchTable(1, "node", "endpoints", "part", "lateness", "verdict");
    detail
        .parts()
        .forEach(
            part ->
                table.add(
                    part.node(),
                    Integer.toString(part.endpoints()),
                    part.state(),
                    part.latenessMillis()
                        .map(millis -> String.format(Locale.ROOT, "%.3f ms", millis))
                        .orElse("-"),
                    part.verdict().isEmpty() ? "-" : part.verdict()));
    output.line(table.text());
    detail
        .parts()
        .forEach(part -> part.reasons().forEach(why -> output.line(part.node() + ": " + why)));
    if (!detail.fresh()) {
      output.note("kollaps: the leader cannot be asked; this is what is on record");
    }
  }
}
