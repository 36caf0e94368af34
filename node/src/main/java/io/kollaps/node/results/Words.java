package io.kollaps.node.results;

import java.util.Locale;

/** Words of enums as they stand in files. */
final class Words {
  private Words() {}

  /**
   * The constant with a word.
   *
   * @throws IllegalArgumentException when none has it
   */
  static <E extends Enum<E>> E read(Class<E> type, String word) {
    return Enum.valueOf(type, word.toUpperCase(Locale.ROOT).replace('-', '_'));
  }

  /** Lower case, '-' for '_'. */
  static String of(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
