package io.kollaps.cli;

import io.kollaps.node.local.NodeActions;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code kollaps token}. */
@Command(
    name = "token",
    description = "The tokens that machines join with, and those for commands of other machines.",
    mixinStandardHelpOptions = true,
    subcommands = {TokenCommand.Rotate.class, TokenAccessCommand.class})
final class TokenCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    CommandSpec known = Objects.requireNonNull(spec);
    known.commandLine().usage(known.commandLine().getOut());
    return ExitCode.OK;
  }

  /** {@code kollaps token rotate}. */
  @Command(
      name = "rotate",
      description = "Makes a new join token and ends the others; it is shown this once.",
      mixinStandardHelpOptions = true,
      modelTransformer = SettingFlags.Folder.class)
  static final class Rotate implements Callable<Integer> {
    private static final int MAX_HOURS = 8760;
    private static final int MAX_USES = 4096;

    @Spec private @Nullable CommandSpec spec;

    @Option(
        names = "--hours",
        paramLabel = "N",
        description = "It counts this long, 1 to 8760; default: as the node is set.")
    private int hours;

    @Option(
        names = "--uses",
        paramLabel = "N",
        description = "So many nodes may join with it, 1 to 4096; default: as the node is set.")
    private int uses;

    @Option(names = "--keep", description = "Let the other tokens go on.")
    private boolean keep;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Override
    public Integer call() {
      CommandSpec known = Objects.requireNonNull(spec);
      require(known, "--hours", hours, MAX_HOURS);
      require(known, "--uses", uses, MAX_USES);
      NodeActions.Token reply =
          Daemons.ask(
              known, NodeActions.ROTATE_TOKEN, new NodeActions.RotateToken(hours, uses, keep));
      Output output = new Output(known);
      if (json) {
        output.json(new TokenJson(reply.token(), Daemons.joinCommand(reply)));
      } else {
        output.line(Daemons.joinCommand(reply));
      }
      return ExitCode.OK;
    }

    private static void require(CommandSpec spec, String flag, int value, int most) {
      boolean given = spec.commandLine().getParseResult().hasMatchedOption(flag);
      if (given && (value < 1 || value > most)) {
        throw new CommandFailure(
            ExitCode.BAD_INPUT, flag + " is from 1 to " + most + ", not " + value);
      }
    }
  }

  record TokenJson(String token, String command) {}
}
