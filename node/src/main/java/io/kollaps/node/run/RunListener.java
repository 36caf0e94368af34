package io.kollaps.node.run;

import io.kollaps.node.results.EventRecord;
import io.kollaps.node.results.FlowSample;
import java.util.List;

/** Is told what a run does while it does it. Called from the run's threads; must return quickly. */
public interface RunListener {

  /** The run does something else from now on: setting up, running, cleaning up. */
  void state(String what);

  /** An event was carried out, or failed. */
  void event(EventRecord event);

  /**
   * What the active flows did in the last interval.
   *
   * @param atNanos offset from the start
   * @param samples one for each flow with traffic
   */
  void flows(long atNanos, List<FlowSample> samples);

  /** Listens to nothing. */
  static RunListener silent() {
    return new RunListener() {
      @Override
      public void state(String what) {}

      @Override
      public void event(EventRecord event) {}

      @Override
      public void flows(long atNanos, List<FlowSample> samples) {}
    };
  }
}
