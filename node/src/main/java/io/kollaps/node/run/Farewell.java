package io.kollaps.node.run;

import io.kollaps.runtime.EndpointInstance;
import io.kollaps.topology.path.Endpoint;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Asks the programs that outlive their run to end, so that they can write their last lines, and
 * waits for them with a bound.
 */
final class Farewell {
  private static final long LOOK_NANOS = 20_000_000L;
  private static final long KILL_NANOS = 1_000_000_000L;

  private Farewell() {}

  /**
   * Returns when no program runs, at the latest a second after the longest grace; what still runs
   * then is killed by the caller.
   */
  static void to(List<Endpoint> endpoints, List<EndpointInstance> instances)
      throws InterruptedException {
    long longest = 0;
    for (Endpoint endpoint : endpoints) {
      EndpointInstance instance = instances.get(endpoint.index());
      if (instance.running()) {
        instance.leave(endpoint.service().stopGraceNanos());
        longest = Math.max(longest, endpoint.service().stopGraceNanos());
      }
    }
    long deadline = System.nanoTime() + longest + KILL_NANOS;
    while (instances.stream().anyMatch(EndpointInstance::running) && System.nanoTime() < deadline) {
      TimeUnit.NANOSECONDS.sleep(LOOK_NANOS);
    }
  }
}
