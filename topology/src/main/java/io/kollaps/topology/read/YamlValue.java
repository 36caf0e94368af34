package io.kollaps.topology.read;

import io.kollaps.topology.SourcePosition;
import java.util.List;

/** A value of a YAML file with its place. */
sealed interface YamlValue {

  /** Where it begins. */
  SourcePosition position();

  /**
   * A word or text; numbers and flags are words until somebody asks for more.
   *
   * @param plain true without quotes
   */
  record Text(String text, boolean plain, SourcePosition position) implements YamlValue {
    /** True when nothing, {@code ~} or {@code null} stands there. */
    boolean isNothing() {
      return plain && (text.isEmpty() || text.equals("~") || text.equals("null"));
    }
  }

  /** A list. */
  record Items(List<YamlValue> items, SourcePosition position) implements YamlValue {}

  /** A mapping; keys are unique. */
  record Fields(List<Field> fields, SourcePosition position) implements YamlValue {}

  /** One key of a mapping; the position is the key's. */
  record Field(String key, YamlValue value, SourcePosition position) {}
}
