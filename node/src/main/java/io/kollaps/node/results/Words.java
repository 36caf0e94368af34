package io.kollaps.node.results;

import java.util.Locale;

/** Words of enums as they stand in files. */
final class Words {
  private Words() {}

  /** Lower case, '-' for '_'. */
  static String of(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
