package io.kollaps.cli;

import io.kollaps.benchmarks.BenchmarkException;
import io.kollaps.benchmarks.cluster.ClusterBenchmark;
import io.kollaps.benchmarks.cluster.ClusterRow;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code kollaps bench cluster}. */
@Command(
    name = "cluster",
    description =
        "Grows a cluster of real daemons in network namespaces of this machine, and measures what they cost while"
            + " nothing happens: memory, processor, bytes on the network.",
    mixinStandardHelpOptions = true)
final class BenchClusterCommand implements Callable<Integer> {
  private static final String HOME = "kollaps.home";
  private static final int QUICK_SECONDS = 5;

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--nodes",
      paramLabel = "N,...",
      split = ",",
      description = "Sizes of the cluster, growing; default: 1,3,50.")
  private List<Integer> nodes = List.of(1, 3, 50);

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "How long it is watched at each size; default: 60.")
  private int seconds = 60;

  @Option(names = "--quick", description = "1 and 3 nodes, 5 seconds each.")
  private boolean quick;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() throws InterruptedException {
    Output output = new Output(Objects.requireNonNull(spec));
    return BenchFrame.measureStoppable(
        "cluster",
        stop -> {
          ClusterBenchmark benchmark =
              new ClusterBenchmark(
                  command(),
                  quick ? List.of(1, 3) : nodes,
                  quick ? QUICK_SECONDS : seconds,
                  Map.of("KOLLAPS_PROBE", "off", "KOLLAPS_NODE_JVM", "small"));
          List<ClusterRow> rows = benchmark.run(output::note, stop);
          if (json) {
            output.json(rows);
          } else {
            output.line(table(rows).text());
          }
        });
  }

  private static Path command() throws BenchmarkException {
    String home = System.getProperty(HOME, "");
    if (home.isEmpty()) {
      throw new BenchmarkException("start it by the kollaps command, which says where it is");
    }
    return Path.of(home, "kollaps");
  }

  private static BenchTable table(List<ClusterRow> rows) {
    BenchTable table =
        new BenchTable(
            0,
            "nodes",
            "grown, s",
            "RSS, MB",
            "PSS, MB",
            "largest, MB",
            "threads",
            "CPU, %",
            "leader, %",
            "sent, B/s",
            "leader, B/s");
    for (ClusterRow row : rows) {
      table.add(
          String.valueOf(row.nodes()),
          BenchTable.number(row.grownSeconds(), 1),
          BenchTable.number(row.residentMegabytes(), 1),
          BenchTable.number(row.proportionalMegabytes(), 1),
          BenchTable.number(row.largestMegabytes(), 1),
          BenchTable.number(row.threads(), 1),
          BenchTable.number(row.processorPercent(), 2),
          BenchTable.number(row.leaderProcessorPercent(), 2),
          BenchTable.number(row.sentBytesPerSecond(), 0),
          BenchTable.number(row.leaderSentBytesPerSecond(), 0));
    }
    return table;
  }
}
