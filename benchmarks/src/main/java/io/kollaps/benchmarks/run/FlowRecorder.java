package io.kollaps.benchmarks.run;

import io.kollaps.node.results.EventRecord;
import io.kollaps.node.results.FlowSample;
import io.kollaps.node.run.RunListener;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Keeps all samples of a run. */
final class FlowRecorder implements RunListener {
  private final List<SharingAnalysis.Interval> intervals = new ArrayList<>();
  private long lastEndNanos;

  @Override
  public void state(String what) {
    // the benchmark tells its own progress
  }

  @Override
  public void event(EventRecord event) {
    // events are read from the outcome
  }

  @Override
  public synchronized void flows(long atNanos, List<FlowSample> samples) {
    Map<String, FlowSample> byName = new HashMap<>();
    samples.forEach(sample -> byName.put(sample.from() + ":" + sample.to(), sample));
    intervals.add(new SharingAnalysis.Interval(lastEndNanos, atNanos, byName));
    lastEndNanos = atNanos;
  }

  /** The samples so far, in time order. */
  synchronized SharingAnalysis analysis() {
    return new SharingAnalysis(intervals);
  }
}
