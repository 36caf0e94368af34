package io.kollaps.cli;

import io.kollaps.benchmarks.topology.TopologyBenchmark;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code kollaps bench topology}. */
@Command(
    name = "topology",
    description =
        "Computes all paths of large scale-free networks, two thirds of whose elements are endpoints: time and memory.",
    mixinStandardHelpOptions = true)
final class BenchTopologyCommand implements Callable<Integer> {
  private static final int REPETITIONS = 3;

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--elements",
      split = ",",
      paramLabel = "N",
      description = "Sizes of the networks; default: 1000,2000,4000.")
  private List<Integer> elements = List.of(1000, 2000, 4000);

  @Option(
      names = "--ping",
      description =
          "Also ping between 40 sampled endpoints, over their paths in the whole network.")
  private boolean ping;

  @Option(names = "--quick", description = "One network of 300 elements, once.")
  private boolean quick;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() throws InterruptedException {
    Output output = new Output(Objects.requireNonNull(spec));
    return BenchFrame.measure(
        "topology",
        () -> {
          TopologyBenchmark benchmark =
              quick
                  ? new TopologyBenchmark(List.of(300), ping, 1)
                  : new TopologyBenchmark(elements, ping, REPETITIONS);
          BenchRows.print(benchmark.run(output::note), json, output);
        });
  }
}
