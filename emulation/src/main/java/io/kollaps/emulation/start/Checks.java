package io.kollaps.emulation.start;

/** Range checks of what comes over the network. */
final class Checks {
  private Checks() {}

  static void message(int round, long largestBoundNanos) {
    if (round < 1 || largestBoundNanos < 0) {
      throw new IllegalArgumentException(
          "a ring message has a round from 1 and a bound from 0, not round "
              + round
              + " and bound "
              + largestBoundNanos
              + " ns");
    }
  }
}
