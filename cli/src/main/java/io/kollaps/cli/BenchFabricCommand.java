package io.kollaps.cli;

import io.kollaps.benchmarks.BenchmarkException;
import io.kollaps.benchmarks.fabric.FabricBenchmark;
import io.kollaps.benchmarks.fabric.FabricBenchmark.Extent;
import io.kollaps.benchmarks.fabric.FabricGroup;
import io.kollaps.benchmarks.fabric.FabricRow;
import io.kollaps.benchmarks.lab.Emulator;
import io.kollaps.benchmarks.lab.Emulators;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
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
      paramLabel = "NAME",
      description =
          "user-space, kernel, tc; mininet, to compare with; or all that work here, side by side; default:"
              + " ${DEFAULT-VALUE}.")
  private String fabric = Emulators.ALL;

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "rates|delays|throughput|costs|overlay",
      description = "Only these groups of figures; default: all.")
  private List<String> only = List.of();

  @Option(
      names = "--quick",
      description = "Half a minute instead of about four: every kind of figure, coarse.")
  private boolean quick;

  @Option(
      names = "--small",
      description =
          "About two minutes: rates up to 100 Mbit/s, nothing unshaped; for a machine with one slow processor, as the"
              + " test kernel is.")
  private boolean small;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() throws InterruptedException {
    Output output = new Output(Objects.requireNonNull(spec));
    if (quick && small) {
      throw new CommandFailure(ExitCode.BAD_INPUT, "--quick and --small exclude one another");
    }
    Extent extent = small ? Extent.SMALL : quick ? Extent.QUICK : Extent.FULL;
    Set<FabricGroup> groups = groups();
    return BenchFrame.measure(
        "fabric",
        () -> print(FabricBenchmark.run(chosen(output), groups, extent, output::note), output));
  }

  private List<Emulator> chosen(Output output) throws BenchmarkException, InterruptedException {
    List<Emulator> emulators = Emulators.named(fabric, output::note);
    if (emulators.isEmpty()) {
      throw new CommandFailure(
          ExitCode.BAD_INPUT,
          "--fabric '" + fabric + "' is unknown; write all, " + Emulators.names());
    }
    return emulators;
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

  private Set<FabricGroup> groups() {
    if (only.isEmpty()) {
      return EnumSet.allOf(FabricGroup.class);
    }
    Set<FabricGroup> groups = EnumSet.noneOf(FabricGroup.class);
    for (String word : only) {
      groups.add(
          FabricGroup.named(word)
              .orElseThrow(
                  () ->
                      new CommandFailure(
                          ExitCode.BAD_INPUT,
                          "--only '"
                              + word
                              + "' is unknown; write rates, delays, throughput, costs or"
                              + " overlay")));
    }
    return groups;
  }
}
