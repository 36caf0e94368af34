package io.kollaps.node.run;

import io.kollaps.runtime.EndpointInstance;
import io.kollaps.topology.path.Endpoint;
import java.util.Collection;
import java.util.List;
import java.util.Map;
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
   *
   * @param mostGraceNanos no program gets a longer grace
   */
  static void to(
      List<Endpoint> endpoints, Map<Integer, EndpointInstance> byIndex, long mostGraceNanos)
      throws InterruptedException {
    long longest = 0;
    for (Map.Entry<Integer, EndpointInstance> one : byIndex.entrySet()) {
      if (one.getValue().running()) {
        long grace =
            Math.min(mostGraceNanos, endpoints.get(one.getKey()).service().stopGraceNanos());
        one.getValue().leave(grace);
        longest = Math.max(longest, grace);
      }
    }
    Collection<EndpointInstance> instances = byIndex.values();
    long deadline = System.nanoTime() + longest + KILL_NANOS;
    while (instances.stream().anyMatch(EndpointInstance::running) && System.nanoTime() < deadline) {
      TimeUnit.NANOSECONDS.sleep(LOOK_NANOS);
    }
  }
}
