package io.kollaps.node.results;

import java.util.Locale;

/** Figures with their units, as people read them. Decimal units, three significant digits. */
public final class Figures {
  private static final String[] RATE_UNITS = {"bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s"};
  private static final String[] BYTE_UNITS = {"B", "kB", "MB", "GB", "TB"};

  private Figures() {}

  /** A rate, e.g. {@code 96.8 Mbit/s}; {@code unlimited} from 2^63 - 1 on. */
  public static String rate(double bitsPerSecond) {
    return bitsPerSecond >= Long.MAX_VALUE ? "unlimited" : scaled(bitsPerSecond, RATE_UNITS);
  }

  /** An amount of bytes, e.g. {@code 8.32 GB}. */
  public static String bytes(double bytes) {
    return scaled(bytes, BYTE_UNITS);
  }

  /** A time of any sign, e.g. {@code 250 us}, {@code 12.0 ms}, {@code 3.50 s}. */
  public static String time(long nanos) {
    double magnitude = Math.abs((double) nanos);
    if (magnitude == 0) {
      return "0 ms";
    }
    if (magnitude < 1e6) {
      return digits(nanos / 1e3) + " us";
    }
    return magnitude < 1e9 ? digits(nanos / 1e6) + " ms" : digits(nanos / 1e9) + " s";
  }

  /** An offset or duration in seconds, e.g. {@code 10.000 s}. */
  public static String seconds(long nanos) {
    return String.format(Locale.ROOT, "%.3f s", nanos / 1e9);
  }

  /** A percentage with its sign, e.g. {@code -0.12 %}. */
  public static String signedPercent(double percent) {
    String text = String.format(Locale.ROOT, "%+.2f %%", percent);
    return text.equals("-0.00 %") || text.equals("+0.00 %") ? "0.00 %" : text;
  }

  /** A fraction as a percentage, e.g. {@code 4.2 %}. */
  public static String share(double share) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * share);
  }

  private static String scaled(double value, String[] units) {
    double left = value;
    int unit = 0;
    while (left >= 999.5 && unit < units.length - 1) {
      left /= 1000;
      unit++;
    }
    return digits(left) + " " + units[unit];
  }

  private static String digits(double value) {
    double magnitude = Math.abs(value);
    String format = magnitude >= 99.95 ? "%.0f" : magnitude >= 9.995 ? "%.1f" : "%.2f";
    return String.format(Locale.ROOT, magnitude == 0 ? "%.0f" : format, value);
  }
}
