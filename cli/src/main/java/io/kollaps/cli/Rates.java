package io.kollaps.cli;

import java.util.Locale;

/** Rates for people. */
final class Rates {
  private static final long GIGA = 1_000_000_000L;
  private static final long MEGA = 1_000_000L;
  private static final long KILO = 1_000L;

  private Rates() {}

  /** A rate with the largest unit that gives at least 1, three decimals at most. */
  static String format(double bitsPerSecond) {
    if (bitsPerSecond >= GIGA) {
      return number(bitsPerSecond / GIGA) + " Gbit/s";
    }
    if (bitsPerSecond >= MEGA) {
      return number(bitsPerSecond / MEGA) + " Mbit/s";
    }
    if (bitsPerSecond >= KILO) {
      return number(bitsPerSecond / KILO) + " kbit/s";
    }
    return number(bitsPerSecond) + " bit/s";
  }

  private static String number(double value) {
    String text = String.format(Locale.ROOT, "%.3f", value);
    return text.replaceAll("\\.?0+$", "");
  }
}
