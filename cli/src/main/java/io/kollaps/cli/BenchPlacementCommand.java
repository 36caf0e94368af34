package io.kollaps.cli;

import io.kollaps.benchmarks.placement.PlacementBenchmark;
import io.kollaps.benchmarks.placement.PlacementKind;
import io.kollaps.benchmarks.placement.PlacementRow;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code kollaps bench placement}. */
@Command(
    name = "placement",
    description =
        "Places a made-up experiment on a made-up cluster, beside the thesis' algorithm; 3 s for each.",
    mixinStandardHelpOptions = true)
final class BenchPlacementCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--endpoints",
      paramLabel = "K",
      description = "Endpoints of the experiment; default: 100, or 3 for fig49.")
  private int endpoints;

  @Option(
      names = "--nodes",
      paramLabel = "N",
      description = "Nodes of the cluster; default: 50, or 10 for fig49.")
  private int nodes;

  @Option(
      names = "--kind",
      paramLabel = "KIND",
      description = "loose, tight, planted, infeasible or fig49; default: loose.")
  private String kind = "loose";

  @Option(
      names = "--seed",
      paramLabel = "S",
      description = "Makes the problem, and decides what is left to chance; default: 1.")
  private long seed = 1;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() throws InterruptedException {
    Output output = new Output(Objects.requireNonNull(spec));
    return BenchFrame.measure(
        "placement",
        () -> {
          PlacementKind known = PlacementKind.of(kind);
          boolean small = known == PlacementKind.FIG49;
          PlacementBenchmark benchmark =
              new PlacementBenchmark(
                  known,
                  given("--endpoints") ? endpoints : small ? 3 : 100,
                  given("--nodes") ? nodes : small ? 10 : 50,
                  seed);
          print(benchmark.run(output::note), output);
        });
  }

  private boolean given(String option) {
    return Objects.requireNonNull(spec).commandLine().getParseResult().hasMatchedOption(option);
  }

  private void print(List<PlacementRow> rows, Output output) {
    if (json) {
      output.json(rows);
      return;
    }
    BenchTable table =
        new BenchTable(
            1, "algorithm", "placed", "ms", "max load", "min load", "overloaded", "possible");
    for (PlacementRow row : rows) {
      Boolean optimum = row.optimum();
      table.add(
          row.algorithm(),
          row.placed() ? "yes" : "no",
          BenchTable.number(row.timeMs(), 3),
          String.valueOf(row.maxLoad()),
          String.valueOf(row.minLoad()),
          String.valueOf(row.overloadedLinks()),
          optimum == null ? "unknown" : optimum ? "yes" : "no");
    }
    output.line(table.text());
  }
}
