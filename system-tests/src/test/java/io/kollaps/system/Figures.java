package io.kollaps.system;

import java.util.Arrays;
import java.util.Locale;

/** Small sums, and the lines by which tests tell what they saw. */
final class Figures {
  private Figures() {}

  /** Median, NaN of nothing. */
  static double median(double... values) {
    return quantile(0.5, values);
  }

  /** The value below which the given share of all lies, NaN of nothing. */
  static double quantile(double share, double... values) {
    if (values.length == 0) {
      return Double.NaN;
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[(int) Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  }

  /** Prints one line: what a test saw. */
  static void saw(String form, Object... values) {
    System.out.println("SAW " + String.format(Locale.ROOT, form, values));
  }
}
