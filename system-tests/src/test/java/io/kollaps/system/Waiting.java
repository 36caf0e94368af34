package io.kollaps.system;

import java.time.Duration;

/** Waits for something that happens in another process. */
final class Waiting {
  private static final long LOOK_MILLIS = 20;

  private Waiting() {}

  /** A look at the state of things. */
  @FunctionalInterface
  interface Look {
    boolean holds() throws Exception;
  }

  /** Returns as soon as it holds; fails when it does not within the bound. */
  static void until(String what, Duration bound, Look look) throws Exception {
    long deadline = System.nanoTime() + bound.toNanos();
    while (!look.holds()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("not within " + bound.toSeconds() + " s: " + what);
      }
      Thread.sleep(LOOK_MILLIS);
    }
  }
}
