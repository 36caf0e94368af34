package io.kollaps.cluster.membership;

import io.kollaps.cluster.NodeId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Watches nodes by pings: the leader its members, a member its leader. Each node is judged by
 * itself, so several losses at once are several losses.
 *
 * <p>An answer proves that the node lived when the ping was <em>sent</em>, nothing more: late,
 * repeated and reordered answers cannot keep a dead node alive. After some missed periods a node is
 * suspected and pinged densely; it is given up only when all of these stay unanswered too, so that
 * losing single messages never removes anybody. A lost node is pinged on, and returns with the
 * first answer to a ping that was sent after its loss.
 *
 * <p>When the watcher itself stood still (a pause of the machine or of the process), the time that
 * it slept through counts for nobody. Not safe for threads.
 */
public final class Liveness {
  /** Most nodes that are watched. */
  public static final int MAX_NODES = 10_000;

  /** Pings whose answers still count; older ones are forgotten. */
  private static final int WINDOW = 256;

  private final LivenessSettings settings;
  private final Map<NodeId, Watched> nodes = new LinkedHashMap<>();
  private long lastTickNanos;
  private boolean ticked;

  /** Watches nobody. */
  public Liveness(LivenessSettings settings) {
    this.settings = settings;
  }

  /** What is known of one node. */
  private static final class Watched {
    private final long[] sentNanos = new long[WINDOW];
    private long nextSequence;
    private long aliveNanos;
    private boolean suspected;
    private boolean lost;
    private long lostAtNanos;
    private boolean heard;
    private final long startedByNanos;

    Watched(long nowNanos, long graceNanos) {
      aliveNanos = nowNanos;
      startedByNanos = nowNanos + graceNanos;
    }

    long lastSentNanos() {
      return sentNanos[(int) ((nextSequence - 1) % WINDOW)];
    }
  }

  /**
   * Begins to watch a node; it counts as alive now. Watching it already changes nothing.
   *
   * @throws IllegalStateException when {@link #MAX_NODES} are watched
   */
  public void watch(NodeId node, long nowNanos) {
    watch(node, nowNanos, 0);
  }

  /**
   * Begins to watch a node that may not be able to answer yet; it counts as alive now, and is not
   * given up before the grace is over or it has answered once.
   *
   * @throws IllegalStateException when {@link #MAX_NODES} are watched
   */
  public void watch(NodeId node, long nowNanos, long graceNanos) {
    if (!nodes.containsKey(node) && nodes.size() >= MAX_NODES) {
      throw new IllegalStateException(
          "at most " + MAX_NODES + " nodes are watched; " + node + " is one more");
    }
    nodes.putIfAbsent(node, new Watched(nowNanos, graceNanos));
  }

  /** Ends watching a node. */
  public void forget(NodeId node) {
    nodes.remove(node);
  }

  /** True while a node is watched. */
  public boolean watches(NodeId node) {
    return nodes.containsKey(node);
  }

  /** True for a node that was given up and has not returned. */
  public boolean isLost(NodeId node) {
    Watched watched = nodes.get(node);
    return watched != null && watched.lost;
  }

  /** Whether any node is suspected: then {@link #tick} is to be told densely. */
  public boolean suspects() {
    return nodes.values().stream().anyMatch(watched -> watched.suspected);
  }

  /** Time since the last ping that a node answered; 0 for one that is not watched. */
  public long silentNanos(NodeId node, long nowNanos) {
    Watched watched = nodes.get(node);
    return watched == null ? 0 : Math.max(0, nowNanos - watched.aliveNanos);
  }

  /** Periods that a node has missed; 0 for one that is not watched. */
  public long misses(NodeId node, long nowNanos) {
    return silentNanos(node, nowNanos) / settings.periodNanos();
  }

  /**
   * Takes an answer to a ping. Numbers that were never sent, too old ones and nodes that are not
   * watched are ignored.
   */
  public List<LivenessCommand> answered(NodeId node, long sequence) {
    Watched watched = nodes.get(node);
    if (watched == null
        || sequence < Math.max(0, watched.nextSequence - WINDOW)
        || sequence >= watched.nextSequence) {
      return List.of();
    }
    long sent = watched.sentNanos[(int) (sequence % WINDOW)];
    watched.heard = true;
    if (watched.lost) {
      if (sent < watched.lostAtNanos) {
        return List.of();
      }
      watched.lost = false;
      watched.aliveNanos = sent;
      return List.of(new LivenessCommand.Returned(node));
    }
    watched.aliveNanos = Math.max(watched.aliveNanos, sent);
    if (watched.suspected && lastTickNanos - watched.aliveNanos < settings.suspectAfterNanos()) {
      watched.suspected = false;
      return List.of(new LivenessCommand.Cleared(node));
    }
    return List.of();
  }

  /**
   * Time has passed; to be told every {@link LivenessSettings#confirmPeriodNanos} or so while it
   * {@link #suspects}, else several times a period.
   *
   * @param nowNanos on this machine's clock that never goes back
   */
  public List<LivenessCommand> tick(long nowNanos) {
    long slept = ticked ? nowNanos - lastTickNanos - settings.periodNanos() : 0;
    ticked = true;
    lastTickNanos = nowNanos;
    List<LivenessCommand> commands = new ArrayList<>();
    for (Map.Entry<NodeId, Watched> entry : nodes.entrySet()) {
      Watched watched = entry.getValue();
      if (slept > 0) {
        // who is watched only since it woke has not been slept through
        watched.aliveNanos =
            Math.min(nowNanos, watched.aliveNanos + slept + settings.periodNanos());
      }
      if (!watched.lost && (watched.heard || nowNanos >= watched.startedByNanos)) {
        judge(entry.getKey(), watched, nowNanos, commands);
      }
      ping(entry.getKey(), watched, nowNanos, commands);
    }
    return commands;
  }

  private void judge(NodeId node, Watched watched, long nowNanos, List<LivenessCommand> commands) {
    long silent = nowNanos - watched.aliveNanos;
    if (silent >= settings.lostAfterNanos()) {
      watched.suspected = false;
      watched.lost = true;
      watched.lostAtNanos = nowNanos;
      commands.add(new LivenessCommand.Lost(node, silent));
    } else if (!watched.suspected && silent >= settings.suspectAfterNanos()) {
      watched.suspected = true;
      commands.add(new LivenessCommand.Suspected(node));
    }
  }

  private void ping(NodeId node, Watched watched, long nowNanos, List<LivenessCommand> commands) {
    long period = watched.suspected ? settings.confirmPeriodNanos() : settings.periodNanos();
    if (watched.nextSequence == 0 || nowNanos - watched.lastSentNanos() >= period) {
      long sequence = watched.nextSequence++;
      watched.sentNanos[(int) (sequence % WINDOW)] = nowNanos;
      commands.add(new LivenessCommand.Ping(node, sequence));
    }
  }
}
