package io.kollaps.cli;

import io.kollaps.benchmarks.BenchmarkException;
import io.kollaps.benchmarks.run.SharingBenchmark;
import io.kollaps.benchmarks.run.SharingOptions;
import io.kollaps.benchmarks.run.SharingRow;
import io.kollaps.node.run.StopSwitch;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code kollaps bench sharing}. */
@Command(
    name = "sharing",
    description =
        "Runs the Kollaps paper's experiment of six clients and six servers with real iperf3 flows, and compares what"
            + " each flow is granted and receives with the sharing engine and the paper.",
    mixinStandardHelpOptions = true)
final class BenchSharingCommand implements Callable<Integer> {
  private static final int QUICK_STEP_SECONDS = 4;
  private static final int QUICK_CLIENTS = 3;

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--congestion",
      paramLabel = "cubic|bbr",
      description = "Congestion control of the flows; default: cubic.")
  private String congestion = "cubic";

  @Option(
      names = "--step",
      paramLabel = "SECONDS",
      description = "Time from one client's coming or going to the next; default: 6.")
  private int stepSeconds = 6;

  @Option(names = "--with-udp", description = "Two application-limited UDP flows send besides.")
  private boolean withUdp;

  @Option(names = "--quick", description = "Three clients, 4 s each, nobody leaves.")
  private boolean quick;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() throws InterruptedException {
    Output output = new Output(Objects.requireNonNull(spec));
    StopSwitch stop = new StopSwitch();
    StopSignals.install(stop);
    try {
      SharingBenchmark benchmark = new SharingBenchmark(options());
      List<SharingRow> rows = benchmark.run(output::note, stop);
      if (json) {
        output.json(rows);
      } else {
        output.line(table(benchmark, rows).text());
      }
      return ExitCode.OK;
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(ExitCode.BAD_INPUT, "bench sharing: " + e.getMessage());
    } catch (BenchmarkException e) {
      throw new CommandFailure(ExitCode.FAILED, "bench sharing: " + e.getMessage());
    }
  }

  private SharingOptions options() {
    return quick
        ? new SharingOptions(congestion, QUICK_STEP_SECONDS, QUICK_CLIENTS, false, withUdp)
        : new SharingOptions(congestion, stepSeconds, SharingOptions.MAX_CLIENTS, true, withUdp);
  }

  private static BenchTable table(SharingBenchmark benchmark, List<SharingRow> rows) {
    BenchTable table =
        new BenchTable(
            2,
            "step",
            "flow",
            "paper",
            "expected",
            "granted",
            "error %",
            "sd %",
            "received",
            "error %",
            "settled ms");
    for (SharingRow row : rows) {
      var paper = benchmark.paperBitsPerSecond(row);
      Double settled = row.settleMs();
      table.add(
          String.valueOf(row.step()),
          row.flow(),
          paper.isPresent() ? BenchTable.metric(paper.getAsDouble()) : "-",
          BenchTable.metric(row.expectedBps()),
          BenchTable.metric(row.grantedBps()),
          BenchTable.percent(100 * (row.grantedBps() - row.expectedBps()) / row.expectedBps()),
          BenchTable.number(row.grantedSdPercent(), 3),
          BenchTable.metric(row.receivedBps()),
          BenchTable.percent(row.receivedErrorPercent()),
          settled == null ? "never" : BenchTable.number(settled, 0));
    }
    return table;
  }
}
