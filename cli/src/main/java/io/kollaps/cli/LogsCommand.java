package io.kollaps.cli;

import io.kollaps.node.local.LocalConnection;
import io.kollaps.node.local.LocalFailure;
import io.kollaps.node.local.RunActions;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kollaps logs RUN [ENDPOINT] [-f]}. */
@Command(
    name = "logs",
    description =
        "What the programs of a run wrote: standard output to standard output, standard error to standard"
            + " error.",
    mixinStandardHelpOptions = true,
    modelTransformer = SettingFlags.Folder.class)
final class LogsCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Parameters(index = "0", paramLabel = "RUN", description = "Id of a run, or its beginning.")
  private String run = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "ENDPOINT",
      description = "Whose; default: of all, each piece under a line with its endpoint's name.")
  private @Nullable String endpoint;

  @Option(
      names = {"-f", "--follow"},
      description = "Go on until the run's end.")
  private boolean follow;

  @Override
  public Integer call() {
    CommandSpec known = Objects.requireNonNull(spec);
    RunActions.Logs request = new RunActions.Logs(run, endpoint == null ? "" : endpoint, follow);
    String shown = "";
    try (LocalConnection<RunActions.LogPiece> connection =
        Daemons.open(known, RunActions.LOGS, request)) {
      Optional<RunActions.LogPiece> next = connection.next();
      while (next.isPresent()) {
        RunActions.LogPiece piece = next.get();
        OutputStream to = piece.error() ? System.err : System.out;
        String head = "==> " + piece.endpoint() + (piece.error() ? " (error)" : "") + " <==\n";
        if (endpoint == null && !head.equals(shown)) {
          to.write(head.getBytes(StandardCharsets.UTF_8));
          shown = head;
        }
        to.write(piece.content());
        to.flush();
        next = connection.next();
      }
      return ExitCode.OK;
    } catch (LocalFailure e) {
      throw Daemons.failure(e);
    } catch (IOException e) {
      throw new CommandFailure(ExitCode.FAILED, "cannot print: " + e.getMessage());
    }
  }
}
