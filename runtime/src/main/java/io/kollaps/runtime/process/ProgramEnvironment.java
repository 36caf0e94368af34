package io.kollaps.runtime.process;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * How the variables of a service reach its command: by shell text that only the command's process
 * reads, so that a service's PATH or LD_PRELOAD does not act on the programs that start it.
 */
final class ProgramEnvironment {
  private static final Pattern SHELL_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  private ProgramEnvironment() {}

  /** Shell text that exports the variables whose names a shell can hold. */
  static String shellText(Map<String, String> variables) {
    StringBuilder text = new StringBuilder();
    new TreeMap<>(variables)
        .forEach(
            (name, value) -> {
              if (SHELL_NAME.matcher(name).matches()) {
                text.append("export ").append(name).append('=').append(quote(value)).append('\n');
              }
            });
    return text.toString();
  }

  /** The command, behind {@code env} when a variable has a name that a shell cannot hold. */
  static List<String> command(Map<String, String> variables, List<String> arguments) {
    List<String> assignments = new ArrayList<>();
    new TreeMap<>(variables)
        .forEach(
            (name, value) -> {
              if (!SHELL_NAME.matcher(name).matches()) {
                assignments.add(name + "=" + value);
              }
            });
    if (assignments.isEmpty()) {
      return arguments;
    }
    List<String> command = new ArrayList<>(List.of("env", "--"));
    command.addAll(assignments);
    command.addAll(arguments);
    return command;
  }

  private static String quote(String value) {
    return "'" + value.replace("'", "'\\''") + "'";
  }
}
