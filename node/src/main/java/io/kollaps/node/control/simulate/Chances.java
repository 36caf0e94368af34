package io.kollaps.node.control.simulate;

/**
 * What may go wrong with parts.
 *
 * @param createFails probability that a part cannot be made
 * @param linkFails that it does not reach the others
 * @param breaks that it breaks while it runs
 * @param hangs that one of its steps never ends
 * @param mostWorkNanos longest time that its programs work
 */
record Chances(
    double createFails, double linkFails, double breaks, double hangs, long mostWorkNanos) {
  private static final long SECOND = 1_000_000_000L;

  /** Nothing goes wrong. */
  static final Chances GOOD = new Chances(0, 0, 0, 0, 12 * SECOND);

  /** Something does, now and then. */
  static final Chances BAD = new Chances(0.03, 0.02, 0.03, 0.01, 12 * SECOND);
}
