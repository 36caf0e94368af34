package io.kollaps.cli;

import io.kollaps.node.local.LocalConnection;
import io.kollaps.node.local.LocalFailure;
import io.kollaps.node.local.RunActions;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kollaps top [RUN]}. */
@Command(
    name = "top",
    description = "The largest flows of the cluster's runs at the moment, until Ctrl-C.",
    mixinStandardHelpOptions = true,
    modelTransformer = SettingFlags.Folder.class)
final class TopCommand implements Callable<Integer> {
  private static final int PERIOD_MILLIS = 1000;
  private static final int DEFAULT_LINES = 30;
  private static final String CLEAR = "\u001b[H\u001b[2J";

  @Spec private @Nullable CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "RUN",
      description = "Id of a run, or its beginning; default: all runs.")
  private @Nullable String run;

  @Option(names = "--once", description = "Show the flows once and end.")
  private boolean once;

  @Option(names = "--json", description = "Print a line of JSON each time.")
  private boolean json;

  @Override
  public Integer call() {
    CommandSpec known = Objects.requireNonNull(spec);
    Output output = new Output(known);
    RunActions.Top request = new RunActions.Top(run == null ? "" : run, once ? 0 : PERIOD_MILLIS);
    try (LocalConnection<RunActions.Flows> connection =
        Daemons.open(known, RunActions.TOP, request)) {
      Optional<RunActions.Flows> next = connection.next();
      while (next.isPresent()) {
        if (json) {
          output.jsonLine(next.get());
        } else {
          print(next.get(), output);
        }
        next = connection.next();
      }
      return ExitCode.OK;
    } catch (LocalFailure e) {
      throw Daemons.failure(e);
    }
  }

  private void print(RunActions.Flows flows, Output output) {
    BenchTable table = new BenchTable(4, "run", "node", "from", "to", "rate", "share");
    List<RunActions.FlowRow> sorted =
        flows.flows().stream()
            .sorted(Comparator.comparingLong(RunActions.FlowRow::measuredBps).reversed())
            .toList();
    sorted.stream()
        .limit(DEFAULT_LINES)
        .forEach(
            flow ->
                table.add(
                    flow.run(),
                    flow.node(),
                    flow.from(),
                    flow.to(),
                    Rates.format((double) flow.measuredBps()),
                    flow.grantedBps() == Long.MAX_VALUE
                        ? "unlimited"
                        : Rates.format((double) flow.grantedBps())));
    output.line(
        (Output.terminal() && !once ? CLEAR : "")
            + table.text()
            + (sorted.size() > DEFAULT_LINES
                ? "\nand " + (sorted.size() - DEFAULT_LINES) + " more"
                : ""));
    if (!flows.silent().isEmpty()) {
      output.note("kollaps: no answer of " + String.join(", ", flows.silent()));
    }
  }
}
