package io.kollaps.cli;

import io.kollaps.benchmarks.fabric.FabricBenchmark;
import io.kollaps.benchmarks.fabric.FabricRow;
import io.kollaps.benchmarks.lab.FabricKind;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code kollaps bench fabric}. */
@Command(
    name = "fabric",
    description =
        "Measures a fabric: rates, round trips, jitter and loss against what is ideal; throughput, packets per second"
            + " and processor time against a plain veth pair in the same run.",
    mixinStandardHelpOptions = true)
final class BenchFabricCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--fabric",
      paramLabel = "user-space|all",
      description = "Which fabric; default: all.")
  private String fabric = "all";

  @Option(
      names = "--quick",
      description = "Half a minute instead of about four: every kind of figure, coarse.")
  private boolean quick;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() throws InterruptedException {
    Output output = new Output(Objects.requireNonNull(spec));
    List<FabricKind> kinds = FabricKind.named(fabric);
    if (kinds.isEmpty()) {
      throw new CommandFailure(
          ExitCode.BAD_INPUT, "--fabric '" + fabric + "' is unknown; write user-space or all");
    }
    return BenchFrame.measure(
        "fabric", () -> print(FabricBenchmark.run(kinds, quick, output::note), output));
  }

  private void print(List<FabricRow> rows, Output output) {
    if (json) {
      output.json(rows);
    } else {
      BenchTable table =
          new BenchTable(2, "fabric", "what", "nominal", "ideal", "measured", "error %", "unit");
      rows.forEach(
          row ->
              table.add(
                  row.fabric(),
                  row.what(),
                  BenchTable.metric(row.nominal()),
                  BenchTable.metric(row.ideal()),
                  BenchTable.metric(row.measured()),
                  BenchTable.percent(row.errorPercent()),
                  row.unit()));
      output.line(table.text());
    }
  }
}
