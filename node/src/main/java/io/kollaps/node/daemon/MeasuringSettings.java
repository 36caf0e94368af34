package io.kollaps.node.daemon;

import io.kollaps.cluster.capacity.JoinSettings;
import io.kollaps.cluster.join.JoinPolicy;
import io.kollaps.cluster.join.JoinerPolicy;
import io.kollaps.cluster.join.ProbePlan;
import java.time.Duration;
import java.util.OptionalLong;

/**
 * How a node measures and lets itself be measured. What joins need is the leader's.
 *
 * @param on whether capacities are measured at all
 * @param probePort UDP and TCP port where probes are served; 0: any that is free
 * @param probe longest transfer of a probe, one direction
 * @param attempts how often a probe is tried before its join is given up
 * @param noise bound of the relative error of a probe
 * @param nicBitsPerSecond speed of this node's interface; empty: as the interface says
 * @param lease a joining node that is not heard of for so long is given up
 * @param queue how long a joining node waits for its turn
 * @param fresh a node that comes back within this time is not measured again
 * @param verifyAfter entries that were not probed for so long are verified; zero: never
 */
public record MeasuringSettings(
    boolean on,
    int probePort,
    Duration probe,
    int attempts,
    double noise,
    OptionalLong nicBitsPerSecond,
    Duration lease,
    Duration queue,
    Duration fresh,
    Duration verifyAfter) {
  private static final long SECOND_NANOS = 1_000_000_000L;

  /** A lease is renewed at least this many times. */
  private static final int RENEWALS = 3;

  /** How joins go while this node leads. */
  JoinPolicy policy() {
    ProbePlan plan =
        new ProbePlan(
            probe.toNanos(), ProbePlan.DEFAULT.stableShare(), ProbePlan.DEFAULT.datagrams());
    JoinPolicy standard = JoinPolicy.of(plan);
    long renew = Math.min(SECOND_NANOS, lease.toNanos() / RENEWALS);
    return new JoinPolicy(
        on,
        lease.toNanos(),
        renew,
        renew,
        standard.pollNanos(),
        standard.probeNanos(),
        standard.retryNanos(),
        standard.settleNanos(),
        standard.remeasureNanos(),
        standard.holdNanos(),
        standard.maxCandidates(),
        plan);
  }

  /** How places in the map are found. */
  JoinSettings search() {
    return new JoinSettings(
        noise,
        JoinSettings.ETHERNET_GOODPUT,
        JoinSettings.SMALL_CLUSTER,
        fresh.toNanos(),
        verifyAfter.toNanos(),
        attempts,
        1);
  }

  /** How this node joins. */
  JoinerPolicy joining(Duration joinWait) {
    JoinerPolicy standard = JoinerPolicy.DEFAULT;
    return new JoinerPolicy(
        joinWait.toNanos(),
        queue.toNanos(),
        standard.retryNanos(),
        lease.toNanos(),
        standard.maxRedirects(),
        standard.maxRestarts());
  }
}
