package io.kollaps.benchmarks.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class UsageBenchmarkTest {
  @Test
  void shouldStayBelowTheGoalInThePapersCase() throws Exception {
    List<UsageRow> rows = new UsageBenchmark(160, 4, 5, 1).run(note -> {});
    assertThat(rows).hasSize(UsagePattern.values().length);
    for (UsageRow row : rows) {
      assertThat(row.bytesPerSecond())
          .as(row.pattern())
          .isLessThan(UsageBenchmark.GOAL_BYTES_PER_SECOND);
    }
    assertThat(rows.getFirst().bytesPerSecond()).as("idle").isZero();
  }

  /** Each node tells each other node of its 20 greedy flows once a second. */
  @Test
  void shouldCountWholeDatagramsToEachReceiver() throws Exception {
    UsageRow greedy = new UsageBenchmark(160, 4, 12, 1).run(UsagePattern.GREEDY);
    assertThat(greedy.datagramsPerSecond()).isEqualTo(12);
    // 20 flows take 1 to 3 bytes each.
    int most = UsageExchange.OVERHEAD_BYTES + 20 + 3 * 20;
    assertThat(greedy.bytesPerSecond()).isBetween(12.0 * (most - 60), 12.0 * most);
    assertThat(greedy.grantDeviationPercent()).isLessThan(0.1);
  }

  @Test
  void shouldSayNothingOnOneNode() throws Exception {
    assertThat(new UsageBenchmark(20, 1, 4, 1).run(UsagePattern.BURSTS).peakBytesPerSecond())
        .isZero();
  }

  @Test
  void shouldRefuseWhatCannotBe() {
    assertThatThrownBy(() -> new UsageBenchmark(3, 4, 10, 1)).hasMessageContaining("--endpoints");
    assertThatThrownBy(() -> new UsageBenchmark(4, 0, 10, 1)).hasMessageContaining("--nodes");
    assertThatThrownBy(() -> new UsageBenchmark(4, 1, 2, 1)).hasMessageContaining("--seconds");
  }
}
