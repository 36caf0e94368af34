package io.kollaps.cli;

import io.kollaps.node.daemon.DaemonFailure;
import io.kollaps.node.daemon.LocalClient;
import io.kollaps.node.daemon.LocalReply;
import io.kollaps.node.daemon.LocalRequest;
import picocli.CommandLine.Model.CommandSpec;

/** Asks the daemon on this machine. */
final class Daemons {
  private Daemons() {}

  static LocalReply ask(CommandSpec spec, LocalRequest request) {
    try {
      return LocalClient.ask(SettingFlags.settings(spec).folder(), request);
    } catch (DaemonFailure e) {
      throw SettingFlags.failure(e);
    }
  }

  static String joinCommand(LocalReply reply) {
    return "kollaps node start --join " + reply.token() + " --via " + reply.via();
  }
}
