package io.kollaps.node.prerequisites;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Tells which programs an argument list runs, looking through wrappers and {@code sh -c}. */
final class CommandLines {
  /** How deep wrappers and shells inside one another are followed. */
  static final int DEEPEST = 8;

  private static final Set<String> SHELLS = Set.of("sh", "bash", "dash", "ash", "ksh", "zsh");

  /** Wrappers that run their arguments, with those of their options that take a separate value. */
  private static final Map<String, Set<String>> WRAPPERS =
      Map.of(
          "env", Set.of("-u", "--unset", "-C", "--chdir"),
          "nohup", Set.of(),
          "setsid", Set.of(),
          "exec", Set.of("-a"),
          "nice", Set.of("-n", "--adjustment"),
          "stdbuf", Set.of("-i", "-o", "-e"),
          "timeout", Set.of("-s", "--signal", "-k", "--kill-after"),
          "time", Set.of("-f", "--format", "-o", "--output"));

  private CommandLines() {}

  /**
   * The programs, in the order in which they stand there, each once.
   *
   * @param arguments program and arguments, not empty
   */
  static List<ProgramNeed> needs(List<String> arguments) {
    return merged(needs(arguments, 0));
  }

  static List<ProgramNeed> needs(List<String> arguments, int depth) {
    List<ProgramNeed> needs = new ArrayList<>();
    String program = arguments.getFirst();
    needs.add(new ProgramNeed(program, true));
    String name = program.substring(program.lastIndexOf('/') + 1);
    if (depth >= DEEPEST) {
      return needs;
    }
    if (SHELLS.contains(name)) {
      needs.addAll(ofShell(arguments, depth));
    } else if (WRAPPERS.containsKey(name)) {
      needs.addAll(ofWrapper(name, arguments, depth));
    }
    return needs;
  }

  private static List<ProgramNeed> ofShell(List<String> arguments, int depth) {
    for (int i = 1; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      if (!argument.startsWith("-") || argument.startsWith("--")) {
        return List.of(); // a script file, or an option that is not known here
      }
      if (argument.indexOf('c') > 0) {
        if (i + 1 >= arguments.size()) {
          return List.of();
        }
        List<ProgramNeed> inside = ShellScript.needs(arguments.get(i + 1), depth + 1);
        // a login or interactive shell reads files that may change PATH
        boolean plain = argument.indexOf('l') < 0 && argument.indexOf('i') < 0;
        return plain ? inside : inside.stream().map(ProgramNeed::uncertain).toList();
      }
      if (argument.endsWith("o")) {
        i++; // -o NAME
      }
    }
    return List.of();
  }

  private static List<ProgramNeed> ofWrapper(String name, List<String> arguments, int depth) {
    int i = 1;
    boolean certain = true;
    while (i < arguments.size() && arguments.get(i).startsWith("-")) {
      String option = arguments.get(i);
      i += WRAPPERS.getOrDefault(name, Set.of()).contains(option) ? 2 : 1;
      if (option.equals("--")) {
        break;
      }
      if (name.equals("env") && (option.startsWith("-S") || option.startsWith("--split"))) {
        return List.of();
      }
    }
    if (name.equals("timeout")) {
      i++; // the duration
    }
    while (name.equals("env") && i < arguments.size() && arguments.get(i).contains("=")) {
      certain &= !arguments.get(i).startsWith("PATH=");
      i++;
    }
    if (i >= arguments.size()) {
      return List.of();
    }
    List<ProgramNeed> inside = needs(arguments.subList(i, arguments.size()), depth + 1);
    return certain ? inside : inside.stream().map(ProgramNeed::uncertain).toList();
  }

  /** Each program once, certain when it is so anywhere. */
  private static List<ProgramNeed> merged(List<ProgramNeed> needs) {
    Map<String, ProgramNeed> byProgram = new LinkedHashMap<>();
    for (ProgramNeed need : needs) {
      byProgram.merge(need.program(), need, (a, b) -> a.certain() ? a : b);
    }
    return List.copyOf(byProgram.values());
  }
}
