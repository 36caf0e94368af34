package io.kollaps.cli;

import io.kollaps.benchmarks.run.EndpointsBenchmark;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code kollaps bench endpoints}. */
@Command(
    name = "endpoints",
    description =
        "Sets up many endpoints with sleeping programs, pings random pairs from within them, and takes them down.",
    mixinStandardHelpOptions = true)
final class BenchEndpointsCommand implements Callable<Integer> {
  private static final int QUICK_COUNT = 20;

  @Spec private @Nullable CommandSpec spec;

  @Option(names = "--count", paramLabel = "N", description = "Number of endpoints; default: 200.")
  private int count = 200;

  @Option(
      names = "--pairs",
      paramLabel = "N",
      description = "Number of random pairs to ping; default: 20.")
  private int pairs = 20;

  @Option(names = "--quick", description = "20 endpoints.")
  private boolean quick;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() throws InterruptedException {
    Output output = new Output(Objects.requireNonNull(spec));
    return BenchFrame.measureStoppable(
        "endpoints",
        stop -> {
          EndpointsBenchmark benchmark = new EndpointsBenchmark(quick ? QUICK_COUNT : count, pairs);
          BenchRows.print(benchmark.run(output::note, stop), json, output);
        });
  }
}
