package io.kollaps.node.daemon;

import io.kollaps.cluster.join.Contact;
import io.kollaps.cluster.join.ProbeOrder;
import io.kollaps.cluster.join.ProbeOutcome;
import io.kollaps.cluster.join.ProbePlan;
import io.kollaps.cluster.join.Secret;
import io.kollaps.node.probe.CapacityProbe;
import io.kollaps.node.probe.ProbeException;
import java.util.HashMap;
import java.util.Map;

/**
 * This node's sides of probes, by number, so that each can be ended. May be used from any thread.
 */
final class ProbeStation implements AutoCloseable {
  private final CapacityProbe probe;
  private final Map<Long, CapacityProbe.Served> served = new HashMap<>();
  private final Map<Long, Thread> running = new HashMap<>();

  ProbeStation(CapacityProbe probe) {
    this.probe = probe;
  }

  /** Serves one probe; the ones served before are over. */
  synchronized Contact serve(long number, Secret secret, ProbePlan plan, String host)
      throws ProbeException {
    served.values().forEach(CapacityProbe.Served::close);
    served.clear();
    CapacityProbe.Served begun = probe.serve(number, secret, plan);
    served.put(number, begun);
    return new Contact(host, begun.port());
  }

  /** Begins a probe on this thread and waits for its end. */
  ProbeOutcome run(ProbeOrder order) {
    synchronized (this) {
      running.put(order.probe(), Thread.currentThread());
    }
    try {
      return probe.run(order);
    } catch (InterruptedException e) {
      return new ProbeOutcome.Failed("it was ended before it was done");
    } finally {
      synchronized (this) {
        running.remove(order.probe());
      }
    }
  }

  /** Ends a probe, whichever side of it is here. */
  synchronized void end(long number) {
    CapacityProbe.Served waiting = served.remove(number);
    if (waiting != null) {
      waiting.close();
    }
    Thread thread = running.get(number);
    if (thread != null) {
      thread.interrupt();
    }
  }

  /** Ends all of them: they were asked for by a leader that leads no more. */
  synchronized void endAll() {
    served.values().forEach(CapacityProbe.Served::close);
    served.clear();
    running.values().forEach(Thread::interrupt);
  }

  @Override
  public synchronized void close() {
    endAll();
    probe.close();
  }
}
