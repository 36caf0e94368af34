package io.kollaps.node.daemon;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.clock.ClockOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a leader has heard of the members. A leader that has just begun gives everybody the time of
 * a full silence before it calls them lost. Not for several threads.
 */
final class Liveness {
  private final long lostAfterNanos;
  private final Map<NodeId, Heard> heard = new HashMap<>();
  private final Map<NodeId, Long> noticed = new HashMap<>();
  private long sinceNanos;

  /**
   * Last sign of a member.
   *
   * @param atNanos monotonic
   * @param revision of its state
   * @param clock its offset to the leader's clock
   */
  record Heard(long atNanos, long revision, Optional<ClockOffset> clock) {}

  Liveness(long beatNanos, int misses) {
    // one period more than may be missed: a sign is due at its end
    lostAfterNanos = beatNanos * (misses + 1L);
  }

  /** This node leads from now on. */
  void begin(long nowNanos) {
    heard.clear();
    noticed.clear();
    sinceNanos = nowNanos;
  }

  /** A node is a member; from the first time on its silence counts. */
  void notice(NodeId node, long nowNanos) {
    noticed.putIfAbsent(node, nowNanos);
  }

  /** A member gave a sign. */
  void heard(NodeId node, Heard sign) {
    heard.put(node, sign);
  }

  /** Forgets all but these members. */
  void retain(Set<NodeId> members) {
    heard.keySet().retainAll(members);
    noticed.keySet().retainAll(members);
  }

  /** The last sign of a member to this leader. */
  Optional<Heard> last(NodeId node) {
    return Optional.ofNullable(heard.get(node));
  }

  /** How long a member has been silent to this leader. */
  long silentNanos(NodeId node, long nowNanos) {
    long since = Math.max(sinceNanos, noticed.getOrDefault(node, nowNanos));
    return nowNanos - last(node).map(Heard::atNanos).orElse(since);
  }

  /** Whether a member is lost. */
  boolean lost(NodeId node, long nowNanos) {
    return silentNanos(node, nowNanos) > lostAfterNanos;
  }
}
