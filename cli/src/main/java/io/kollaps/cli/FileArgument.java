package io.kollaps.cli;

import io.kollaps.node.load.ExperimentLoader;
import io.kollaps.node.load.LoadResult;
import io.kollaps.topology.Problem;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Parameters;

/** The topology file that most commands take. */
final class FileArgument {
  /** Most problems that are printed; the rest is counted. */
  static final int MAX_PROBLEMS_PRINTED = 100;

  @Parameters(paramLabel = "FILE", description = "Topology file: YAML or Kollaps XML.")
  private @Nullable Path file;

  Path path() {
    return Objects.requireNonNull(file);
  }

  /** Loads the file, or ends the command with every problem of it. */
  LoadResult.Loaded load(long seed, Output output) {
    return switch (ExperimentLoader.load(path(), seed)) {
      case LoadResult.Loaded loaded -> loaded;
      case LoadResult.Unusable unusable -> {
        List<Problem> problems = unusable.problems();
        problems.stream()
            .limit(MAX_PROBLEMS_PRINTED)
            .forEach(problem -> output.note(describe(problem)));
        if (problems.size() > MAX_PROBLEMS_PRINTED) {
          output.note("... and " + (problems.size() - MAX_PROBLEMS_PRINTED) + " more");
        }
        throw new CommandFailure(
            ExitCode.BAD_INPUT,
            path()
                + ": "
                + problems.size()
                + (problems.size() == 1 ? " problem" : " problems")
                + "; nothing was started");
      }
    };
  }

  /** One problem as {@code file:line:column: message; remedy}. */
  String describe(Problem problem) {
    String place =
        problem.position().line() == 0
            ? path() + ": "
            : path() + ":" + problem.position().line() + ":" + problem.position().column() + ": ";
    return place + problem.message() + (problem.remedy().isEmpty() ? "" : "; " + problem.remedy());
  }
}
