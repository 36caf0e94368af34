package io.kollaps.node.run;

import io.kollaps.node.results.EventRecord;
import io.kollaps.node.results.FlowSample;
import java.util.List;

/**
 * Is told what a part does. Called from the part's threads, one call at a time, in the order of
 * what happened; must return quickly and must not wait for the part.
 */
public interface PartListener {

  /** The part does something else from now on, in words for people: setting up, running, ... */
  default void state(String what) {}

  /**
   * Endpoints and fabric are there; the next step is {@link Part#link}.
   *
   * @param overlayPort UDP port at which packets of the other parts come in; 0 in a run with one
   *     part
   */
  void prepared(int overlayPort);

  /** The part can start; the next step is {@link Part#startAt}. */
  void ready();

  /**
   * The part has started.
   *
   * @param latenessNanos actual minus planned start
   */
  void started(long latenessNanos);

  /**
   * No awaited program of this part runs, and no program of it is still to join; told once, since
   * it stays so. The run is over when all parts said so, which the part cannot know: whoever holds
   * the parts ends them.
   */
  void idle(boolean idle);

  /** An event of the timeline was carried out, or failed. */
  void event(EventRecord event);

  /**
   * What the active flows that begin here did in the last interval.
   *
   * @param atNanos offset from the start
   * @param samples one for each flow with traffic
   */
  default void flows(long atNanos, List<FlowSample> samples) {}

  /**
   * The part cannot go on; it ends and cleans up by itself, and {@link #ended} follows.
   *
   * @param why what happened, where, and what to do
   */
  void failed(String why);

  /**
   * The part is over: its programs are gone, everything that it made is removed, its results folder
   * is complete. Told exactly once, last, whatever came before.
   */
  void ended(PartSummary summary);
}
