package io.kollaps.emulation;

import java.util.ArrayDeque;
import java.util.function.IntConsumer;

/**
 * Which own paths have to be looked at again because the state of a link on them changed. Links
 * wait in the order in which they changed; each is served a piece at a time, so that a link that
 * all paths cross cannot keep the others waiting, and the work of one reading is bounded.
 */
final class IdlePaths {
  /** Links looked at in one reading at most, all paths together: some milliseconds of work. */
  static final int MAX_STEPS = 131_072;

  /** Paths of one link served in a row before the next link's turn. */
  private static final int PIECE = 1_024;

  private final PathTable paths;
  private final ArrayDeque<Integer> waiting = new ArrayDeque<>();
  private final int[] next;
  private final int[] remaining;
  private final int[] changedAt;
  private final int[] seenAt;
  private int round;

  IdlePaths(PathTable paths) {
    this.paths = paths;
    next = new int[paths.linkCount()];
    remaining = new int[paths.linkCount()];
    changedAt = new int[paths.linkCount()];
    seenAt = new int[paths.ownCount()];
  }

  /** A new state of links begins; {@link #changed} then names those that differ. */
  void newRound() {
    round++;
  }

  /** The state of a link changed in this round. */
  void changed(int link) {
    int all = paths.crossingCount(link);
    if (all == 0 || changedAt[link] == round) {
      return;
    }
    changedAt[link] = round;
    if (remaining[link] == 0) {
      waiting.add(link);
    }
    remaining[link] = all;
  }

  /** All paths were looked at: none waits. */
  void allSeen() {
    for (int link : waiting) {
      remaining[link] = 0;
    }
    waiting.clear();
  }

  /**
   * Looks at waiting paths until none is left or the bound is reached.
   *
   * @param look gets the number of each own path to look at
   */
  void look(IntConsumer look) {
    int steps = 0;
    while (steps < MAX_STEPS && !waiting.isEmpty()) {
      int link = waiting.remove();
      int piece = Math.min(PIECE, remaining[link]);
      int all = paths.crossingCount(link);
      for (int served = 0; served < piece; served++) {
        int own = paths.crossing(paths.firstCrossing(link) + next[link]);
        next[link] = next[link] + 1 == all ? 0 : next[link] + 1;
        steps++;
        if (seenAt[own] < changedAt[link]) {
          seenAt[own] = round;
          steps += paths.firstHop(own + 1) - paths.firstHop(own);
          look.accept(own);
        }
      }
      remaining[link] -= piece;
      if (remaining[link] > 0) {
        waiting.add(link);
      }
    }
  }
}
