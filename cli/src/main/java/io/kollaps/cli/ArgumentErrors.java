package io.kollaps.cli;

import io.kollaps.topology.read.Nearest;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Answers to arguments that cannot be used: one line that says what is wrong, one that says how to
 * go on. The whole usage text would push both off the screen.
 */
final class ArgumentErrors implements IParameterExceptionHandler {
  /** More suggestions than this help nobody. */
  private static final int MAX_SUGGESTIONS = 3;

  @Override
  public int handleParseException(ParameterException exception, String[] arguments) {
    CommandLine command = exception.getCommandLine();
    PrintWriter err = command.getErr();
    String name = command.getCommandSpec().qualifiedName();
    if (exception instanceof UnmatchedArgumentException unmatched
        && !unmatched.getUnmatched().isEmpty()) {
      err.println("kollaps: " + unknown(unmatched, name));
    } else {
      err.println("kollaps: " + exception.getMessage());
    }
    err.println("kollaps: see " + name + " --help");
    return ExitCode.BAD_INPUT;
  }

  private static String unknown(UnmatchedArgumentException unmatched, String command) {
    String word = unmatched.getUnmatched().getFirst();
    boolean top = command.equals("kollaps");
    String what =
        word.startsWith("-")
            ? command + " has no option '" + word + "'"
            : top ? "'" + word + "' is no command" : command + " takes no '" + word + "'";
    Optional<String> nearest =
        Nearest.to(word, unmatched.getCommandLine().getSubcommands().keySet());
    List<String> similar =
        Stream.concat(nearest.stream(), unmatched.getSuggestions().stream())
            .distinct()
            .limit(MAX_SUGGESTIONS)
            .toList();
    return similar.isEmpty()
        ? what
        : what + "; did you mean " + String.join(" or ", quoted(similar, top)) + "?";
  }

  private static List<String> quoted(List<String> similar, boolean top) {
    return similar.stream().map(word -> "'" + (top ? "kollaps " : "") + word + "'").toList();
  }
}
