package io.kollaps.node.prerequisites;

import java.util.ArrayList;
import java.util.List;

/**
 * Cuts a POSIX shell script into words and operators. It knows quotes, comments, substitutions and
 * redirections, enough to see where simple commands begin, and gives up early rather than wrongly.
 */
final class ShellTokens {
  /** Longest script that is looked at, in characters; what follows is not. */
  static final int LONGEST_SCRIPT = 64 * 1024;

  private static final String OPERATORS = ";&|()\n";

  /** A piece of a script. */
  sealed interface Token {}

  /**
   * A word.
   *
   * @param text its text without quotes
   * @param literal false when the shell would change it: it holds an expansion or a pattern
   * @param quoted true when a part of it was quoted, so that it is no keyword
   */
  record Word(String text, boolean literal, boolean quoted) implements Token {}

  /** What separates commands: {@code ; & && | || ( )} or a new line. */
  record Operator(String text) implements Token {}

  private final String script;
  private final List<Token> tokens = new ArrayList<>();
  private int at;

  private ShellTokens(String script) {
    this.script = script.substring(0, Math.min(script.length(), LONGEST_SCRIPT));
  }

  /** The tokens up to the end or to the first thing that is not understood (a here-document). */
  static List<Token> of(String script) {
    ShellTokens cutter = new ShellTokens(script);
    cutter.cut();
    return List.copyOf(cutter.tokens);
  }

  private void cut() {
    while (at < script.length()) {
      char c = script.charAt(at);
      if (c == ' ' || c == '\t' || c == '\r') {
        at++;
      } else if (c == '#') {
        int end = script.indexOf('\n', at);
        at = end < 0 ? script.length() : end;
      } else if (c == '<' || c == '>' || (c == '&' && next() == '>')) {
        if (!redirection()) {
          return;
        }
      } else if (OPERATORS.indexOf(c) >= 0) {
        operator(c);
      } else {
        word();
      }
    }
  }

  private char next() {
    return at + 1 < script.length() ? script.charAt(at + 1) : '\0';
  }

  private void operator(char c) {
    boolean twice = (c == '&' || c == '|' || c == ';') && next() == c;
    tokens.add(new Operator(twice ? "" + c + c : String.valueOf(c)));
    at += twice ? 2 : 1;
  }

  /** Skips a redirection with its target; false at a here-document. */
  private boolean redirection() {
    if (script.startsWith("<<", at)) {
      return false;
    }
    while (at < script.length() && "<>&|".indexOf(script.charAt(at)) >= 0) {
      at++;
    }
    while (at < script.length() && (script.charAt(at) == ' ' || script.charAt(at) == '\t')) {
      at++;
    }
    if (at < script.length() && script.charAt(at) == '(') {
      return true; // <(command): the list inside is read as a subshell
    }
    int before = tokens.size();
    word();
    while (tokens.size() > before) {
      tokens.removeLast();
    }
    return true;
  }

  private void word() {
    StringBuilder text = new StringBuilder();
    boolean literal = true;
    boolean quoted = false;
    int start = at;
    while (at < script.length()) {
      char c = script.charAt(at);
      if (c == ' ' || c == '\t' || c == '\r' || OPERATORS.indexOf(c) >= 0) {
        break;
      }
      if (c == '<' || c == '>') {
        if (text.toString().matches("[0-9]+") && !quoted) {
          return; // the number of a descriptor, part of the redirection that follows
        }
        break;
      }
      if (c == '\'' || c == '"') {
        quoted = true;
        literal &= quote(c, text);
      } else if (c == '\\') {
        escaped(text);
      } else if (c == '$' || c == '`') {
        literal = false;
        expansion();
      } else {
        literal &= "*?[]{}~".indexOf(c) < 0 || at == start;
        text.append(c);
        at++;
      }
    }
    if (at > start) {
      tokens.add(new Word(text.toString(), literal, quoted));
    }
  }

  private void escaped(StringBuilder text) {
    if (next() != '\n' && at + 1 < script.length()) {
      text.append(next());
    }
    at = Math.min(at + 2, script.length());
  }

  /** Reads a quoted part; false when it holds an expansion. */
  private boolean quote(char quote, StringBuilder text) {
    boolean literal = true;
    at++;
    while (at < script.length() && script.charAt(at) != quote) {
      char c = script.charAt(at);
      if (quote == '"' && c == '\\') {
        escaped(text);
      } else if (quote == '"' && (c == '$' || c == '`')) {
        literal = false;
        expansion();
      } else {
        text.append(c);
        at++;
      }
    }
    at = Math.min(at + 1, script.length());
    return literal;
  }

  /** Skips {@code $name}, {@code ${...}}, {@code $(...)} or {@code `...`}. */
  private void expansion() {
    if (script.charAt(at) == '`') {
      int end = script.indexOf('`', at + 1);
      at = end < 0 ? script.length() : end + 1;
      return;
    }
    at++;
    if (at < script.length() && (script.charAt(at) == '(' || script.charAt(at) == '{')) {
      bracketed();
    }
  }

  /** Skips up to the bracket that closes the one here; quotes inside are respected. */
  private void bracketed() {
    char open = script.charAt(at);
    char close = open == '(' ? ')' : '}';
    int depth = 0;
    while (at < script.length()) {
      char c = script.charAt(at);
      if (c == '\'') {
        int end = script.indexOf('\'', at + 1);
        at = end < 0 ? script.length() : end;
      } else if (c == '\\') {
        at++;
      } else if (c == open) {
        depth++;
      } else if (c == close && --depth == 0) {
        at++;
        return;
      }
      at++;
    }
    at = script.length();
  }
}
