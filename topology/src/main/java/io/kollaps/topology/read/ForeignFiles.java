package io.kollaps.topology.read;

import io.kollaps.topology.SourcePosition;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.regex.Pattern;

/**
 * Files of other tools, recognised as a whole by what only they have: one answer instead of a
 * problem for each of their words.
 */
final class ForeignFiles {
  /** Enough of a file to know its kind; a longer head would only cost time. */
  private static final int MAX_HEAD_CHARS = 64 * 1024;

  private static final String DESCRIBE =
      "describe its nodes as 'services' and 'bridges', and its edges as 'links'"
          + " (docs/topology-file.md)";

  private static final Pattern GML_PREFACE =
      Pattern.compile("(?:Creator|Version|comment)\\b", Pattern.CASE_INSENSITIVE);
  private static final Pattern GML_GRAPH = Pattern.compile("graph\\b(?:\\s*\\[|$)");
  private static final Pattern KATHARA_LINE = Pattern.compile("[\\w-]{1,64}\\[\\w{1,64}\\]\\s*=");

  /**
   * A kind of foreign file.
   *
   * @param name as its tool calls it, with an article
   * @param remedy how to go on
   * @param known tells from the head of the file and its lower-case name
   */
  private record Kind(String name, String remedy, BiPredicate<String, String> known) {}

  private static final List<Kind> KINDS =
      List.of(
          new Kind("a GraphML file", DESCRIBE, root("graphml")),
          new Kind("a CORE scenario", DESCRIBE, root("scenario")),
          new Kind("a GML file", DESCRIBE, ForeignFiles::isGml),
          new Kind("a miniedit file of Mininet", DESCRIBE, ForeignFiles::isMiniedit),
          new Kind(
              "a Python program for Mininet",
              DESCRIBE,
              containing("(?m)^\\s*(?:from|import)\\s+mininet\\b")),
          new Kind("a containerlab file", DESCRIBE, ForeignFiles::isContainerlab),
          new Kind(
              "a configuration of Shadow",
              "describe its hosts as 'services' and its graph as 'links' (docs/topology-file.md)",
              (head, name) -> hasKey(head, "general") && hasKey(head, "hosts")),
          new Kind(
              "a Compose file",
              "keep its 'services' and say by 'links' who reaches whom (docs/topology-file.md)",
              ForeignFiles::isCompose),
          new Kind("a Kathara lab", DESCRIBE, ForeignFiles::isKathara),
          new Kind(
              "a packet-delivery trace of mahimahi",
              "a trace belongs to a link: describe services and links in a file of their own",
              ForeignFiles::isMahimahi));

  private ForeignFiles() {}

  /**
   * Stops the reading of a file that another tool has written.
   *
   * @throws UnreadableException when it is one
   */
  static void refuse(String fileName, SourceText source) throws UnreadableException {
    String text = source.text();
    String head = text.substring(0, Math.min(text.length(), MAX_HEAD_CHARS));
    String name = fileName.toLowerCase(Locale.ROOT);
    Optional<Kind> foreign = KINDS.stream().filter(k -> k.known().test(head, name)).findFirst();
    if (foreign.isPresent()) {
      throw new UnreadableException(
          new SourcePosition(1, 1),
          "this is " + foreign.get().name() + ", which is not read",
          foreign.get().remedy());
    }
  }

  private static BiPredicate<String, String> root(String element) {
    return (head, name) -> {
      int at = afterProlog(head);
      int end = at + 1 + element.length();
      return head.startsWith("<" + element, at)
          && (end == head.length() || !Character.isLetterOrDigit(head.charAt(end)));
    };
  }

  /** Where the root element begins: behind the declaration, comments and the document type. */
  private static int afterProlog(String head) {
    int at = 0;
    while (at < head.length()) {
      if (Character.isWhitespace(head.charAt(at))) {
        at++;
        continue;
      }
      boolean comment = head.startsWith("<!--", at);
      if (!comment && !head.startsWith("<?", at) && !head.startsWith("<!", at)) {
        return at;
      }
      String close = comment ? "-->" : ">";
      int end = head.indexOf(close, at);
      if (end < 0) {
        return at;
      }
      at = end + close.length();
    }
    return at;
  }

  /** Lines of whole milliseconds and nothing else, three at least. */
  private static boolean isMahimahi(String head, String name) {
    return head.lines().limit(3).count() == 3
        && head.lines()
            .allMatch(
                line ->
                    line.length() <= 12 && line.strip().chars().allMatch(ForeignFiles::isDigit));
  }

  private static boolean isDigit(int character) {
    return character >= '0' && character <= '9';
  }

  /** {@code graph [} behind the comments and the declarations that may stand before it. */
  private static boolean isGml(String head, String name) {
    return head.lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty() && !line.startsWith("#"))
        .filter(line -> !GML_PREFACE.matcher(line).lookingAt())
        .findFirst()
        .map(line -> GML_GRAPH.matcher(line).lookingAt())
        .orElse(false);
  }

  /** {@code pc1[0]="A"} behind comments. */
  private static boolean isKathara(String head, String name) {
    return head.lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty() && !line.startsWith("#"))
        .findFirst()
        .map(line -> KATHARA_LINE.matcher(line).lookingAt())
        .orElse(false);
  }

  private static BiPredicate<String, String> containing(String regex) {
    Pattern pattern = Pattern.compile(regex);
    return (head, name) -> pattern.matcher(head).find();
  }

  private static boolean hasKey(String head, String key) {
    return Pattern.compile("(?m)^\"?" + Pattern.quote(key) + "\"?\\s*:").matcher(head).find();
  }

  private static boolean isMiniedit(String head, String name) {
    return head.stripLeading().startsWith("{")
        && head.contains("\"hosts\"")
        && head.contains("\"switches\"");
  }

  private static boolean isContainerlab(String head, String name) {
    return hasKey(head, "topology")
        && Pattern.compile("(?m)^\\s+nodes\\s*:").matcher(head).find()
        && !hasKey(head, "services");
  }

  private static boolean isCompose(String head, String name) {
    if (!hasKey(head, "services") || hasKey(head, "links") || hasKey(head, "bridges")) {
      return false;
    }
    boolean byName = name.matches("(?:.*[/\\\\])?(?:docker-)?compose[^/\\\\]*\\.ya?ml");
    return byName
        || List.of("volumes", "networks", "configs", "secrets", "version").stream()
            .anyMatch(key -> hasKey(head, key));
  }
}
