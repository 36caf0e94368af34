package io.kollaps.cluster.simulate.world;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;

/**
 * What happened, as a number that two equal stories share, and, when asked for, as lines for
 * people. Lines cost much more than the story itself; a failing seed is therefore played again with
 * them.
 */
public final class Trace {
  /** Lines that are kept; of more, the last ones. */
  public static final int MAX_LINES = 20_000;

  private static final long FIRST = 0xcbf29ce484222325L;
  private static final long FACTOR = 0x100000001b3L;

  private final boolean lines;
  private final Deque<String> kept = new ArrayDeque<>();
  private long digest = FIRST;
  private long nowNanos;
  private long notes;

  private Trace(boolean lines) {
    this.lines = lines;
  }

  /** Keeps the number alone. */
  public static Trace digestOnly() {
    return new Trace(false);
  }

  /** Keeps lines too. */
  public static Trace withLines() {
    return new Trace(true);
  }

  void time(long atNanos) {
    nowNanos = atNanos;
    mix(atNanos);
  }

  /**
   * Notes something.
   *
   * @param who to whom it happened
   * @param what happened: part of the number
   * @param detail for people: only looked at when lines are kept
   */
  public void note(Object who, String what, Object detail) {
    mix(what.hashCode());
    notes++;
    if (lines) {
      kept.addLast(
          String.format(Locale.ROOT, "%14.6f s  %-10s %s %s", nowNanos / 1e9, who, what, detail));
      if (kept.size() > MAX_LINES) {
        kept.removeFirst();
      }
    }
  }

  /** Notes a number, such as a size or a version: part of the number. */
  public void note(Object who, String what, long value) {
    mix(value);
    note(who, what, (Object) value);
  }

  private void mix(long value) {
    digest = (digest ^ value) * FACTOR;
    digest ^= digest >>> 29;
  }

  /** A number of the whole story (64 bits, after the FNV-1a hash). */
  public long digest() {
    return digest;
  }

  /** How much was noted. */
  public long notes() {
    return notes;
  }

  /** The last lines; empty when none are kept. */
  public List<String> lines() {
    return List.copyOf(kept);
  }
}
