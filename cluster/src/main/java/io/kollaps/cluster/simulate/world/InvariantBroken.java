package io.kollaps.cluster.simulate.world;

import java.util.Locale;

/** Something happened that must never happen. */
public final class InvariantBroken extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * With a message for people.
   *
   * @param seed of the story
   * @param atNanos virtual time
   * @param what is wrong
   */
  public InvariantBroken(long seed, long atNanos, String what) {
    super(String.format(Locale.ROOT, "seed %d, after %.6f s: %s", seed, atNanos / 1e9, what));
  }
}
