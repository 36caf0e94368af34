package io.kollaps.node.results;

import static io.kollaps.node.results.FlowSample.Limit.DEMAND;
import static io.kollaps.node.results.FlowSample.Limit.SHARE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class FlowSummarizerTest {
  private static final long TENTH = TestRuns.SECOND / 10;

  private final FlowSummarizer flows = new FlowSummarizer();

  private void add(int tenth, long granted, long measured, FlowSample.Limit limit) {
    flows.add(TestRuns.sample(tenth * TENTH, "a", "b", granted, measured, limit));
  }

  @Test
  void shouldCompareOnlyAfterTheShareHasSettled() {
    for (int i = 1; i <= 10; i++) {
      add(i, 100, 10, SHARE);
    }
    assertThat(flows.summaries().getFirst().errorPercent()).isEmpty();
    for (int i = 11; i <= 20; i++) {
      add(i, 100, 98, SHARE);
    }
    FlowSummary summary = flows.summaries().getFirst();
    assertThat(summary.settledNanos()).isEqualTo(TestRuns.SECOND);
    assertThat(summary.errorPercent().orElseThrow()).isCloseTo(-2, within(1e-9));
    assertThat(summary.measuredBitsPerSecond()).isCloseTo(54, within(1e-9));
    assertThat(summary.activeNanos()).isEqualTo(2 * TestRuns.SECOND);
  }

  @Test
  void shouldSettleAgainAfterAChangeOfTheShare() {
    for (int i = 1; i <= 20; i++) {
      add(i, 1000, 1000, SHARE);
    }
    for (int i = 21; i <= 30; i++) {
      add(i, 1011, 100, SHARE);
    }
    assertThat(flows.summaries().getFirst().errorPercent().orElseThrow()).isZero();
  }

  @Test
  void shouldNotTakeATinyDriftForAChange() {
    for (int i = 1; i <= 20; i++) {
      add(i, i % 2 == 0 ? 1000 : 1009, 1000, SHARE);
    }
    assertThat(flows.summaries().getFirst().settledNanos()).isEqualTo(TestRuns.SECOND);
  }

  @Test
  void shouldSettleAgainAfterAPause() {
    for (int i = 1; i <= 20; i++) {
      add(i, 100, 100, SHARE);
    }
    for (int i = 31; i <= 40; i++) {
      add(i, 100, 1, SHARE);
    }
    assertThat(flows.summaries().getFirst().errorPercent().orElseThrow()).isZero();
  }

  @Test
  void shouldLeaveOutTimeInWhichTheFlowDidNotWantItsShare() {
    for (int i = 1; i <= 40; i++) {
      add(i, 100, i % 2 == 0 ? 100 : 1, i % 2 == 0 ? SHARE : DEMAND);
    }
    FlowSummary summary = flows.summaries().getFirst();
    assertThat(summary.errorPercent().orElseThrow()).isZero();
    assertThat(summary.settledNanos()).isEqualTo(15 * TENTH);
  }

  @Test
  void shouldWeighIntervalsByTheirLengthAndSortTheBiggestFirst() {
    flows.add(new FlowSample(100, 100, "x", "y", 10, 10, DEMAND, 1));
    flows.add(new FlowSample(400, 300, "x", "y", 50, 50, DEMAND, 2));
    flows.add(new FlowSample(400, 400, "big", "y", 900, 900, DEMAND, 0));
    assertThat(flows.summaries()).extracting(FlowSummary::from).containsExactly("big", "x");
    assertThat(flows.summaries().getLast().measuredBitsPerSecond()).isCloseTo(40, within(1e-9));
    assertThat(flows.summaries().getLast().droppedPackets()).isEqualTo(3);
  }
}
