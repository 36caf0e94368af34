package io.kollaps.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Aligned text: the first columns to the left, numbers to the right. */
final class BenchTable {
  private static final String GAP = "  ";

  private final List<List<String>> rows = new ArrayList<>();
  private final int leftColumns;

  /**
   * A table with its heads.
   *
   * @param leftColumns how many of the first columns are words
   */
  BenchTable(int leftColumns, String... heads) {
    this.leftColumns = leftColumns;
    rows.add(List.of(heads));
  }

  /** Adds a row with as many cells as there are heads. */
  void add(String... cells) {
    rows.add(List.of(cells));
  }

  /** Four significant digits and a metric prefix: 96.53 M. */
  static String metric(double value) {
    double size = Math.abs(value);
    if (size >= 1e9) {
      return significant(value / 1e9) + " G";
    }
    if (size >= 1e6) {
      return significant(value / 1e6) + " M";
    }
    if (size >= 1e3) {
      return significant(value / 1e3) + " k";
    }
    return significant(value) + "  ";
  }

  private static String significant(double value) {
    double size = Math.abs(value);
    int decimals = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : size >= 1 ? 3 : 4;
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }

  /** A percentage with its sign, or a dash where there is nothing to compare with. */
  static String percent(double value) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, "%+.3f", value) : "-";
  }

  /** A number with so many decimals. */
  static String number(double value, int decimals) {
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }

  /** The lines. */
  String text() {
    int[] widths = new int[rows.getFirst().size()];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        String padding = " ".repeat(widths[i] - row.get(i).length());
        line.append(i == 0 ? "" : GAP);
        line.append(i < leftColumns ? row.get(i) + padding : padding + row.get(i));
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.toString().stripTrailing();
  }
}
