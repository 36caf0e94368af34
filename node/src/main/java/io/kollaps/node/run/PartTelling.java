package io.kollaps.node.run;

import io.kollaps.node.results.EventRecord;
import io.kollaps.node.results.FlowSample;
import java.util.List;

/** Passes everything on to a part's listener, one call at a time. */
final class PartTelling implements PartListener, RunListener {
  private final PartListener listener;
  private volatile PartListenerOfFlows flows = samples -> {};

  /** Gets the samples too. */
  @FunctionalInterface
  interface PartListenerOfFlows {
    void flows(List<FlowSample> samples);
  }

  PartTelling(PartListener listener) {
    this.listener = listener;
  }

  /** Sets who gets the samples before the listener does. */
  void alsoFlows(PartListenerOfFlows also) {
    flows = also;
  }

  @Override
  public synchronized void state(String what) {
    listener.state(what);
  }

  @Override
  public synchronized void prepared(int overlayPort) {
    listener.prepared(overlayPort);
  }

  @Override
  public synchronized void ready() {
    listener.ready();
  }

  @Override
  public synchronized void started(long latenessNanos) {
    listener.started(latenessNanos);
  }

  @Override
  public synchronized void idle(boolean idle) {
    listener.idle(idle);
  }

  @Override
  public synchronized void event(EventRecord event) {
    listener.event(event);
  }

  @Override
  public synchronized void flows(long atNanos, List<FlowSample> samples) {
    flows.flows(samples);
    listener.flows(atNanos, samples);
  }

  @Override
  public synchronized void failed(String why) {
    listener.failed(why);
  }

  @Override
  public synchronized void ended(PartSummary summary) {
    listener.ended(summary);
  }
}
