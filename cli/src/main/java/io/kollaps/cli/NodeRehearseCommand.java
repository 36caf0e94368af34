package io.kollaps.cli;

import io.kollaps.node.daemon.DaemonFailure;
import io.kollaps.node.daemon.NodeDaemon;
import io.kollaps.node.daemon.NodeSettings;
import io.kollaps.node.daemon.Setting;
import io.kollaps.node.local.LocalClient;
import io.kollaps.node.local.LocalFailure;
import io.kollaps.node.local.NodeActions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * {@code kollaps node rehearse}: two nodes in this process form a cluster on the loopback device
 * and end. The launcher runs it, in a network namespace, so that Java keeps what it has loaded for
 * the starts of real daemons.
 */
@Command(
    name = "rehearse",
    description = "Forms a cluster of two nodes in one process, and ends it.",
    hidden = true,
    modelTransformer = SettingFlags.Folder.class)
final class NodeRehearseCommand implements Callable<Integer> {
  private static final String HOST = "127.0.0.1";
  private static final int PORT = 7700;
  private static final int JOINER_PORT = 7710;
  private static final Duration BOUND = Duration.ofSeconds(60);
  private static final long LOOK_MILLIS = 100;

  /** What is measured here is of no use: the classes that measure are to be loaded, no more. */
  private static final String SHORT_PROBE = "1";

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    Path folder = SettingFlags.settings(Objects.requireNonNull(spec)).folder();
    try {
      NodeSettings founder = settings(folder, "a", PORT);
      try (NodeDaemon _ =
          NodeDaemon.start(request(founder, true, Optional.empty(), Optional.empty()))) {
        String token =
            LocalClient.ask(
                    founder.folder(),
                    NodeActions.ROTATE_TOKEN,
                    new NodeActions.RotateToken(1, 1, true))
                .token();
        NodeSettings joiner = settings(folder, "b", JOINER_PORT);
        try (NodeDaemon _ =
            NodeDaemon.start(
                request(joiner, false, Optional.of(token), Optional.of(HOST + ":" + PORT)))) {
          awaitClock(joiner.folder());
        }
      }
      return ExitCode.OK;
    } catch (DaemonFailure e) {
      throw SettingFlags.failure(e);
    } catch (LocalFailure e) {
      throw Daemons.failure(e);
    } catch (IOException e) {
      throw new CommandFailure(ExitCode.FAILED, String.valueOf(e.getMessage()));
    }
  }

  private static NodeSettings settings(Path folder, String name, int port) throws DaemonFailure {
    return NodeSettings.read(
        Map.of(
            Setting.NODE_FOLDER,
            folder.resolve(name).toString(),
            Setting.NAME,
            name,
            Setting.ADDRESS,
            HOST,
            Setting.PORT,
            Integer.toString(port),
            Setting.PROBE_SECONDS,
            SHORT_PROBE),
        Map.of(),
        Optional.empty());
  }

  private static NodeDaemon.Request request(
      NodeSettings settings, boolean bootstrap, Optional<String> token, Optional<String> via) {
    return new NodeDaemon.Request(settings, bootstrap, token, via, VersionCommand.version());
  }

  /** Until the joiner follows, is pinged and knows the leader's clock. */
  private static void awaitClock(Path folder)
      throws DaemonFailure, LocalFailure, InterruptedException {
    long deadline = System.nanoTime() + BOUND.toNanos();
    while (System.nanoTime() < deadline) {
      NodeActions.Nodes reply =
          LocalClient.ask(folder, NodeActions.NODES, NodeActions.Nothing.NOTHING);
      if (reply.nodes().size() == 2
          && reply.nodes().stream().allMatch(NodeActions.NodeRow::clockKnown)) {
        return;
      }
      Thread.sleep(LOOK_MILLIS);
    }
    throw DaemonFailure.failed(
        "the two nodes did not come together within " + BOUND.toSeconds() + " s");
  }
}
