package io.kollaps.node.daemon;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.clock.ClockOffset;
import io.kollaps.cluster.membership.Liveness;
import io.kollaps.cluster.membership.LivenessCommand;
import io.kollaps.cluster.membership.LivenessSettings;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a leader knows of the other members by their signs of life. Members that it does not watch
 * are neither lost nor silent. May be used from any thread.
 */
final class MemberWatch {
  /**
   * A node is admitted before it serves: on a busy machine, it takes some seconds from the one to
   * the other. Who has never answered is given up after this.
   */
  static final long STARTING_NANOS = 20_000_000_000L;

  private final LivenessSettings settings;
  private final Map<NodeId, Heard> heard = new HashMap<>();
  private Set<NodeId> watched = new HashSet<>();
  private Liveness liveness;
  private boolean begun;

  /**
   * What a member said last.
   *
   * @param revision of its state
   * @param clock its offset to the leader's clock
   */
  record Heard(long revision, Optional<ClockOffset> clock) {}

  /** Watches nobody. */
  MemberWatch(LivenessSettings settings) {
    this.settings = settings;
    liveness = new Liveness(settings);
  }

  /** This node leads from now on: what was known before does not count. */
  synchronized void begin() {
    liveness = new Liveness(settings);
    begun = false;
    watched = new HashSet<>();
    heard.clear();
  }

  /**
   * Watches these members and no others. Who is new counts as alive now; who was admitted while
   * this node leads is given time to start.
   */
  synchronized void watch(Set<NodeId> members, long nowNanos) {
    watched.stream().filter(node -> !members.contains(node)).forEach(liveness::forget);
    long grace = begun ? STARTING_NANOS : 0;
    members.forEach(node -> liveness.watch(node, nowNanos, grace));
    begun = true;
    watched = new HashSet<>(members);
    heard.keySet().retainAll(members);
  }

  /** Time has passed; the pings to send, and who is suspected or lost. */
  synchronized List<LivenessCommand> tick(long nowNanos) {
    return liveness.tick(nowNanos);
  }

  /** Whether a member is suspected, and so pinged densely. */
  synchronized boolean suspects() {
    return liveness.suspects();
  }

  /** A member answered a ping; whether it is back. */
  synchronized List<LivenessCommand> answered(NodeId node, long ping, Heard sign) {
    if (!watched.contains(node)) {
      return List.of();
    }
    heard.put(node, sign);
    return liveness.answered(node, ping);
  }

  /** What a member said last to this leader. */
  synchronized Optional<Heard> last(NodeId node) {
    return Optional.ofNullable(heard.get(node));
  }

  /** Time since the last ping that a member answered. */
  synchronized long silentNanos(NodeId node, long nowNanos) {
    return liveness.silentNanos(node, nowNanos);
  }

  /** Whether a member is lost. */
  synchronized boolean isLost(NodeId node) {
    return liveness.isLost(node);
  }
}
