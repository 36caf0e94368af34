package io.kollaps.benchmarks.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.benchmarks.ComparedRow;
import io.kollaps.benchmarks.Notes;
import java.util.List;
import org.junit.jupiter.api.Test;

class TopologyBenchmarkTest {

  /** The benchmark itself checks that all paths together have the hops of a plain search. */
  @Test
  void shouldComputeAndPing() throws Exception {
    List<ComparedRow> rows = new TopologyBenchmark(List.of(60), true, 1).run(Notes.silent());

    assertThat(rows).extracting(ComparedRow::unit).containsExactly("s", "s", "MB", "ms2", "ms2");
    assertThat(rows.getFirst().measured()).isBetween(0.0, 60.0);
    assertThat(rows.getLast().measured()).isFinite().isNotNegative();
  }
}
