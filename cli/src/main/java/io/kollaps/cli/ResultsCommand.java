package io.kollaps.cli;

import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kollaps results RUN -o DIR}. */
@Command(
    name = "results",
    description = "Fetches the results of a run that has ended from its nodes.",
    mixinStandardHelpOptions = true,
    modelTransformer = SettingFlags.Folder.class)
final class ResultsCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Parameters(paramLabel = "RUN", description = "Id of a run, or the beginning of one.")
  private String run = "";

  @Option(
      names = {"-o", "--results"},
      paramLabel = "DIR",
      required = true,
      description = "Folder to fetch them into; must be new or empty.")
  private @Nullable Path folder;

  @Override
  public Integer call() {
    CommandSpec known = Objects.requireNonNull(spec);
    boolean complete =
        ResultsDownload.into(Objects.requireNonNull(folder)).fetch(known, run, new Output(known));
    return complete ? ExitCode.OK : ExitCode.FAILED;
  }
}
