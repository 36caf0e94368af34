package io.kollaps.cli;

import io.kollaps.benchmarks.simulate.SimulationBenchmark;
import io.kollaps.benchmarks.simulate.SimulationFailure;
import io.kollaps.benchmarks.simulate.SimulationReport;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code kollaps bench simulate}. */
@Command(
    name = "simulate",
    description =
        "Plays whole clusters under virtual time, with faults, from seeds: joins, losses, leaders and capacity maps by"
            + " the classes that real nodes run. Computes only. A seed that fails is printed, and plays again exactly.",
    mixinStandardHelpOptions = true)
final class BenchSimulateCommand implements Callable<Integer> {
  private static final int QUICK_SEEDS = 50;

  @Spec private @Nullable CommandSpec spec;

  @Option(names = "--seeds", paramLabel = "N", description = "Clusters to play; default: 1000.")
  private int seeds = 1000;

  @Option(
      names = "--nodes",
      paramLabel = "N",
      description = "Machines of each cluster; default: 3 to 30, by the seed.")
  private int nodes;

  @Option(
      names = "--seed",
      paramLabel = "S",
      description = "Seed of the first cluster, the next has the next; default: 0.")
  private long seed;

  @Option(
      names = "--trace",
      paramLabel = "LINES",
      description = "Lines of what happened to print of a seed that fails; default: 40.")
  private int trace = 40;

  @Option(names = "--quick", description = "50 clusters.")
  private boolean quick;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() throws InterruptedException {
    Output output = new Output(Objects.requireNonNull(spec));
    boolean[] failed = new boolean[1];
    int code =
        BenchFrame.measure(
            "simulate",
            () -> {
              SimulationReport report =
                  new SimulationBenchmark(quick ? QUICK_SEEDS : seeds, nodes, seed, trace)
                      .run(output::note);
              failed[0] = !report.failures().isEmpty();
              if (json) {
                output.json(report);
              } else {
                print(report, output);
              }
            });
    return code == 0 && failed[0] ? 1 : code;
  }

  private static void print(SimulationReport report, Output output) {
    for (SimulationFailure failure : report.failures()) {
      output.line(failure.reason());
      failure.trace().forEach(output::line);
      output.line("play it again: " + failure.replay());
      output.line("");
    }
    BenchTable table = new BenchTable(1, "what", "number");
    table.add("clusters played", String.valueOf(report.seeds()));
    table.add("of which failed", String.valueOf(report.failures().size()));
    table.add("real seconds", BenchTable.number(report.seconds(), 1));
    table.add("virtual seconds", BenchTable.number(report.virtualSeconds(), 0));
    table.add("events", String.valueOf(report.events()));
    table.add("messages", String.valueOf(report.messages()));
    table.add("faults", String.valueOf(report.faults()));
    table.add("nodes admitted", String.valueOf(report.admissions()));
    table.add("leaders elected", String.valueOf(report.leaders()));
    table.add("members given up", String.valueOf(report.losses()));
    table.add("probes", String.valueOf(report.probes()));
    table.add("entries compared with the network", String.valueOf(report.checkedEntries()));
    table.add(
        "longest until all was right, virtual s",
        BenchTable.number(report.slowestSettleSeconds(), 0));
    output.line(table.text());
  }
}
