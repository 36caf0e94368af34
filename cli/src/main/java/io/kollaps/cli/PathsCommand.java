package io.kollaps.cli;

import io.kollaps.topology.LinkProperties;
import io.kollaps.topology.path.CollapsedPath;
import io.kollaps.topology.path.CompiledExperiment;
import io.kollaps.topology.path.Endpoint;
import io.kollaps.topology.path.Paths;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code kollaps paths FILE}. */
@Command(
    name = "paths",
    description =
        "Prints the collapsed path from every endpoint to every other, or some of them. Starts nothing.",
    mixinStandardHelpOptions = true)
final class PathsCommand implements Callable<Integer> {
  private static final double NANOS_PER_MILLI = 1e6;

  @Spec private @Nullable CommandSpec spec;
  @Mixin private FileArgument file = new FileArgument();
  @Mixin private AtOption at = new AtOption();

  @Option(
      names = "--from",
      paramLabel = "NAME",
      description = "Only from this endpoint, or the endpoints of this service.")
  private @Nullable String from;

  @Option(
      names = "--to",
      paramLabel = "NAME",
      description = "Only to this endpoint, or the endpoints of this service.")
  private @Nullable String to;

  @Option(names = "--json", description = "Print JSON; a path without a limit has no rate_bps.")
  private boolean json;

  @Override
  public Integer call() {
    Output output = new Output(Objects.requireNonNull(spec));
    CompiledExperiment compiled = file.load(0, output).compiled();
    List<PathJson> rows =
        rows(
            compiled.pathsAt(at.nanos()),
            EndpointArgument.find(compiled, Optional.ofNullable(from)),
            EndpointArgument.find(compiled, Optional.ofNullable(to)));
    if (json) {
      output.json(rows);
    } else {
      print(output, rows);
    }
    return ExitCode.OK;
  }

  private static List<PathJson> rows(
      Paths paths, List<Endpoint> sources, List<Endpoint> destinations) {
    List<PathJson> rows = new ArrayList<>();
    for (Endpoint source : sources) {
      for (Endpoint destination : destinations) {
        paths
            .path(source.index(), destination.index())
            .ifPresent(path -> rows.add(row(source.name(), destination.name(), path)));
      }
    }
    return rows;
  }

  private static PathJson row(String from, String to, CollapsedPath path) {
    return new PathJson(
        from,
        to,
        path.latencyNanos() / NANOS_PER_MILLI,
        path.jitter().deviationNanos() / NANOS_PER_MILLI,
        path.lossProbability(),
        path.rateBitsPerSecond() == LinkProperties.UNLIMITED_RATE ? null : path.rateBitsPerSecond(),
        path.hops());
  }

  private static void print(Output output, List<PathJson> rows) {
    if (rows.isEmpty()) {
      output.note("no path exists between these endpoints at this time");
      return;
    }
    int width =
        Math.max(
            4,
            rows.stream()
                .mapToInt(r -> Math.max(r.from().length(), r.to().length()))
                .max()
                .orElse(4));
    String head = "%-" + width + "s  %-" + width + "s  %12s  %12s  %10s  %16s  %4s";
    output.line(
        String.format(
            Locale.ROOT, head, "from", "to", "latency", "jitter", "loss", "rate", "hops"));
    for (PathJson row : rows) {
      output.line(
          String.format(
              Locale.ROOT,
              head,
              row.from(),
              row.to(),
              String.format(Locale.ROOT, "%.3f ms", row.latencyMs()),
              String.format(Locale.ROOT, "%.3f ms", row.jitterMs()),
              String.format(Locale.ROOT, "%.4f %%", row.loss() * 100),
              row.rateBps() == null ? "unlimited" : Rates.format(row.rateBps()),
              row.hops()));
    }
  }

  /** One path as printed; the field names are a contract. */
  record PathJson(
      String from,
      String to,
      double latencyMs,
      double jitterMs,
      double loss,
      @Nullable Long rateBps,
      int hops) {}
}
