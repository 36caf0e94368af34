package io.kollaps.node.deploy;

import io.kollaps.node.control.leader.ControllerCommand;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** What happened lately, as this node saw it while it led, and who waits for more. */
final class Happenings {
  private static final int KEPT = 4096;

  private final ArrayDeque<Numbered> kept = new ArrayDeque<>(KEPT);
  private long newest;

  /**
   * Something that happened.
   *
   * @param number counts, from 1
   * @param atMillis when, on the leader's clock
   * @param run of which run; empty: of none
   * @param attempt of the run
   * @param phase of the run from then on; empty: of none
   * @param text one sentence
   */
  record Numbered(long number, long atMillis, String run, int attempt, String phase, String text) {}

  /** A run has something to tell. */
  void add(ControllerCommand.Happening happening, long atMillis) {
    add(
        atMillis,
        happening.run().value(),
        happening.attempt(),
        happening.phase().word(),
        happening.text());
  }

  /** A node has something to tell. */
  void add(String text, long atMillis) {
    add(atMillis, "", 0, "", text);
  }

  private synchronized void add(long atMillis, String run, int attempt, String phase, String text) {
    if (kept.size() == KEPT) {
      kept.removeFirst();
    }
    kept.addLast(new Numbered(++newest, atMillis, run, attempt, phase, text));
    notifyAll();
  }

  /** What happened after a number; at once, maybe nothing. */
  synchronized List<Numbered> after(long number) {
    List<Numbered> found = new ArrayList<>();
    for (Numbered each : kept) {
      if (each.number() > number) {
        found.add(each);
      }
    }
    return found;
  }

  /** Waits until something has happened after a number, or the time is over. */
  synchronized List<Numbered> await(long number, long millis) throws InterruptedException {
    long deadline = System.nanoTime() + millis * 1_000_000;
    while (newest <= number) {
      long left = (deadline - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        break;
      }
      wait(left);
    }
    return after(number);
  }

  /** Number of the last one. */
  synchronized long newest() {
    return newest;
  }
}
