package io.kollaps.cli;

import io.kollaps.node.daemon.DaemonFailure;
import io.kollaps.node.daemon.NodeDaemon;
import io.kollaps.node.daemon.NodeSettings;
import io.kollaps.node.local.LocalClient;
import io.kollaps.node.local.LocalFailure;
import io.kollaps.node.local.NodeActions;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code kollaps node start}. */
@Command(
    name = "start",
    description = {
      "Runs this machine as a node of a cluster, in the foreground, until Ctrl-C.",
      "A node that was a member goes back to its cluster by itself; neither --bootstrap nor --join"
          + " is needed then.",
      "Each flag may stand in the file of settings without its dashes, or in the environment as"
          + " KOLLAPS_NAME."
    },
    mixinStandardHelpOptions = true,
    modelTransformer = SettingFlags.All.class)
final class NodeStartCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @ArgGroup private @Nullable How how;

  @Option(
      names = "--via",
      paramLabel = "HOST[:PORT]",
      description = "A node to join by; default: nodes are looked for by broadcast.")
  private @Nullable String via;

  /** How a node that is in no cluster gets into one. */
  static final class How {
    @Option(names = "--bootstrap", description = "Make a new cluster, and print how to join it.")
    private boolean bootstrap;

    @Option(
        names = "--join",
        paramLabel = "TOKEN",
        description = "Join a cluster; 'kollaps token rotate' on a member prints tokens.")
    private @Nullable String token;
  }

  @Override
  public Integer call() throws InterruptedException {
    CommandSpec known = Objects.requireNonNull(spec);
    Output output = new Output(known);
    NodeSettings settings = SettingFlags.settings(known);
    How wanted = how == null ? new How() : how;
    NodeDaemon.Request request =
        new NodeDaemon.Request(
            settings,
            wanted.bootstrap,
            Optional.ofNullable(wanted.token),
            Optional.ofNullable(via),
            VersionCommand.version());
    try {
      return run(request, output);
    } catch (DaemonFailure e) {
      throw SettingFlags.failure(e);
    } catch (IOException e) {
      throw new CommandFailure(ExitCode.FAILED, String.valueOf(e.getMessage()));
    }
  }

  private static int run(NodeDaemon.Request request, Output output)
      throws DaemonFailure, IOException, InterruptedException {
    NodeDaemon.End end;
    NodeDaemon daemon = NodeDaemon.start(request);
    StopSignals signals = StopSignals.install(daemon::stop);
    int code = ExitCode.FAILED;
    try {
      try (daemon) {
        if (daemon.founded()) {
          printJoin(request.settings(), output);
        }
        output.note("kollaps: the node runs; Ctrl-C ends it");
        end = daemon.await();
      }
      output.note("kollaps: " + end.why());
      code = end.left() || end.asked() ? ExitCode.OK : ExitCode.FAILED;
      return code;
    } finally {
      signals.finished(code);
    }
  }

  private static void printJoin(NodeSettings settings, Output output) {
    String command;
    try {
      command =
          Daemons.joinCommand(
              LocalClient.ask(
                  settings.folder(),
                  NodeActions.ROTATE_TOKEN,
                  new NodeActions.RotateToken(0, 0, true)));
    } catch (LocalFailure e) {
      throw Daemons.failure(e);
    }
    output.line("To join this cluster from another machine:");
    output.line("  " + command);
    output.line(
        "The token counts for "
            + settings.tokenLife().toHours()
            + " hours and "
            + settings.tokenUses()
            + " nodes; 'kollaps token rotate' prints another.");
  }
}
