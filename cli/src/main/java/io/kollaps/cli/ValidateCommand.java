package io.kollaps.cli;

import io.kollaps.node.load.ExperimentLoader;
import io.kollaps.node.load.LoadResult;
import io.kollaps.topology.Problem;
import io.kollaps.topology.path.CompiledExperiment;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code kollaps validate FILE}. */
@Command(
    name = "validate",
    description =
        "Checks a topology file and prints one line, or every problem of it. Starts nothing.",
    mixinStandardHelpOptions = true)
final class ValidateCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;
  @Mixin private FileArgument file = new FileArgument();

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public Integer call() {
    Output output = new Output(Objects.requireNonNull(spec));
    if (json) {
      return printJson(output);
    }
    CompiledExperiment compiled = file.load(0, output).compiled();
    compiled
        .experiment()
        .notices()
        .forEach(notice -> output.note("note: " + file.describe(notice)));
    output.line(summary(compiled));
    return ExitCode.OK;
  }

  private int printJson(Output output) {
    switch (ExperimentLoader.load(file.path(), 0)) {
      case LoadResult.Loaded loaded ->
          output.json(
              new ValidateJson(
                  true,
                  summary(loaded.compiled()),
                  List.of(),
                  problems(loaded.compiled().experiment().notices())));
      case LoadResult.Unusable unusable -> {
        output.json(new ValidateJson(false, "", problems(unusable.problems()), List.of()));
        return ExitCode.BAD_INPUT;
      }
    }
    return ExitCode.OK;
  }

  private static String summary(CompiledExperiment compiled) {
    return compiled.experiment().name()
        + ": valid; "
        + count(compiled.experiment().services().size(), "service")
        + ", "
        + count(compiled.endpoints().size(), "endpoint")
        + ", "
        + count(compiled.experiment().bridges().size(), "bridge")
        + ", "
        + count(compiled.network().linkCount(), "link direction")
        + ", "
        + count(compiled.experiment().timeline().size(), "event")
        + ", "
        + count(compiled.epochs().size(), "epoch");
  }

  private static String count(int number, String noun) {
    return number + " " + noun + (number == 1 ? "" : "s");
  }

  private static List<ProblemJson> problems(List<Problem> problems) {
    return problems.stream()
        .map(
            p ->
                new ProblemJson(
                    p.position().line(), p.position().column(), p.message(), p.remedy()))
        .toList();
  }

  record ValidateJson(
      boolean valid, String summary, List<ProblemJson> problems, List<ProblemJson> notices) {}

  record ProblemJson(int line, int column, String message, String remedy) {}
}
