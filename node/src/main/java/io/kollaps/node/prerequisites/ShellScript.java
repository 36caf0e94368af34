package io.kollaps.node.prerequisites;

import io.kollaps.node.prerequisites.ShellTokens.Operator;
import io.kollaps.node.prerequisites.ShellTokens.Token;
import io.kollaps.node.prerequisites.ShellTokens.Word;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Tells which programs the simple commands of a shell script run. It is careful: what a test
 * guards, what has an alternative, and everything in a script that changes PATH or reads other
 * files, is not certain; what is computed is left out.
 */
final class ShellScript {
  private static final Set<String> BUILTINS =
      Set.of(
          ":",
          ".",
          "[",
          "alias",
          "bg",
          "bind",
          "break",
          "builtin",
          "cd",
          "command",
          "continue",
          "declare",
          "dirs",
          "disown",
          "echo",
          "enable",
          "eval",
          "exit",
          "export",
          "false",
          "fc",
          "fg",
          "getopts",
          "hash",
          "help",
          "history",
          "jobs",
          "kill",
          "let",
          "local",
          "logout",
          "mapfile",
          "popd",
          "printf",
          "pushd",
          "pwd",
          "read",
          "readarray",
          "readonly",
          "return",
          "set",
          "shift",
          "shopt",
          "source",
          "suspend",
          "test",
          "times",
          "trap",
          "true",
          "type",
          "typeset",
          "ulimit",
          "umask",
          "unalias",
          "unset",
          "wait",
          "[[",
          "]]");

  /** Keywords after which a command begins. */
  private static final Set<String> OPENING =
      Set.of("if", "then", "else", "elif", "while", "until", "do", "{", "!");

  /** Keywords after which no command begins before the next operator. */
  private static final Set<String> CLOSING = Set.of("fi", "done", "esac", "}");

  /** Builtins after which names may mean something else than on PATH. */
  private static final Set<String> UNSETTLING =
      Set.of(".", "source", "eval", "alias", "hash", "enable");

  private static final Set<String> LOOKUPS = Set.of("type", "which", "hash");

  private final List<ProgramNeed> needs = new ArrayList<>();
  private final Set<String> optional = new HashSet<>();
  private final Set<String> functions = new HashSet<>();
  private final int depth;
  private boolean settled = true;

  private ShellScript(int depth) {
    this.depth = depth;
  }

  /**
   * The programs, in the order in which they stand there.
   *
   * @param script the text after {@code -c}
   * @param depth how many shells and wrappers are around it
   */
  static List<ProgramNeed> needs(String script, int depth) {
    ShellScript reader = new ShellScript(depth);
    reader.read(ShellTokens.of(script));
    return reader.needs.stream()
        .filter(need -> !reader.functions.contains(need.program()))
        .filter(need -> !need.program().startsWith(".") && !relativePath(need.program()))
        .map(need -> reader.certain(need) ? need : need.uncertain())
        .toList();
  }

  private static boolean relativePath(String program) {
    // the script may have changed the directory, or may make the file
    return program.contains("/") && !program.startsWith("/");
  }

  private boolean certain(ProgramNeed need) {
    return settled && need.certain() && !optional.contains(need.program());
  }

  private void read(List<Token> tokens) {
    int at = 0;
    while (at < tokens.size()) {
      if (tokens.get(at) instanceof Operator operator) {
        at++;
        if (operator.text().equals("(") && at < tokens.size() && tokens.get(at).equals(operator)) {
          return; // arithmetic
        }
        continue;
      }
      List<Word> words = new ArrayList<>();
      while (at < tokens.size() && tokens.get(at) instanceof Word word) {
        words.add(word);
        at++;
      }
      String after = at < tokens.size() && tokens.get(at) instanceof Operator o ? o.text() : "";
      if (after.equals("(") && assignment(words.getLast())) {
        return; // an array
      }
      if (after.equals("(") && words.size() <= 2) {
        functions.add(words.getLast().text());
        continue;
      }
      if (!command(words, after)) {
        return;
      }
    }
  }

  /** Takes one simple command; false when the rest of the script is not understood. */
  private boolean command(List<Word> words, String after) {
    int first = 0;
    boolean condition = false;
    while (first < words.size() && keyword(words.get(first), OPENING)) {
      condition |= Set.of("if", "elif", "while", "until", "!").contains(words.get(first).text());
      first++;
    }
    if (first < words.size() && keyword(words.get(first), Set.of("case", "select", "function"))) {
      return false;
    }
    if (first < words.size() && keyword(words.get(first), Set.of("for"))) {
      return true;
    }
    while (first < words.size() && assignment(words.get(first))) {
      settled &= !words.get(first).text().startsWith("PATH=");
      first++;
    }
    if (first < words.size() && !keyword(words.get(first), CLOSING)) {
      while (first + 1 < words.size()
          && words.get(first).text().equals("command")
          && !words.get(first + 1).text().startsWith("-")) {
        first++;
      }
      // "a || b" and "if a": the script has an answer to the failure of a
      simple(words.subList(first, words.size()), !condition && !after.equals("||"));
    }
    return true;
  }

  private void simple(List<Word> words, boolean certain) {
    Word first = words.getFirst();
    String name = first.text();
    if (!first.literal() || name.isEmpty()) {
      return;
    }
    boolean export = Set.of("export", "declare", "typeset", "readonly").contains(name);
    settled &= !UNSETTLING.contains(name);
    settled &= !(export && words.stream().anyMatch(word -> word.text().startsWith("PATH=")));
    boolean lookup =
        name.equals("command") && words.size() > 1 && words.get(1).text().startsWith("-");
    if (lookup || LOOKUPS.contains(name)) {
      words.stream().skip(1).map(Word::text).forEach(optional::add);
    }
    if (BUILTINS.contains(name)) {
      return;
    }
    List<ProgramNeed> found = CommandLines.needs(literalPrefix(words), depth);
    // exec is the shell's own
    List<ProgramNeed> outside =
        name.equals("exec") || name.equals("time") ? found.subList(1, found.size()) : found;
    outside.stream().map(need -> certain ? need : need.uncertain()).forEach(needs::add);
  }

  /** The words up to the first that the shell would compute. */
  private static List<String> literalPrefix(List<Word> words) {
    return words.stream().takeWhile(Word::literal).map(Word::text).toList();
  }

  private static boolean keyword(Word word, Set<String> keywords) {
    return !word.quoted() && keywords.contains(word.text());
  }

  private static boolean assignment(Word word) {
    return word.text().matches("[A-Za-z_][A-Za-z_0-9]*\\+?=(?s:.*)");
  }
}
