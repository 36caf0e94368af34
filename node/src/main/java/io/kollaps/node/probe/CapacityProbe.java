package io.kollaps.node.probe;

import io.kollaps.cluster.join.ProbeOrder;
import io.kollaps.cluster.join.ProbeOutcome;
import io.kollaps.cluster.join.ProbePlan;
import io.kollaps.cluster.join.Secret;

/** Both sides of capacity probes on this machine. May be used from any thread. */
public interface CapacityProbe extends AutoCloseable {

  /**
   * Waits for one probe, at most for as long as the plan takes.
   *
   * @param secret what the other side must know
   * @param plan how it measures
   * @throws ProbeException when this machine cannot serve it; the message says what to do
   */
  Served serve(long probe, Secret secret, ProbePlan plan) throws ProbeException;

  /**
   * Begins a probe that another node serves, and waits for its end.
   *
   * @return what it measured, or why it failed
   * @throws InterruptedException when it is not wanted any more; nothing of it remains
   */
  ProbeOutcome run(ProbeOrder order) throws InterruptedException;

  /** Ends all that is under way. */
  @Override
  void close();

  /** A probe that is being served. */
  interface Served extends AutoCloseable {
    /** Port where it is served, UDP and TCP. */
    int port();

    /** Ends it, when it has not ended already. */
    @Override
    void close();
  }
}
