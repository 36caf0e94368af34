package io.kollaps.cli;

import io.kollaps.benchmarks.discovery.DiscoveryBenchmark;
import io.kollaps.benchmarks.discovery.DiscoveryRow;
import io.kollaps.benchmarks.discovery.NetworkKind;
import io.kollaps.topology.read.Quantities;
import io.kollaps.topology.read.QuantityException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code kollaps bench discovery}. */
@Command(
    name = "discovery",
    description =
        "Counts the capacity probes that nodes need to join a cluster, on generated networks, beside the thesis'"
            + " algorithm. Computes only.",
    mixinStandardHelpOptions = true)
final class BenchDiscoveryCommand implements Callable<Integer> {
  private static final int QUICK_NODES = 15;
  private static final int QUICK_GRAPHS = 20;
  private static final double PERCENT = 100;

  @Spec private @Nullable CommandSpec spec;

  @Option(names = "--nodes", paramLabel = "N", description = "Nodes of a network; default: 60.")
  private int nodes = 60;

  @Option(names = "--graphs", paramLabel = "G", description = "Number of networks; default: 100.")
  private int graphs = 100;

  @Option(
      names = "--seed",
      paramLabel = "S",
      description = "Seed of the first network, the next has the next; default: 1000.")
  private long seed = 1000;

  @Option(
      names = "--noise",
      paramLabel = "P",
      description = "Bound of a probe's error, such as 3 %% or 0.03; default: 0.")
  private String noise = "0";

  @Option(
      names = "--kind",
      paramLabel = "random|star|racks|classes",
      description = "Kind of the networks; default: random.")
  private String kind = "random";

  @Option(names = "--quick", description = "20 networks of 15 nodes.")
  private boolean quick;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() throws InterruptedException {
    Output output = new Output(Objects.requireNonNull(spec));
    return BenchFrame.measure(
        "discovery",
        () -> {
          DiscoveryBenchmark benchmark =
              new DiscoveryBenchmark(
                  kind(),
                  quick ? QUICK_NODES : nodes,
                  quick ? QUICK_GRAPHS : graphs,
                  seed,
                  noise());
          List<DiscoveryRow> rows = benchmark.run(output::note);
          if (json) {
            output.json(rows);
          } else {
            output.line(table(rows).text());
          }
        });
  }

  private NetworkKind kind() {
    return NetworkKind.named(kind)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "--kind '" + kind + "' is unknown; write random, star, racks or classes"));
  }

  private double noise() {
    try {
      return Quantities.probability(noise);
    } catch (QuantityException e) {
      throw new IllegalArgumentException("--noise: " + e.problem() + "; " + e.remedy(), e);
    }
  }

  private static BenchTable table(List<DiscoveryRow> rows) {
    BenchTable table =
        new BenchTable(
            1,
            "algorithm",
            "tests/node",
            "min",
            "max",
            "wrong",
            "mean error %",
            "over 10 % off, %");
    for (DiscoveryRow row : rows) {
      table.add(
          row.algorithm(),
          BenchTable.number(row.testsPerNodeAvg(), 3),
          BenchTable.number(row.testsPerNodeMin(), 3),
          BenchTable.number(row.testsPerNodeMax(), 3),
          String.valueOf(row.wrongEntries()),
          BenchTable.number(PERCENT * row.meanError(), 3),
          BenchTable.number(PERCENT * row.shareOver10Percent(), 3));
    }
    return table;
  }
}
