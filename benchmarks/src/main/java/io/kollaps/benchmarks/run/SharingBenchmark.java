package io.kollaps.benchmarks.run;

import io.kollaps.benchmarks.BenchmarkException;
import io.kollaps.benchmarks.Notes;
import io.kollaps.benchmarks.lab.HostLoad;
import io.kollaps.node.results.RunOutcome;
import io.kollaps.node.run.StopSwitch;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.Set;

/** Shares of real iperf3 flows in a real run, beside what the sharing engine and the paper say. */
public final class SharingBenchmark {
  private final SharingVector vector;
  private final SharingOptions options;

  /** A benchmark of the published experiment. */
  public SharingBenchmark(SharingOptions options) {
    this.options = options;
    this.vector = new SharingVector(options);
  }

  /**
   * Runs; takes the steps' time and some seconds.
   *
   * @param notes is told the health of the run
   * @param stop ends it early
   * @return one row for each step and flow
   * @throws BenchmarkException when the run failed, or was ended early
   */
  public List<SharingRow> run(Notes notes, StopSwitch stop)
      throws BenchmarkException, InterruptedException {
    RealRun run = RealRun.of("sharing", vector.yaml());
    FlowRecorder recorder = new FlowRecorder();
    notes.note(
        "sharing, "
            + options.congestion()
            + ", about "
            + (options.steps() * options.stepSeconds() + 3)
            + " s");
    HostLoad load = new HostLoad();
    RunOutcome outcome = run.play(recorder, stop);
    notes.note(health(outcome));
    notes.note(load.sentence());
    SharingAnalysis analysis = recorder.analysis();
    List<SharingStep> steps = vector.steps(run.compiled());
    Set<String> watched = new HashSet<>();
    steps.forEach(step -> watched.addAll(step.expected().keySet()));
    List<SharingRow> rows = new ArrayList<>();
    steps.forEach(step -> rows.addAll(analysis.rows(step, watched)));
    return rows;
  }

  /** What the paper says about a row, where it says something. */
  public OptionalDouble paperBitsPerSecond(SharingRow row) {
    return vector.paperBitsPerSecond(row.flow(), vector.clientsIn(row.step()));
  }

  static String health(RunOutcome outcome) {
    var health = outcome.observations().health();
    return String.format(
        Locale.ROOT,
        "the run's verdict: %s; packets left late by p99 %.3f ms, rounds of the sharing loop began late by p99 %.3f ms",
        outcome.verdict().grade(),
        health.fabric().latenessP99Nanos() / 1e6,
        health.loop().latenessP99Nanos() / 1e6);
  }
}
