package io.kollaps.cli;

import io.kollaps.benchmarks.run.EventsBenchmark;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code kollaps bench events}. */
@Command(
    name = "events",
    description =
        "Runs sleeping programs with many events at one instant, half on links and half on endpoints, and tells how"
            + " late they were.",
    mixinStandardHelpOptions = true)
final class BenchEventsCommand implements Callable<Integer> {
  private static final int REPETITIONS = 3;
  private static final int QUICK_ENDPOINTS = 20;
  private static final int QUICK_EVENTS = 40;

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--endpoints",
      paramLabel = "N",
      description = "Number of endpoints; default: 50.")
  private int endpoints = 50;

  @Option(names = "--events", paramLabel = "N", description = "Number of events; default: 100.")
  private int events = 100;

  @Option(names = "--quick", description = "One run of 20 endpoints and 40 events.")
  private boolean quick;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() throws InterruptedException {
    Output output = new Output(Objects.requireNonNull(spec));
    return BenchFrame.measureStoppable(
        "events",
        stop -> {
          EventsBenchmark benchmark =
              quick
                  ? new EventsBenchmark(QUICK_ENDPOINTS, QUICK_EVENTS, 1)
                  : new EventsBenchmark(endpoints, events, REPETITIONS);
          BenchRows.print(benchmark.run(output::note, stop), json, output);
        });
  }
}
