package io.kollaps.cli;

import io.kollaps.node.local.LocalConnection;
import io.kollaps.node.local.LocalFailure;
import io.kollaps.node.local.RunActions;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code kollaps events [-f]}. */
@Command(
    name = "events",
    description = "What happened to runs and nodes lately, as the leader saw it.",
    mixinStandardHelpOptions = true,
    modelTransformer = SettingFlags.Folder.class)
final class EventsCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = {"-f", "--follow"},
      description = "Go on until Ctrl-C.")
  private boolean follow;

  @Option(names = "--json", description = "Print a line of JSON for each.")
  private boolean json;

  @Override
  public Integer call() {
    CommandSpec known = Objects.requireNonNull(spec);
    Output output = new Output(known);
    try (LocalConnection<RunActions.Event> connection =
        Daemons.open(known, RunActions.EVENTS, new RunActions.Events(follow))) {
      Optional<RunActions.Event> next = connection.next();
      while (next.isPresent()) {
        print(next.get(), output);
        next = connection.next();
      }
      return ExitCode.OK;
    } catch (LocalFailure e) {
      throw Daemons.failure(e);
    }
  }

  private void print(RunActions.Event event, Output output) {
    if (json) {
      output.jsonLine(event);
      return;
    }
    output.line(
        LsCommand.time(Optional.of(event.atMillis()))
            + "  "
            + (event.run().isEmpty() ? "" : event.run() + "  " + event.phase() + "  ")
            + event.text());
  }
}
