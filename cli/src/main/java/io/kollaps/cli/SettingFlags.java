package io.kollaps.cli;

import io.kollaps.node.daemon.DaemonFailure;
import io.kollaps.node.daemon.NodeSettings;
import io.kollaps.node.daemon.Setting;
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

  /** As the command ends with it. */
  static CommandFailure failure(DaemonFailure e) {
    return new CommandFailure(
        e.badInput() ? ExitCode.BAD_INPUT : ExitCode.FAILED, String.valueOf(e.getMessage()));
  }
}
