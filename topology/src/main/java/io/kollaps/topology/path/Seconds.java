package io.kollaps.topology.path;

import java.math.BigDecimal;

/** Times for messages. */
final class Seconds {
  private Seconds() {}

  /** An offset as users write it, such as {@code 1.5 s}. */
  static String text(long nanos) {
    return BigDecimal.valueOf(nanos, 9).stripTrailingZeros().toPlainString() + " s";
  }
}
