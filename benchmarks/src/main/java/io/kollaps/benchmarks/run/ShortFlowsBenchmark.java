package io.kollaps.benchmarks.run;

import io.kollaps.benchmarks.BenchmarkException;
import io.kollaps.benchmarks.Notes;
import io.kollaps.benchmarks.lab.HostLoad;
import io.kollaps.emulation.FlowTable;
import io.kollaps.node.run.StopSwitch;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A greedy flow beside flows of about 100 ms that come again and again over the same link. */
public final class ShortFlowsBenchmark {
  private static final String LONG = "c1:s1";
  private static final String SHORT = "c2:s2";
  private static final long FIRST_NANOS = 3_000_000_000L;
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final String congestion;
  private final int seconds;

  /**
   * A benchmark.
   *
   * @param congestion congestion control of the flows
   * @param seconds how long short flows come, 2 to 600
   */
  public ShortFlowsBenchmark(String congestion, int seconds) {
    // the same ranges hold
    SharingOptions checked = new SharingOptions(congestion, seconds, 2, false, false);
    this.congestion = checked.congestion();
    this.seconds = checked.stepSeconds();
  }

  /**
   * Runs.
   *
   * @return step 1: both flows while both send; step 2: the greedy one between short ones
   * @throws BenchmarkException when the run failed, or was ended early
   */
  public List<SharingRow> run(Notes notes, StopSwitch stop)
      throws BenchmarkException, InterruptedException {
    RealRun run = RealRun.of("short-flows", yaml());
    notes.note("short flows, " + congestion + ", about " + (seconds + 4) + " s");
    HostLoad load = new HostLoad();
    FlowRecorder recorder = new FlowRecorder();
    notes.note(SharingBenchmark.health(run.play(recorder, stop)));
    notes.note(load.sentence());
    long end = FIRST_NANOS + seconds * NANOS_PER_SECOND;
    Map<String, Double> both =
        SharingVector.shares(
            run.compiled(), Map.of(LONG, FlowTable.UNLIMITED, SHORT, FlowTable.UNLIMITED));
    Map<String, Double> alone =
        SharingVector.shares(run.compiled(), Map.of(LONG, FlowTable.UNLIMITED));
    SharingAnalysis analysis = recorder.analysis();
    List<SharingRow> rows = new ArrayList<>();
    rows.addAll(
        analysis.rowsWhileExactly(
            new SharingStep(1, FIRST_NANOS, end, both, Set.of(), SHORT, true), both.keySet()));
    rows.addAll(
        analysis.rowsWhileExactly(
            new SharingStep(2, FIRST_NANOS, end, alone, Set.of(), SHORT, false), both.keySet()));
    return rows;
  }

  private String yaml() {
    return """
        name: short-flows
        duration: %d s
        services:
          s1: { command: [iperf3, -s], background: true }
          s2: { command: [iperf3, -s], background: true }
          c1: { command: [iperf3, -c, s1, -t, "%d", -C, %s] }
          c2:
            command: while sleep 0.3; do iperf3 -c s2 -n 300K -C %s; done
            background: true
        bridges: [b1, b2]
        links:
          - { from: c1, to: b1, latency: 10 ms, rate: 50 Mbit/s }
          - { from: c2, to: b1, latency: 5 ms, rate: 50 Mbit/s }
          - { from: b1, to: b2, latency: 20 ms, rate: 50 Mbit/s }
          - { from: s1, to: b2, latency: 5 ms, rate: 50 Mbit/s }
          - { from: s2, to: b2, latency: 5 ms, rate: 50 Mbit/s }
        timeline:
          - { at: 1 s, join: c1 }
          - { at: 2 s, join: c2 }
        """
        .formatted(seconds + 3, seconds + 3, congestion, congestion);
  }
}
