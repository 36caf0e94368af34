package io.kollaps.cli;

import io.kollaps.node.local.LocalAction;
import io.kollaps.node.local.LocalConnection;
import io.kollaps.node.local.LocalFailure;
import io.kollaps.node.local.NodeActions;
import picocli.CommandLine.Model.CommandSpec;

/** Asks the daemon on this machine, or on the one that --node names. */
final class Daemons {
  private Daemons() {}

  /** Asks for an answer of one line. */
  static <Q, R> R ask(CommandSpec spec, LocalAction<Q, R> action, Q request) {
    try {
      return SettingFlags.channel(spec).ask(action, request);
    } catch (LocalFailure e) {
      throw failure(e);
    }
  }

  /** Asks, and leaves the answer to be read. */
  static <Q, R> LocalConnection<R> open(CommandSpec spec, LocalAction<Q, R> action, Q request) {
    try {
      return SettingFlags.channel(spec).open(action, request);
    } catch (LocalFailure e) {
      throw failure(e);
    }
  }

  /** As the command ends with it. */
  static CommandFailure failure(LocalFailure e) {
    return new CommandFailure(
        e.badInput() ? ExitCode.BAD_INPUT : ExitCode.FAILED, String.valueOf(e.getMessage()));
  }

  static String joinCommand(NodeActions.Token token) {
    return "kollaps node start --join " + token.token() + " --via " + token.via();
  }
}
