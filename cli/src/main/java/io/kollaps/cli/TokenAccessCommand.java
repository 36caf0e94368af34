package io.kollaps.cli;

import io.kollaps.node.local.AccessActions;
import io.kollaps.node.local.AccessRole;
import io.kollaps.node.local.NodeActions;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kollaps token access}. */
@Command(
    name = "access",
    description = "The tokens by which commands may use nodes from other machines.",
    mixinStandardHelpOptions = true,
    subcommands = {
      TokenAccessCommand.Create.class,
      TokenAccessCommand.List.class,
      TokenAccessCommand.Revoke.class,
    })
final class TokenAccessCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    CommandSpec known = Objects.requireNonNull(spec);
    known.commandLine().usage(known.commandLine().getOut());
    return ExitCode.OK;
  }

  /** {@code kollaps token access create}. */
  @Command(
      name = "create",
      description = "Makes an access token; it is shown this once.",
      mixinStandardHelpOptions = true,
      modelTransformer = SettingFlags.Folder.class)
  static final class Create implements Callable<Integer> {
    @Spec private @Nullable CommandSpec spec;

    @Option(
        names = "--role",
        paramLabel = "read|control",
        description = "What it may: look, or do everything but make tokens; default: read.")
    private String role = "read";

    @Option(
        names = "--hours",
        paramLabel = "N",
        description = "It counts this long, 1 to 8760; default: 168.")
    private int hours = 168;

    @Option(names = "--name", paramLabel = "TEXT", description = "What it is for.")
    private String name = "";

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Override
    public Integer call() {
      CommandSpec known = Objects.requireNonNull(spec);
      AccessActions.Created created =
          Daemons.ask(
              known, AccessActions.CREATE, new AccessActions.Create(role(role), hours, name));
      Output output = new Output(known);
      if (json) {
        output.json(created);
        return ExitCode.OK;
      }
      output.line(created.token());
      output.note(
          created.address().isEmpty()
              ? "kollaps: this node has no --remote-port; a node that has one answers to it"
              : "kollaps: KOLLAPS_TOKEN=... kollaps nodes --node " + created.address());
      return ExitCode.OK;
    }

    private static AccessRole role(String text) {
      return switch (text) {
        case "read" -> AccessRole.READ;
        case "control" -> AccessRole.CONTROL;
        default ->
            throw new CommandFailure(
                ExitCode.BAD_INPUT, "--role is read or control, not '" + text + "'");
      };
    }
  }

  /** {@code kollaps token access list}. */
  @Command(
      name = "list",
      description = "The access tokens that count.",
      mixinStandardHelpOptions = true,
      modelTransformer = SettingFlags.Folder.class)
  static final class List implements Callable<Integer> {
    private static final String FORMAT = "%-10s %-8s %8s  %s";
    private static final long SECONDS_PER_HOUR = 3600;

    @Spec private @Nullable CommandSpec spec;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Override
    public Integer call() {
      CommandSpec known = Objects.requireNonNull(spec);
      AccessActions.Tokens tokens =
          Daemons.ask(known, AccessActions.LIST, NodeActions.Nothing.NOTHING);
      Output output = new Output(known);
      if (json) {
        output.json(tokens);
        return ExitCode.OK;
      }
      output.line(String.format(Locale.ROOT, FORMAT, "ID", "ROLE", "HOURS", "NAME"));
      for (AccessActions.Row row : tokens.tokens()) {
        output.line(
            String.format(
                    Locale.ROOT,
                    FORMAT,
                    row.id(),
                    row.role().name().toLowerCase(Locale.ROOT),
                    row.secondsLeft() / SECONDS_PER_HOUR,
                    row.name())
                .stripTrailing());
      }
      return ExitCode.OK;
    }
  }

  /** {@code kollaps token access revoke}. */
  @Command(
      name = "revoke",
      description = "Ends an access token, and what runs by it at this moment.",
      mixinStandardHelpOptions = true,
      modelTransformer = SettingFlags.Folder.class)
  static final class Revoke implements Callable<Integer> {
    @Spec private @Nullable CommandSpec spec;

    @Parameters(index = "0", paramLabel = "ID", description = "Which; see 'list'.")
    private String id = "";

    @Override
    public Integer call() {
      CommandSpec known = Objects.requireNonNull(spec);
      var _ = Daemons.ask(known, AccessActions.REVOKE, new AccessActions.Revoke(id));
      new Output(known).line("access token " + id + " does not count any more");
      return ExitCode.OK;
    }
  }
}
