package io.kollaps.cli;

import io.kollaps.node.local.NodeActions;
import io.kollaps.node.local.RunActions;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code kollaps ls}. */
@Command(
    name = "ls",
    description = "The runs of the cluster, those that have ended lately too.",
    mixinStandardHelpOptions = true,
    modelTransformer = SettingFlags.Folder.class)
final class LsCommand implements Callable<Integer> {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT)
          .withZone(ZoneId.systemDefault());

  @Spec private @Nullable CommandSpec spec;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() {
    CommandSpec known = Objects.requireNonNull(spec);
    RunActions.Runs runs = Daemons.ask(known, RunActions.RUNS, NodeActions.Nothing.NOTHING);
    Output output = new Output(known);
    if (json) {
      output.json(runs);
      return ExitCode.OK;
    }
    BenchTable table =
        new BenchTable(4, "run", "experiment", "phase", "verdict", "endpoints", "submitted");
    runs.runs()
        .forEach(
            run ->
                table.add(
                    run.run(),
                    run.experiment(),
                    run.phase() + (run.attempt() > 1 ? " (attempt " + run.attempt() + ")" : ""),
                    run.verdict().isEmpty() ? "-" : run.verdict(),
                    endpoints(run),
                    time(Optional.of(run.submittedAtMillis()))));
    output.line(table.text());
    if (!runs.fresh()) {
      output.note("kollaps: the leader cannot be asked; these are the phases on record");
    }
    return ExitCode.OK;
  }

  private static String endpoints(RunActions.RunRow run) {
    return run.endpoints() == 0 ? "-" : run.endpoints() + " on " + String.join(", ", run.nodes());
  }

  /** A time for people, in this machine's zone. */
  static String time(Optional<Long> millis) {
    return millis.map(each -> TIME.format(Instant.ofEpochMilli(each))).orElse("-");
  }
}
