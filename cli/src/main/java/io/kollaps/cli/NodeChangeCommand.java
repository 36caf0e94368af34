package io.kollaps.cli;

import io.kollaps.node.daemon.LocalRequest;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Commands that change one node: {@code kollaps node leave|drain|undrain|ban}. */
abstract class NodeChangeCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  abstract LocalRequest request();

  abstract String done();

  @Override
  public Integer call() {
    CommandSpec known = Objects.requireNonNull(spec);
    var _ = Daemons.ask(known, request());
    new Output(known).line(done());
    return ExitCode.OK;
  }

  private static String named(@Nullable String node) {
    return node == null ? "" : node;
  }

  private static String shown(@Nullable String node) {
    return node == null ? "this node" : "node " + node;
  }

  /** {@code kollaps node leave}. */
  @Command(
      name = "leave",
      description =
          "Lets a node leave the cluster for good; its daemon ends. Works for lost nodes too.",
      mixinStandardHelpOptions = true,
      modelTransformer = SettingFlags.Folder.class)
  static final class Leave extends NodeChangeCommand {
    @Parameters(
        index = "0",
        arity = "0..1",
        paramLabel = "NODE",
        description = "Name or id; default: this machine's node.")
    private @Nullable String node;

    @Override
    LocalRequest request() {
      return LocalRequest.of(LocalRequest.Action.LEAVE, named(node));
    }

    @Override
    String done() {
      return shown(node) + " is no member any more";
    }
  }

  /** {@code kollaps node drain}. */
  @Command(
      name = "drain",
      description = "Gives a node no new work; what runs there goes on.",
      mixinStandardHelpOptions = true,
      modelTransformer = SettingFlags.Folder.class)
  static final class Drain extends NodeChangeCommand {
    @Parameters(
        index = "0",
        arity = "0..1",
        paramLabel = "NODE",
        description = "Name or id; default: this machine's node.")
    private @Nullable String node;

    @Override
    LocalRequest request() {
      return LocalRequest.of(LocalRequest.Action.DRAIN, named(node));
    }

    @Override
    String done() {
      return shown(node) + " gets no new work; 'kollaps node undrain' takes that back";
    }
  }

  /** {@code kollaps node undrain}. */
  @Command(
      name = "undrain",
      description = "Gives a drained node new work again.",
      mixinStandardHelpOptions = true,
      modelTransformer = SettingFlags.Folder.class)
  static final class Undrain extends NodeChangeCommand {
    @Parameters(
        index = "0",
        arity = "0..1",
        paramLabel = "NODE",
        description = "Name or id; default: this machine's node.")
    private @Nullable String node;

    @Override
    LocalRequest request() {
      return LocalRequest.of(LocalRequest.Action.UNDRAIN, named(node));
    }

    @Override
    String done() {
      return shown(node) + " gets new work again";
    }
  }

  /** {@code kollaps node ban}. */
  @Command(
      name = "ban",
      description = "Puts a node out of the cluster and keeps it out.",
      mixinStandardHelpOptions = true,
      modelTransformer = SettingFlags.Folder.class)
  static final class Ban extends NodeChangeCommand {
    @Parameters(index = "0", paramLabel = "NODE", description = "Name or id.")
    private String node = "";

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for those who ask later.")
    private String reason = "";

    @Override
    LocalRequest request() {
      return LocalRequest.ban(node, reason);
    }

    @Override
    String done() {
      return "node " + node + " is banned";
    }
  }
}
