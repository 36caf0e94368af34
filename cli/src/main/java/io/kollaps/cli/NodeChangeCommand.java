package io.kollaps.cli;

import io.kollaps.node.local.LocalAction;
import io.kollaps.node.local.NodeActions;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Commands that change one node: {@code kollaps node leave|drain|undrain|ban}. */
final class NodeChangeCommand {
  private NodeChangeCommand() {}

  /** One that may name a node, and else means this machine's. */
  abstract static class OfNode implements Callable<Integer> {
    private final LocalAction<NodeActions.OfNode, NodeActions.Nothing> action;
    private final String done;

    @Spec private @Nullable CommandSpec spec;

    @Parameters(
        index = "0",
        arity = "0..1",
        paramLabel = "NODE",
        description = "Name or id; default: this machine's node.")
    private @Nullable String node;

    OfNode(LocalAction<NodeActions.OfNode, NodeActions.Nothing> action, String done) {
      this.action = action;
      this.done = done;
    }

    @Override
    public Integer call() {
      CommandSpec known = Objects.requireNonNull(spec);
      var _ = Daemons.ask(known, action, new NodeActions.OfNode(node == null ? "" : node));
      new Output(known).line((node == null ? "this node" : "node " + node) + " " + done);
      return ExitCode.OK;
    }
  }

  /** {@code kollaps node leave}. */
  @Command(
      name = "leave",
      description =
          "Lets a node leave the cluster for good; its daemon ends. Works for lost nodes too.",
      mixinStandardHelpOptions = true,
      modelTransformer = SettingFlags.Folder.class)
  static final class Leave extends OfNode {
    Leave() {
      super(NodeActions.LEAVE, "is no member any more");
    }
  }

  /** {@code kollaps node drain}. */
  @Command(
      name = "drain",
      description = "Gives a node no new work; what runs there goes on.",
      mixinStandardHelpOptions = true,
      modelTransformer = SettingFlags.Folder.class)
  static final class Drain extends OfNode {
    Drain() {
      super(NodeActions.DRAIN, "gets no new work; 'kollaps node undrain' takes that back");
    }
  }

  /** {@code kollaps node undrain}. */
  @Command(
      name = "undrain",
      description = "Gives a drained node new work again.",
      mixinStandardHelpOptions = true,
      modelTransformer = SettingFlags.Folder.class)
  static final class Undrain extends OfNode {
    Undrain() {
      super(NodeActions.UNDRAIN, "gets new work again");
    }
  }

  /** {@code kollaps node ban}. */
  @Command(
      name = "ban",
      description = "Puts a node out of the cluster and keeps it out.",
      mixinStandardHelpOptions = true,
      modelTransformer = SettingFlags.Folder.class)
  static final class Ban implements Callable<Integer> {
    @Spec private @Nullable CommandSpec spec;

    @Parameters(index = "0", paramLabel = "NODE", description = "Name or id.")
    private String node = "";

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for those who ask later.")
    private String reason = "";

    @Override
    public Integer call() {
      CommandSpec known = Objects.requireNonNull(spec);
      var _ = Daemons.ask(known, NodeActions.BAN, new NodeActions.Ban(node, reason));
      new Output(known).line("node " + node + " is banned");
      return ExitCode.OK;
    }
  }
}
