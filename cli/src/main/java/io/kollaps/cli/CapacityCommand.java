package io.kollaps.cli;

import io.kollaps.node.local.CapacityActions;
import io.kollaps.node.local.LocalConnection;
import io.kollaps.node.local.LocalFailure;
import io.kollaps.node.local.NodeActions;
import io.kollaps.topology.Problem;
import io.kollaps.topology.read.PhysicalReadResult;
import io.kollaps.topology.read.PhysicalTopologyReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kollaps capacity}. */
@Command(
    name = "capacity",
    description = "What the network between the nodes carries, and how it is known.",
    mixinStandardHelpOptions = true,
    modelTransformer = SettingFlags.Folder.class,
    subcommands = CapacityCommand.Describe.class)
final class CapacityCommand implements Callable<Integer> {
  private static final String FORMAT = "%-12s %-12s %16s %16s  %-9s %-9s %7s %5s %10s  %s";

  @Spec private @Nullable CommandSpec spec;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  /** The map as JSON. */
  record CapacityJson(List<CapacityActions.Row> nodes) {}

  @Override
  public Integer call() {
    CommandSpec known = Objects.requireNonNull(spec);
    List<CapacityActions.Row> rows = rows(known);
    Output output = new Output(known);
    if (json) {
      output.json(new CapacityJson(rows));
      return ExitCode.OK;
    }
    output.line(
        String.format(
                Locale.ROOT,
                FORMAT,
                "NODE",
                "WITH",
                "TO IT",
                "FROM IT",
                "SOURCE",
                "TIE",
                "AGE",
                "TRUST",
                "RTT",
                "BASIS")
            .stripTrailing());
    for (CapacityActions.Row row : rows) {
      row.pairs().forEach(pair -> output.line(line(row.name(), pair)));
      if (!row.measured()) {
        output.note("kollaps: node " + row.name() + " is not measured (yet)");
      }
    }
    return ExitCode.OK;
  }

  private static List<CapacityActions.Row> rows(CommandSpec spec) {
    List<CapacityActions.Row> rows = new ArrayList<>();
    try (LocalConnection<CapacityActions.Row> connection =
        Daemons.open(spec, CapacityActions.CAPACITY, NodeActions.Nothing.NOTHING)) {
      Optional<CapacityActions.Row> row = connection.next();
      while (row.isPresent()) {
        rows.add(row.get());
        row = connection.next();
      }
      return rows;
    } catch (LocalFailure e) {
      throw Daemons.failure(e);
    }
  }

  private static String line(String name, CapacityActions.Pair pair) {
    return String.format(
            Locale.ROOT,
            FORMAT,
            name,
            pair.other(),
            rate(pair.to()),
            rate(pair.from()),
            pair.source(),
            pair.tie(),
            age(pair.ageSeconds()),
            String.format(Locale.ROOT, "%.2f", pair.confidence()),
            pair.path().isEmpty()
                ? "-"
                : String.format(Locale.ROOT, "%.2f ms", pair.path().getFirst().roundTripMillis()),
            String.join(" ", pair.basis()))
        .stripTrailing();
  }

  private static String rate(CapacityActions.Directed directed) {
    return (directed.lowerBound() ? ">= " : "") + Rates.format((double) directed.bitsPerSecond());
  }

  private static String age(long seconds) {
    long minutes = seconds / 60;
    long hours = minutes / 60;
    return hours > 0 ? hours + " h" : minutes > 0 ? minutes + " min" : seconds + " s";
  }

  /** {@code kollaps capacity describe}. */
  @Command(
      name = "describe",
      description =
          "Tells the cluster what the physical network is like; probes then only verify it.",
      mixinStandardHelpOptions = true,
      modelTransformer = SettingFlags.Folder.class)
  static final class Describe implements Callable<Integer> {
    @Spec private @Nullable CommandSpec spec;

    @Parameters(
        paramLabel = "FILE",
        arity = "0..1",
        description = "Switches, their uplinks, and which addresses hang on them: YAML.")
    private @Nullable Path file;

    @Option(names = "--forget", description = "Take back the description that is there.")
    private boolean forget;

    @Override
    public Integer call() {
      CommandSpec known = Objects.requireNonNull(spec);
      if (forget == (file != null)) {
        throw new CommandFailure(ExitCode.BAD_INPUT, "name a FILE, or --forget");
      }
      String content = file == null ? "" : read(file, new Output(known));
      var _ =
          Daemons.ask(known, CapacityActions.DESCRIBE, new CapacityActions.Description(content));
      return ExitCode.OK;
    }

    private static String read(Path file, Output output) {
      byte[] bytes;
      try {
        bytes = Files.readAllBytes(file);
      } catch (IOException e) {
        throw new CommandFailure(ExitCode.BAD_INPUT, "cannot read " + file + ": " + e.getMessage());
      }
      if (PhysicalTopologyReader.read(bytes)
          instanceof PhysicalReadResult.Invalid(List<Problem> problems)) {
        problems.stream()
            .limit(FileArgument.MAX_PROBLEMS_PRINTED)
            .forEach(
                problem ->
                    output.note(
                        file
                            + ":"
                            + problem.position().line()
                            + ":"
                            + problem.position().column()
                            + ": "
                            + problem.message()
                            + "; "
                            + problem.remedy()));
        throw new CommandFailure(
            ExitCode.BAD_INPUT, file + " is no description of a physical network");
      }
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }
}
