package io.kollaps.cli;

import io.kollaps.node.local.LocalConnection;
import io.kollaps.node.local.LocalFailure;
import io.kollaps.node.local.RunActions;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kollaps exec RUN ENDPOINT -- COMMAND}. */
@Command(
    name = "exec",
    description = {
      "Runs a command inside a running endpoint, with its network and files; ends with its exit code.",
      "Standard input, output and error are the command's."
    },
    mixinStandardHelpOptions = true,
    modelTransformer = SettingFlags.Folder.class)
final class ExecCommand implements Callable<Integer> {
  private static final int PIECE_BYTES = 32 * 1024;

  @Spec private @Nullable CommandSpec spec;

  @Parameters(index = "0", paramLabel = "RUN", description = "Id of a run, or its beginning.")
  private String run = "";

  @Parameters(index = "1", paramLabel = "ENDPOINT", description = "Name of an endpoint.")
  private String endpoint = "";

  @Parameters(index = "2..*", arity = "1..*", paramLabel = "COMMAND", description = "What to run.")
  private List<String> command = List.of();

  @Override
  public Integer call() {
    CommandSpec known = Objects.requireNonNull(spec);
    RunActions.Exec request = new RunActions.Exec(run, endpoint, command);
    try (LocalConnection<RunActions.Output> connection =
        Daemons.open(known, RunActions.EXEC, request)) {
      Thread.ofPlatform().daemon().name("kollaps-input").start(() -> feed(connection));
      Optional<RunActions.Output> next = connection.next();
      int code = ExitCode.FAILED;
      while (next.isPresent()) {
        RunActions.Output piece = next.get();
        System.out.write(piece.out());
        System.out.flush();
        System.err.write(piece.err());
        System.err.flush();
        code = piece.exitCode().orElse(code);
        next = connection.next();
      }
      return code;
    } catch (LocalFailure e) {
      throw Daemons.failure(e);
    } catch (IOException e) {
      throw new CommandFailure(ExitCode.FAILED, "cannot print: " + e.getMessage());
    }
  }

  /** Sends standard input until its end, or the command's. */
  private static void feed(LocalConnection<RunActions.Output> connection) {
    byte[] buffer = new byte[PIECE_BYTES];
    try {
      int read = System.in.read(buffer);
      while (read >= 0) {
        connection.send(new RunActions.Input(Arrays.copyOf(buffer, read)));
        read = System.in.read(buffer);
      }
      connection.endOfLines();
    } catch (IOException | LocalFailure e) {
      return; // the command has ended, or takes no input any more
    }
  }
}
