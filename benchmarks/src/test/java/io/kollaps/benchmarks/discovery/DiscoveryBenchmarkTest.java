package io.kollaps.benchmarks.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DiscoveryBenchmarkTest {
  private static List<DiscoveryRow> run(NetworkKind kind, int nodes, int graphs, double noise) {
    return new DiscoveryBenchmark(kind, nodes, graphs, 1000, noise).run(note -> {});
  }

  /**
   * Published averages of 100 trees made by the same rules, not the same draws: the standard
   * deviation between trees is about half a test, so averages of 100 differ by 0.07 or so.
   */
  @ParameterizedTest
  @CsvSource({"5, 1.09", "10, 1.51", "15, 1.66", "20, 1.88", "30, 2.12", "40, 2.25", "60, 2.33"})
  void shouldNeedAsManyTestsWithTheThesisAlgorithmAsPublished(int nodes, double published) {
    DiscoveryRow thesis = run(NetworkKind.RANDOM, nodes, 100, 0).getLast();

    assertThat(thesis.testsPerNodeAvg()).isCloseTo(published, within(0.15));
    assertThat(thesis.wrongEntries()).isZero();
  }

  @Test
  void shouldTestEveryPairOfAStarWithTheThesisAlgorithm() {
    List<DiscoveryRow> rows = run(NetworkKind.STAR, 60, 1, 0);

    assertThat(rows.getFirst().testsPerNodeAvg()).isEqualTo(59 / 60.0);
    assertThat(rows.getLast().testsPerNodeAvg()).isEqualTo(29.5);
  }

  @Test
  void shouldShowThatNoiseMakesTheThesisMatrixWrong() {
    List<DiscoveryRow> rows = run(NetworkKind.RANDOM, 60, 20, 0.03);

    assertThat(rows.getFirst().shareOver10Percent()).isLessThan(0.0015);
    assertThat(rows.getLast().shareOver10Percent()).isGreaterThan(0.2);
  }

  @Test
  void shouldRefuseWhatNoNetworkHas() {
    assertThatThrownBy(() -> run(NetworkKind.RACKS, 55, 1, 0)).hasMessageContaining("multiple");
    assertThatThrownBy(() -> run(NetworkKind.STAR, 1, 1, 0)).hasMessageContaining("--nodes");
    assertThatThrownBy(() -> run(NetworkKind.STAR, 5, 0, 0)).hasMessageContaining("--graphs");
    assertThatThrownBy(() -> run(NetworkKind.STAR, 5, 1, 0.5)).hasMessageContaining("--noise");
  }
}
