package io.kollaps.benchmarks.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.kollaps.benchmarks.run.SharingAnalysis.Interval;
import io.kollaps.node.results.FlowSample;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SharingAnalysisTest {
  private static final long SAMPLE = 100_000_000L;
  private static final long SECOND = 1_000_000_000L;

  private static final Set<String> BOTH = Set.of("a:x", "b:y");

  private final List<Interval> intervals = new ArrayList<>();

  /** Adds an interval; values are pairs of granted and received in Mbit/s, by flow. */
  private void interval(Map<String, double[]> flows) {
    long begin = intervals.size() * SAMPLE;
    Map<String, FlowSample> samples = new HashMap<>();
    flows.forEach(
        (name, values) ->
            samples.put(
                name,
                new FlowSample(
                    begin + SAMPLE,
                    SAMPLE,
                    name.substring(0, 1),
                    name.substring(2),
                    (long) (values[0] * 1e6),
                    (long) (values[1] * 1e6),
                    FlowSample.Limit.SHARE,
                    0)));
    intervals.add(new Interval(begin, begin + SAMPLE, samples));
  }

  private static SharingStep step(boolean came) {
    return new SharingStep(
        2,
        SECOND,
        3 * SECOND,
        came ? Map.of("a:x", 30e6, "b:y", 20e6) : Map.of("a:x", 50e6),
        Set.of(),
        "b:y",
        came);
  }

  @Test
  void shouldLetALimitedFlowBeGrantedMoreThanItWantsButNotLess() {
    SharingStep limited =
        new SharingStep(
            2, SECOND, 3 * SECOND, Map.of("a:x", 45e6, "b:y", 5e6), Set.of("b:y"), "b:y", true);
    for (int i = 0; i < 10; i++) {
      interval(Map.of("a:x", new double[] {50, 50}));
    }
    interval(Map.of("a:x", new double[] {45, 45}, "b:y", new double[] {4, 4}));
    for (int i = 11; i < 30; i++) {
      interval(Map.of("a:x", new double[] {45, 45}, "b:y", new double[] {20, 5}));
    }

    List<SharingRow> rows =
        new SharingAnalysis(intervals).rows(limited, limited.expected().keySet());

    assertThat(rows).extracting(SharingRow::limited).containsExactly(false, true);
    assertThat(rows).allSatisfy(row -> assertThat(row.settleMs()).isEqualTo(100));
  }

  @Test
  void shouldMeasureFromTheNewcomersFirstData() {
    for (int i = 0; i < 13; i++) {
      interval(Map.of("a:x", new double[] {50, 50}));
    }
    interval(Map.of("a:x", new double[] {50, 50}, "b:y", new double[] {20, 1}));
    interval(Map.of("a:x", new double[] {31, 40}, "b:y", new double[] {20, 12}));
    for (int i = 15; i < 30; i++) {
      interval(Map.of("a:x", new double[] {30.1, 30}, "b:y", new double[] {20, 19}));
    }

    List<SharingRow> rows = new SharingAnalysis(intervals).rows(step(true), BOTH);

    assertThat(rows).extracting(SharingRow::flow).containsExactly("a:x", "b:y");
    SharingRow first = rows.getFirst();
    // first data in the interval from 1.3 s; 31 is off by 3.3 %, 30.1 by 0.33 %: settled by 1.5 s
    assertThat(first.settleMs()).isEqualTo(200.0);
    assertThat(first.grantedBps()).isCloseTo(30.1e6, within(1.0));
    assertThat(first.grantedSdPercent()).isCloseTo(0, within(1e-9));
    assertThat(first.receivedBps()).isCloseTo(30e6, within(1.0));
    assertThat(rows.getLast().receivedErrorPercent()).isCloseTo(-5, within(1e-6));
  }

  @Test
  void shouldMeasureFromTheLeaversLastData() {
    for (int i = 0; i < 12; i++) {
      interval(Map.of("a:x", new double[] {30, 30}, "b:y", new double[] {20, 20}));
    }
    for (int i = 12; i < 30; i++) {
      interval(Map.of("a:x", new double[] {i < 13 ? 30 : 50, 50}));
    }

    List<SharingRow> rows = new SharingAnalysis(intervals).rows(step(false), BOTH);

    assertThat(rows).singleElement().satisfies(row -> assertThat(row.settleMs()).isEqualTo(100.0));
  }

  @Test
  void shouldSayThatGrantsNeverSettled() {
    for (int i = 0; i < 30; i++) {
      interval(Map.of("a:x", new double[] {50, 50}, "b:y", new double[] {10, 10}));
    }
    assertThat(new SharingAnalysis(intervals).rows(step(true), BOTH))
        .allSatisfy(row -> assertThat(row.settleMs()).isNull());
  }

  @Test
  void shouldCountSilenceAsNothingReceived() {
    for (int i = 0; i < 30; i++) {
      // silent in every second interval
      interval(i % 2 == 0 ? Map.of("a:x", new double[] {50, 50}) : Map.of());
    }
    SharingRow row = new SharingAnalysis(intervals).rows(step(false), BOTH).getFirst();
    assertThat(row.receivedBps()).isCloseTo(25e6, within(1.0));
  }

  @Test
  void shouldCountOnlyTheTimeInWhichExactlyTheExpectedFlowsRan() {
    // b goes late, at 2.35 s, and a ends early, at 2.75 s; both in the middle of an interval
    for (int i = 0; i < 30; i++) {
      Map<String, double[]> flows = new HashMap<>();
      if (i < 27) {
        flows.put("a:x", new double[] {i < 23 ? 30 : 50, i < 23 ? 30 : 50});
      } else if (i == 27) {
        flows.put("a:x", new double[] {50, 25});
      }
      if (i < 23) {
        flows.put("b:y", new double[] {20, 20});
      } else if (i == 23) {
        flows.put("b:y", new double[] {20, 10});
        flows.put("a:x", new double[] {40, 40});
      }
      interval(flows);
    }

    SharingRow row = new SharingAnalysis(intervals).rows(step(false), BOTH).getFirst();

    // what is left are the intervals from 2.4 to 2.7 s
    assertThat(row.receivedBps()).isCloseTo(50e6, within(1.0));
    assertThat(row.grantedBps()).isCloseTo(50e6, within(1.0));
    assertThat(row.settleMs()).isEqualTo(0.0);
  }
}
