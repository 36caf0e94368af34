package io.kollaps.cli;

import io.kollaps.benchmarks.usage.UsageBenchmark;
import io.kollaps.benchmarks.usage.UsageRow;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code kollaps bench usage}. */
@Command(
    name = "usage",
    description =
        "Counts the bytes that the nodes of an experiment tell each other about their flows, under several patterns of"
            + " traffic, beside the paper's figure. Computes only.",
    mixinStandardHelpOptions = true)
final class BenchUsageCommand implements Callable<Integer> {
  private static final int QUICK_SECONDS = 5;

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--endpoints",
      paramLabel = "K",
      description = "Endpoints, half of them clients; default: 160.")
  private int endpoints = 160;

  @Option(names = "--nodes", paramLabel = "N", description = "Nodes; default: 4.")
  private int nodes = 4;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      description = "Virtual time of each pattern in seconds; default: 60.")
  private int seconds = 60;

  @Option(names = "--seed", paramLabel = "S", description = "Seed of the traffic; default: 1.")
  private long seed = 1;

  @Option(names = "--quick", description = "5 s of virtual time.")
  private boolean quick;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() throws InterruptedException {
    Output output = new Output(Objects.requireNonNull(spec));
    return BenchFrame.measure(
        "usage",
        () -> {
          List<UsageRow> rows =
              new UsageBenchmark(endpoints, nodes, quick ? QUICK_SECONDS : seconds, seed)
                  .run(output::note);
          if (json) {
            output.json(rows);
          } else {
            output.line(table(rows).text());
          }
        });
  }

  private static BenchTable table(List<UsageRow> rows) {
    BenchTable table =
        new BenchTable(
            1,
            "pattern",
            "byte/s",
            "peak byte/s",
            "datagrams/s",
            "paper byte/s",
            "goal byte/s",
            "grants off, %");
    for (UsageRow row : rows) {
      table.add(
          row.pattern(),
          BenchTable.metric(row.bytesPerSecond()),
          BenchTable.metric(row.peakBytesPerSecond()),
          BenchTable.number(row.datagramsPerSecond(), 1),
          BenchTable.metric(row.paperBytesPerSecond()),
          BenchTable.metric(row.goalBytesPerSecond()),
          BenchTable.number(row.grantDeviationPercent(), 3));
    }
    return table;
  }
}
