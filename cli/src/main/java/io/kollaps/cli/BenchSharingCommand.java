package io.kollaps.cli;

import io.kollaps.benchmarks.BenchmarkException;
import io.kollaps.benchmarks.run.ManyFlowsBenchmark;
import io.kollaps.benchmarks.run.SharingBenchmark;
import io.kollaps.benchmarks.run.SharingOptions;
import io.kollaps.benchmarks.run.SharingRow;
import io.kollaps.benchmarks.run.ShortFlowsBenchmark;
import io.kollaps.node.run.StopSwitch;
import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.function.Function;
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

  @Option(
      names = "--short",
      description = "Instead: flows of about 100 ms beside a greedy one, for two steps' time.")
  private boolean shortFlows;

  @Option(
      names = "--flows",
      paramLabel = "N",
      description = "Instead: so many flows at once over one link, for one step.")
  private int flows;

  @Option(names = "--quick", description = "Three clients, 4 s each, nobody leaves.")
  private boolean quick;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() throws InterruptedException {
    Output output = new Output(Objects.requireNonNull(spec));
    return BenchFrame.measureStoppable("sharing", stop -> measure(stop, output));
  }

  private void measure(StopSwitch stop, Output output)
      throws BenchmarkException, InterruptedException {
    if (flows != 0) {
      print(new ManyFlowsBenchmark(flows, stepSeconds).run(output::note, stop), output);
    } else if (shortFlows) {
      BenchRows.print(
          new ShortFlowsBenchmark(congestion, 2 * stepSeconds).run(output::note, stop),
          json,
          output);
    } else {
      SharingBenchmark benchmark = new SharingBenchmark(options());
      List<SharingRow> rows = benchmark.run(output::note, stop);
      print(rows, benchmark::paperBitsPerSecond, output);
    }
  }

  private SharingOptions options() {
    return quick
        ? new SharingOptions(congestion, QUICK_STEP_SECONDS, QUICK_CLIENTS, false, withUdp)
        : new SharingOptions(congestion, stepSeconds, SharingOptions.MAX_CLIENTS, true, withUdp);
  }

  private void print(List<SharingRow> rows, Output output) {
    print(rows, row -> OptionalDouble.empty(), output);
  }

  private void print(
      List<SharingRow> rows, Function<SharingRow, OptionalDouble> published, Output output) {
    if (json) {
      output.json(rows);
    } else {
      output.line(table(rows, published).text());
    }
  }

  private static BenchTable table(
      List<SharingRow> rows, Function<SharingRow, OptionalDouble> published) {
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
      OptionalDouble paper = published.apply(row);
      Double settled = row.settleMs();
      table.add(
          String.valueOf(row.step()),
          row.flow(),
          paper.isPresent() ? BenchTable.metric(paper.getAsDouble()) : "-",
          BenchTable.metric(row.expectedBps()),
          BenchTable.metric(row.grantedBps()),
          row.limited()
              ? "-"
              : BenchTable.percent(
                  100 * (row.grantedBps() - row.expectedBps()) / row.expectedBps()),
          BenchTable.number(row.grantedSdPercent(), 3),
          BenchTable.metric(row.receivedBps()),
          BenchTable.percent(row.receivedErrorPercent()),
          settled == null ? "never" : BenchTable.number(settled, 0));
    }
    return table;
  }
}
