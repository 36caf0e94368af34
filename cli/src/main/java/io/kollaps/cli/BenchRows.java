package io.kollaps.cli;

import io.kollaps.benchmarks.ComparedRow;
import java.util.List;

/** Prints figures that stand beside a reference. */
final class BenchRows {
  private BenchRows() {}

  static void print(List<ComparedRow> rows, boolean json, Output output) {
    if (json) {
      output.json(rows);
      return;
    }
    BenchTable table = new BenchTable(1, "what", "measured", "reference", "unit", "reference is");
    rows.forEach(
        row ->
            table.add(
                row.what(),
                BenchTable.metric(row.measured()),
                BenchTable.metric(row.reference()),
                row.unit(),
                row.referenceIs()));
    output.line(table.text());
  }
}
