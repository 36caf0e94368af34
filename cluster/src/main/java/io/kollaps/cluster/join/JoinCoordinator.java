package io.kollaps.cluster.join;

import io.kollaps.cluster.capacity.ExpectedCapacities;
import io.kollaps.cluster.capacity.JoinSettings;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The leader's side of joins: who waits, who is measured, which member serves a probe, what is
 * written before a node is admitted. Also keeps the map of members true: measures those without a
 * place, and verifies old entries when the cluster is idle.
 *
 * <p>Nothing of a join outlives it: it ends when the node is admitted, gives up, is not heard of
 * for the time of its lease, or when another node leads. A state machine for one event loop: not
 * safe for threads. Bounds: {@link JoinPolicy#maxCandidates} joins, each with one probe at a time.
 */
public final class JoinCoordinator {
  private final JoinPolicy policy;
  private final JoinSettings settings;
  private final RandomGenerator random;
  private ExpectedCapacities expected = ExpectedCapacities.NONE;
  private @Nullable Leading leading;

  /**
   * Does not lead yet.
   *
   * @param random for leases and secrets of probes
   */
  public JoinCoordinator(JoinPolicy policy, JoinSettings settings, RandomGenerator random) {
    this.policy = policy;
    this.settings = settings;
    this.random = random;
  }

  /** Takes an event and tells what to do. Events about what is not there any more do nothing. */
  public List<LeaderCommand> handle(LeaderEvent event) {
    if (event instanceof LeaderEvent.Led led) {
      Leading begun = new Leading(policy, settings, expected, random, led);
      leading = begun;
      return begun.begin();
    }
    if (event instanceof LeaderEvent.LedNoMore) {
      leading = null;
      return List.of();
    }
    Leading now = leading;
    if (now != null) {
      return now.handle(event);
    }
    return event instanceof LeaderEvent.Called called
        ? List.of(
            new LeaderCommand.Answer(
                called.number(),
                new JoinAnswer.Wait("this node does not lead", false, policy.waitNanos())))
        : List.of();
  }

  /** From now on, an administrator's description of the physical network says this. */
  public void describe(ExpectedCapacities described) {
    expected = described;
    if (leading != null) {
      leading.describe(described);
    }
  }

  /** What is known of the network; nothing while another node leads. */
  public MeasuredNetwork network() {
    return leading == null ? MeasuredNetwork.EMPTY : leading.network();
  }
}
