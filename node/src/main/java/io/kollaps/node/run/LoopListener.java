package io.kollaps.node.run;

import io.kollaps.node.results.EventRecord;
import io.kollaps.node.results.FlowSample;
import java.util.List;

/** Takes what the loop of a part observes. Called from the loop's thread: must return at once. */
interface LoopListener {

  /** The timeline began, so long after its instant. */
  void started(long latenessNanos);

  /** An event was carried out, or failed. */
  void event(EventRecord event);

  /** What the active flows did in the interval that ended at an offset. */
  void samples(long atNanos, List<FlowSample> samples);

  /** No awaited program of this part runs or is still to join. */
  void idle();

  /** Takes nothing. */
  static LoopListener silent() {
    return new LoopListener() {
      @Override
      public void started(long latenessNanos) {
        // nobody wants to know
      }

      @Override
      public void event(EventRecord event) {
        // nobody wants to know
      }

      @Override
      public void samples(long atNanos, List<FlowSample> samples) {
        // nobody wants to know
      }

      @Override
      public void idle() {
        // nobody wants to know
      }
    };
  }
}
