package io.kollaps.topology.read;

import io.kollaps.topology.SourcePosition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * The values of one mapping by key. What is missing is empty; what is wrong is empty too, with a
 * problem.
 */
final class YamlFields {

  /** Reads a quantity with its unit. */
  interface QuantityReader {
    long read(String text) throws QuantityException;
  }

  private final SourcePosition position;
  private final Problems problems;
  private final Map<String, YamlValue.Field> fields = new HashMap<>();

  private YamlFields(SourcePosition position, Problems problems) {
    this.position = position;
    this.problems = problems;
  }

  /** The fields of a mapping; reports unknown and missing keys, or that the value is no mapping. */
  static Optional<YamlFields> of(YamlValue value, KeyTable table, Problems problems) {
    if (!(value instanceof YamlValue.Fields mapping)) {
      problems.add(
          value.position(),
          "this should be a mapping with keys such as " + firstKeys(table),
          "write 'key: value' pairs, or { key: value, ... }");
      return Optional.empty();
    }
    YamlFields result = new YamlFields(value.position(), problems);
    for (YamlValue.Field field : mapping.fields()) {
      if (table.keys().contains(field.key())) {
        result.fields.put(field.key(), field);
      } else {
        problems.add(
            field.position(),
            "key " + Problems.quote(field.key()) + " is not known in " + article(table.name()),
            ForeignWords.remedy(field.key(), table));
      }
    }
    for (String required : table.required()) {
      if (!result.fields.containsKey(required)) {
        problems.add(
            value.position(),
            "key '" + required + "' is missing in " + article(table.name()),
            "add '" + required + ": ...'");
      }
    }
    return Optional.of(result);
  }

  private static String article(String name) {
    return ("aeiou".indexOf(name.charAt(0)) >= 0 ? "an " : "a ") + name;
  }

  private static String firstKeys(KeyTable table) {
    return String.join(", ", table.keys().stream().limit(3).toList());
  }

  SourcePosition position() {
    return position;
  }

  boolean has(String key) {
    return fields.containsKey(key);
  }

  Optional<YamlValue.Field> field(String key) {
    return Optional.ofNullable(fields.get(key));
  }

  Optional<YamlValue> value(String key) {
    return field(key).map(YamlValue.Field::value);
  }

  /** A text that is not empty. */
  Optional<YamlValue.Text> text(String key) {
    return value(key).flatMap(v -> text(v, "'" + key + "'"));
  }

  /** The value as a text that is not empty. */
  Optional<YamlValue.Text> text(YamlValue value, String what) {
    if (value instanceof YamlValue.Text text) {
      if (text.isNothing() || text.text().isBlank()) {
        problems.add(value.position(), what + " has no value", "write one, or remove it");
        return Optional.empty();
      }
      return Optional.of(text);
    }
    problems.add(
        value.position(), what + " should be a single value", "write it without [ ] and { }");
    return Optional.empty();
  }

  /** A list of texts; one text alone is a list of one. */
  List<YamlValue.Text> texts(String key) {
    Optional<YamlValue> value = value(key);
    if (value.isEmpty()) {
      return List.of();
    }
    return value.get() instanceof YamlValue.Items items
        ? textItems(items, key)
        : text(value.get(), "'" + key + "'").map(List::of).orElse(List.of());
  }

  private List<YamlValue.Text> textItems(YamlValue.Items items, String key) {
    if (items.items().isEmpty()) {
      problems.add(items.position(), "the list '" + key + "' is empty", "fill or remove it");
    }
    List<YamlValue.Text> texts = new ArrayList<>();
    items.items().forEach(i -> text(i, "an item of '" + key + "'").ifPresent(texts::add));
    return texts;
  }

  /** The items of a list of anything. */
  List<YamlValue> items(String key) {
    Optional<YamlValue> value = value(key);
    if (value.isEmpty()) {
      return List.of();
    }
    if (value.get() instanceof YamlValue.Items items) {
      return items.items();
    }
    problems.add(
        value.get().position(),
        "'" + key + "' should be a list",
        "write [ ... ] or lines with '- '");
    return List.of();
  }

  /** The fields of a mapping with keys of the user's choice. */
  List<YamlValue.Field> freeFields(String key) {
    Optional<YamlValue> value = value(key);
    if (value.isEmpty()) {
      return List.of();
    }
    if (value.get() instanceof YamlValue.Fields mapping) {
      return mapping.fields();
    }
    problems.add(
        value.get().position(), "'" + key + "' should be a mapping", "write lines 'name: value'");
    return List.of();
  }

  /** {@code true} or {@code false}. */
  Optional<Boolean> flag(String key) {
    Optional<YamlValue.Text> text = text(key);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    String word = text.get().text();
    if (word.equals("true") || word.equals("false")) {
      return Optional.of(word.equals("true"));
    }
    boolean yes = List.of("yes", "on", "1", "true").contains(word.toLowerCase(Locale.ROOT));
    problems.add(
        text.get().position(),
        "'" + key + "' is " + Problems.quote(word) + ", neither true nor false",
        "write " + yes);
    return Optional.empty();
  }

  /** A whole number in a range. */
  OptionalInt integer(String key, int min, int max) {
    Optional<YamlValue.Text> text = text(key);
    if (text.isEmpty()) {
      return OptionalInt.empty();
    }
    String digits = text.get().text();
    if (digits.matches("[0-9]{1,9}")) {
      int number = Integer.parseInt(digits);
      if (number >= min && number <= max) {
        return OptionalInt.of(number);
      }
    }
    problems.add(
        text.get().position(),
        "'" + key + "' is " + Problems.quote(digits),
        "write a whole number from " + min + " to " + max);
    return OptionalInt.empty();
  }

  /** A quantity up to a bound. */
  OptionalLong quantity(String key, QuantityReader reader, long max, String maxText) {
    return text(key)
        .map(t -> quantity(t, "'" + key + "'", reader, max, maxText))
        .orElse(OptionalLong.empty());
  }

  /** A duration up to a bound in nanoseconds. */
  OptionalLong duration(String key, long maxNanos) {
    return quantity(key, Quantities::durationNanos, maxNanos, Quantities.formatDuration(maxNanos));
  }

  /** A duration up to a bound in nanoseconds, where people think in seconds. */
  OptionalLong longDuration(String key, long maxNanos) {
    return quantity(
        key, Quantities::longDurationNanos, maxNanos, Quantities.formatDuration(maxNanos));
  }

  private OptionalLong quantity(
      YamlValue.Text text, String what, QuantityReader reader, long max, String maxText) {
    try {
      long value = reader.read(text.text());
      if (value <= max) {
        return OptionalLong.of(value);
      }
      problems.add(
          text.position(), what + " is " + Problems.quote(text.text()), "write at most " + maxText);
    } catch (QuantityException e) {
      problems.add(text.position(), what + ": " + e.problem(), e.remedy());
    }
    return OptionalLong.empty();
  }

  /** One of some words. */
  Optional<String> choice(String key, List<String> words) {
    Optional<YamlValue.Text> text = text(key);
    if (text.isEmpty() || words.contains(text.get().text())) {
      return text.map(YamlValue.Text::text);
    }
    problems.add(
        text.get().position(),
        "'" + key + "' is " + Problems.quote(text.get().text()),
        Nearest.remedy(text.get().text(), words, "write " + String.join(" or ", words)));
    return Optional.empty();
  }

  Problems problems() {
    return problems;
  }
}
