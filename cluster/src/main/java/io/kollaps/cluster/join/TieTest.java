package io.kollaps.cluster.join;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.capacity.NodePair;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Tells a switch that blocks nothing from a shared trunk where several branches meet at one level:
 * single pairs cannot, since both give every pair the same. In each round all branches are probed
 * at once, each by one node and with one partner. A link that two pairs share, and that carries no
 * more than the level, halves their rates.
 *
 * <p>The partners are those of a round-robin tournament. Over all of its rounds every branch meets
 * every other one, so that a trunk of the level's rate around any two branches has two pairs across
 * it in some round; with fewer rounds in large clusters, and for trunks of several times the rate,
 * it is likely rather than certain.
 */
final class TieTest {
  /** Most rounds: all of a tournament of nine branches. */
  static final int MAX_ROUNDS = 8;

  private final long level;
  private final double leastBitsPerSecond;
  private final List<NodeId> nodes;
  private final int rounds;
  private final Set<Long> running = new HashSet<>();
  private final Set<Long> unserved = new HashSet<>();
  private int round;

  /**
   * A test that has not begun.
   *
   * @param level identity of the level
   * @param leastBitsPerSecond what a pair gets at least when it shares nothing
   * @param nodes one of each branch, at least three
   */
  TieTest(long level, double leastBitsPerSecond, List<NodeId> nodes) {
    this.level = level;
    this.leastBitsPerSecond = leastBitsPerSecond;
    this.nodes = List.copyOf(nodes);
    // with an odd number one has no partner in each round
    this.rounds = Math.min(MAX_ROUNDS, nodes.size() - (nodes.size() % 2 == 0 ? 1 : 0));
  }

  long level() {
    return level;
  }

  List<NodeId> nodes() {
    return nodes;
  }

  boolean has(NodeId node) {
    return nodes.contains(node);
  }

  /** True when every round has been played. */
  boolean complete() {
    return round >= rounds && running.isEmpty();
  }

  /** The pairs of the next round. */
  List<NodePair> nextRound() {
    int seats = nodes.size() + nodes.size() % 2;
    List<NodePair> pairs = new ArrayList<>();
    for (int i = 0; i < seats / 2; i++) {
      int one = seat(i, seats);
      int other = seat(seats - 1 - i, seats);
      if (one < nodes.size() && other < nodes.size()) {
        pairs.add(NodePair.of(nodes.get(one), nodes.get(other)));
      }
    }
    round++;
    return pairs;
  }

  /** The circle method: the first player keeps its seat, all others move on by one each round. */
  private int seat(int place, int seats) {
    return place == 0 ? 0 : 1 + (place - 1 + round) % (seats - 1);
  }

  void began(long probe) {
    running.add(probe);
    unserved.add(probe);
  }

  boolean runs(long probe) {
    return running.contains(probe);
  }

  /** Numbers of the probes that run, in their order. */
  SortedSet<Long> running() {
    return new TreeSet<>(running);
  }

  /** True when this was the last of the round that was waited for: all begin at once. */
  boolean served(long probe) {
    return unserved.remove(probe) && unserved.isEmpty();
  }

  /** True when the pair got what it gets alone. */
  boolean ended(long probe, long forwardBitsPerSecond, long backwardBitsPerSecond) {
    running.remove(probe);
    return Math.min(forwardBitsPerSecond, backwardBitsPerSecond) >= leastBitsPerSecond;
  }

  boolean roundOver() {
    return running.isEmpty();
  }
}
