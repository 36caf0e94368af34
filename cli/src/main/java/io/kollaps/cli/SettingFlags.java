package io.kollaps.cli;

import io.kollaps.cluster.security.AccessToken;
import io.kollaps.cluster.security.SecurityFailure;
import io.kollaps.node.daemon.DaemonFailure;
import io.kollaps.node.daemon.NodeSettings;
import io.kollaps.node.daemon.Setting;
import io.kollaps.node.local.CommandChannel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The flags of a node's settings, made from the one table of them. */
final class SettingFlags {
  private static final String CONFIG = "--config";
  private static final String NODE = "--node";
  private static final String TOKEN_FILE = "--token-file";
  private static final String TOKEN_VARIABLE = "KOLLAPS_TOKEN";
  private static final int LONGEST_TOKEN_BYTES = 1024;
  private static final int LAST_PORT = 65_535;

  private SettingFlags() {}

  /** Adds the flags of all settings. */
  static final class All implements IModelTransformer {
    @Override
    public CommandSpec transform(CommandSpec spec) {
      for (Setting setting : Setting.values()) {
        add(spec, setting);
      }
      return addConfig(spec);
    }
  }

  /** Adds the flags that name a daemon on this machine. */
  static final class Folder implements IModelTransformer {
    @Override
    public CommandSpec transform(CommandSpec spec) {
      add(spec, Setting.NODE_FOLDER);
      spec.addOption(
          OptionSpec.builder(NODE)
              .type(String.class)
              .paramLabel("HOST:PORT")
              .description(
                  "Ask the node there, at its remote port, with the access token in KOLLAPS_TOKEN"
                      + " or --token-file; default: this machine's.")
              .build());
      spec.addOption(
          OptionSpec.builder(TOKEN_FILE)
              .type(Path.class)
              .paramLabel("FILE")
              .description("File that holds the access token.")
              .build());
      return addConfig(spec);
    }
  }

  private static void add(CommandSpec spec, Setting setting) {
    spec.addOption(
        OptionSpec.builder(setting.flag())
            .type(String.class)
            .paramLabel("VALUE")
            .description(setting.description())
            .build());
  }

  private static CommandSpec addConfig(CommandSpec spec) {
    return spec.addOption(
        OptionSpec.builder(CONFIG)
            .type(Path.class)
            .paramLabel("FILE")
            .description("File of settings; default: " + NodeSettings.FILE + " where it is.")
            .build());
  }

  /** The settings of a command with such flags. */
  static NodeSettings settings(CommandSpec spec) {
    Map<Setting, String> flags = new EnumMap<>(Setting.class);
    for (Setting setting : Setting.values()) {
      OptionSpec option = spec.findOption(setting.flag());
      String value = option == null ? null : option.getValue();
      if (value != null) {
        flags.put(setting, value);
      }
    }
    Path file = spec.findOption(CONFIG).getValue();
    try {
      return NodeSettings.read(flags, System.getenv(), Optional.ofNullable(file));
    } catch (DaemonFailure e) {
      throw failure(e);
    }
  }

  /** The way to the daemon that a command means. */
  static CommandChannel channel(CommandSpec spec) {
    OptionSpec option = spec.findOption(NODE);
    String node = option == null ? null : option.getValue();
    if (node == null) {
      return new CommandChannel.Local(settings(spec).folder());
    }
    int colon = node.lastIndexOf(':');
    try {
      int port = Integer.parseInt(node.substring(colon + 1));
      if (colon > 0 && port > 0 && port <= LAST_PORT) {
        String host = node.substring(0, colon).replaceAll("[\\[\\]]", "");
        return new CommandChannel.Remote(host, port, token(spec.findOption(TOKEN_FILE)));
      }
    } catch (NumberFormatException e) {
      // told below
    }
    throw new CommandFailure(
        ExitCode.BAD_INPUT, NODE + " is HOST:PORT with a node's remote port, not '" + node + "'");
  }

  private static AccessToken token(OptionSpec option) {
    Path file = option.getValue();
    try {
      if (file == null) {
        String variable = System.getenv().getOrDefault(TOKEN_VARIABLE, "");
        if (variable.isEmpty()) {
          throw new CommandFailure(
              ExitCode.BAD_INPUT,
              NODE + " needs an access token, in " + TOKEN_VARIABLE + " or " + TOKEN_FILE);
        }
        return AccessToken.parse(variable);
      }
      if (Files.size(file) > LONGEST_TOKEN_BYTES) {
        throw new CommandFailure(ExitCode.BAD_INPUT, file + " holds no access token");
      }
      return AccessToken.parse(Files.readString(file));
    } catch (IOException e) {
      throw new CommandFailure(ExitCode.BAD_INPUT, "cannot read " + file + ": " + e.getMessage());
    } catch (SecurityFailure e) {
      throw new CommandFailure(ExitCode.BAD_INPUT, String.valueOf(e.getMessage()));
    }
  }

  /** As the command ends with it. */
  static CommandFailure failure(DaemonFailure e) {
    return new CommandFailure(
        e.badInput() ? ExitCode.BAD_INPUT : ExitCode.FAILED, String.valueOf(e.getMessage()));
  }
}
