package io.kollaps.topology.read;

import io.kollaps.topology.SourcePosition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The attributes of an element of Kollaps XML, in the original's units: milliseconds, seconds,
 * fractions, {@code 100Mbps}. What is missing is empty; what is wrong is empty too, with a problem.
 */
final class XmlFields {
  private static final Pattern RATE = Pattern.compile("([0-9]+(?:\\.[0-9]+)?)([KMGk]?)bps");
  private static final long NANOS_PER_MILLI = 1_000_000L;
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final XmlElement element;
  private final Problems problems;

  XmlFields(XmlElement element, Problems problems) {
    this.element = element;
    this.problems = problems;
  }

  /**
   * Looks at all attributes: a slip of the pen is a problem, what nobody knows is a notice, since
   * the original ignores it.
   */
  void checkKnown(Collection<String> known) {
    for (XmlElement.Attribute attribute : element.attributes().values()) {
      if (known.contains(attribute.name())) {
        continue;
      }
      String message =
          "<" + element.name() + "> has no attribute " + Problems.quote(attribute.name());
      Optional<String> meant =
          problems.manyNotices()
              ? Optional.empty()
              : Nearest.to(attribute.name(), known).filter(n -> !element.has(n));
      meant.ifPresentOrElse(
          n -> problems.add(attribute.position(), message, "write '" + n + "'"),
          () -> problems.notice(attribute.position(), message + ", it is ignored", "remove it"));
    }
  }

  SourcePosition position() {
    return element.position();
  }

  boolean has(String name) {
    return element.has(name);
  }

  /** Where the attribute stands, or else its element. */
  SourcePosition position(String name) {
    return element.attribute(name).map(XmlElement.Attribute::position).orElse(element.position());
  }

  /** A text that is not empty. */
  Optional<String> text(String name) {
    Optional<String> value = element.attribute(name).map(a -> a.value().strip());
    if (value.isPresent() && value.get().isEmpty()) {
      problems.add(position(name), "attribute '" + name + "' is empty", "give it a value");
      return Optional.empty();
    }
    return value;
  }

  /** A text that must be there. */
  Optional<String> required(String name) {
    if (!has(name)) {
      problems.add(
          element.position(),
          "<" + element.name() + "> has no attribute '" + name + "'",
          "add " + name + "=\"...\"");
    }
    return text(name);
  }

  /** A duration in milliseconds, at most {@link ReadLimits#MAX_LATENCY_NANOS}. */
  OptionalLong milliseconds(String name) {
    return time(name, NANOS_PER_MILLI, "ms", 0, ReadLimits.MAX_LATENCY_NANOS);
  }

  /** A duration in seconds within bounds given in nanoseconds. */
  OptionalLong seconds(String name, long minNanos, long maxNanos) {
    return time(name, NANOS_PER_SECOND, "s", minNanos, maxNanos);
  }

  private OptionalLong time(String name, long factor, String unit, long min, long max) {
    Optional<String> text = text(name);
    if (text.isEmpty()) {
      return OptionalLong.empty();
    }
    try {
      long nanos =
          Quantities.scaled(
              text.get(), factor, "a number of " + unit, "10 or 0.5 (in " + unit + ")");
      if (nanos >= min && nanos <= max) {
        return OptionalLong.of(nanos);
      }
      problems.add(
          position(name),
          name + " is " + Problems.quote(text.get()) + " " + unit,
          "write a time from "
              + Quantities.formatDuration(min)
              + " to "
              + Quantities.formatDuration(max)
              + ", in "
              + unit);
    } catch (QuantityException e) {
      problems.add(position(name), name + ": " + e.problem(), e.remedy());
    }
    return OptionalLong.empty();
  }

  /** A rate such as {@code 100Mbps}, in decimal bits per second. */
  OptionalLong rate(String name) {
    Optional<String> text = text(name);
    if (text.isEmpty()) {
      return OptionalLong.empty();
    }
    Matcher matcher = RATE.matcher(text.get());
    if (!matcher.matches()) {
      problems.add(
          position(name),
          name + ": " + Problems.quote(text.get()) + " is not a rate",
          "write for example 100Mbps (Kbps, Mbps or Gbps)");
      return OptionalLong.empty();
    }
    long factor =
        switch (matcher.group(2)) {
          case "K", "k" -> 1_000L;
          case "M" -> 1_000_000L;
          case "G" -> 1_000_000_000L;
          default -> 1L;
        };
    try {
      long rate = Quantities.scaled(matcher.group(1), factor, "a rate", "100Mbps");
      return OptionalLong.of(Quantities.checkedRate(rate, text.get()));
    } catch (QuantityException e) {
      problems.add(position(name), name + ": " + e.problem(), e.remedy());
      return OptionalLong.empty();
    }
  }

  /** A fraction in [0, 1]. */
  OptionalDouble fraction(String name) {
    Optional<String> text = text(name);
    if (text.isEmpty()) {
      return OptionalDouble.empty();
    }
    try {
      return OptionalDouble.of(Quantities.probability(text.get()));
    } catch (QuantityException e) {
      problems.add(position(name), name + ": " + e.problem(), e.remedy());
      return OptionalDouble.empty();
    }
  }

  /** A whole number in a range. */
  OptionalInt integer(String name, int min, int max) {
    Optional<String> text = text(name);
    if (text.isEmpty()) {
      return OptionalInt.empty();
    }
    if (text.get().matches("\\+?[0-9]{1,9}")) {
      int number = Integer.parseInt(text.get());
      if (number >= min && number <= max) {
        return OptionalInt.of(number);
      }
    }
    problems.add(
        position(name),
        name + " is " + Problems.quote(text.get()),
        "write a whole number from " + min + " to " + max);
    return OptionalInt.empty();
  }

  /** {@code true} or {@code false}, in any case. */
  Optional<Boolean> flag(String name) {
    Optional<String> text = text(name).map(t -> t.toLowerCase(Locale.ROOT));
    if (text.isEmpty() || text.get().equals("true") || text.get().equals("false")) {
      return text.map("true"::equals);
    }
    problems.add(position(name), name + " is " + Problems.quote(text.get()), "write true or false");
    return Optional.empty();
  }

  /**
   * A list such as {@code ['a','b']}; text that does not begin with a bracket gives its words,
   * where quotes hold a word together.
   */
  List<String> words(String name) {
    Optional<String> text = text(name);
    if (text.isEmpty()) {
      return List.of();
    }
    boolean list = text.get().startsWith("[");
    if (list && !text.get().endsWith("]")) {
      problems.add(position(name), name + " begins with '[' but has no ']'", "write ['a','b']");
      return List.of();
    }
    String inner = list ? text.get().substring(1, text.get().length() - 1) : text.get();
    Optional<List<String>> words = split(inner, list);
    if (words.isEmpty()) {
      problems.add(
          position(name),
          name + ": " + Problems.quote(text.get()) + " is not a list",
          "write ['a','b']");
    }
    return words.orElse(List.of());
  }

  /** Splits at commas (a list) or blanks; empty when quotes or commas do not fit. */
  private static Optional<List<String>> split(String text, boolean list) {
    List<String> words = new ArrayList<>();
    int at = 0;
    while (true) {
      while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
        at++;
      }
      if (at == text.length()) {
        return list && !words.isEmpty() ? Optional.empty() : Optional.of(words);
      }
      StringBuilder word = new StringBuilder();
      int end = word(text, at, list, word);
      if (end < 0) {
        return Optional.empty();
      }
      words.add(list ? word.toString().strip() : word.toString());
      while (end < text.length() && Character.isWhitespace(text.charAt(end))) {
        end++;
      }
      if (list) {
        if (end == text.length()) {
          return Optional.of(words);
        }
        if (text.charAt(end) != ',' || end == at) {
          return Optional.empty();
        }
        end++;
      }
      at = end;
    }
  }

  /** Reads one word, quoted or not; the offset behind it, or -1 when a quote is not closed. */
  private static int word(String text, int begin, boolean list, StringBuilder word) {
    char quote = text.charAt(begin);
    boolean quoted = quote == '\'' || quote == '"';
    int at = quoted ? begin + 1 : begin;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (quoted && c == quote) {
        return at + 1;
      }
      if (!quoted && (list ? c == ',' : Character.isWhitespace(c))) {
        return at;
      }
      if (quoted && c == '\\' && at + 1 < text.length()) {
        at++;
        c = text.charAt(at);
      }
      word.append(c);
      at++;
    }
    return quoted ? -1 : at;
  }
}
