package io.kollaps.cli;

import io.kollaps.linux.ownership.StateFolder;
import io.kollaps.linux.ownership.SweptRun;
import io.kollaps.node.cleanup.Leftovers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code kollaps gc}. */
@Command(
    name = "gc",
    description =
        "Removes what dead runs left on this machine and says what it removed; touches nothing else.",
    mixinStandardHelpOptions = true)
final class GcCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    Output output = new Output(Objects.requireNonNull(spec));
    StateFolder state = StateFolder.locate(System.getenv());
    Leftovers.Report report = Leftovers.remove(state);
    if (json) {
      output.json(json(report));
    } else {
      print(report, output);
    }
    return report.clean() ? ExitCode.OK : ExitCode.FAILED;
  }

  private static void print(Leftovers.Report report, Output output) {
    for (SweptRun run : report.sweep().swept()) {
      output.line("run " + run.run() + ":");
      run.removed().forEach(line -> output.line("  removed " + line));
      run.remaining().forEach(line -> output.line("  LEFT " + line));
      run.remarks().forEach(line -> output.line("  note: " + line));
    }
    report
        .judged()
        .forEach(folder -> output.line("results in " + folder + ": INVALID, the run was killed"));
    report.sweep().problems().forEach(problem -> output.line("PROBLEM " + problem));
    report.problems().forEach(problem -> output.line("PROBLEM " + problem));
    if (report.sweep().swept().isEmpty() && report.clean()) {
      output.line("nothing to remove");
    }
  }

  private static GcJson json(Leftovers.Report report) {
    return new GcJson(
        report.clean(),
        report.sweep().swept().stream()
            .map(
                run ->
                    new RunJson(run.run().value(), run.removed(), run.remaining(), run.remarks()))
            .toList(),
        report.sweep().live().stream().map(Object::toString).toList(),
        report.judged().stream().map(Path::toString).toList(),
        java.util.stream.Stream.concat(
                report.sweep().problems().stream(), report.problems().stream())
            .toList());
  }

  record GcJson(
      boolean clean,
      List<RunJson> runs,
      List<String> live,
      List<String> judged,
      List<String> problems) {}

  record RunJson(String run, List<String> removed, List<String> remaining, List<String> remarks) {}
}
