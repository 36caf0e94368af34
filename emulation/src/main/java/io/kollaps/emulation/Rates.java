package io.kollaps.emulation;

/** Whole rates from computed ones. */
final class Rates {
  /** A computed rate this close (relative) below a whole one is that one: rounding of sums. */
  private static final double ROUNDING = 1e-9;

  private static final double LARGEST = 9e18;

  private Rates() {}

  /** Rounds down; what is within rounding of a whole number is that number. */
  static long whole(double rate) {
    if (rate >= LARGEST) {
      return FlowTable.UNLIMITED;
    }
    double nearest = Math.rint(rate);
    return (long) (Math.abs(rate - nearest) <= ROUNDING * rate ? nearest : Math.floor(rate));
  }

  /** As {@link #whole}, at least 1: a path's rate is never 0. */
  static long setting(double rate) {
    return Math.max(1, whole(rate));
  }

  /** True when two rates differ by more than a fraction of the first. */
  static boolean differ(double first, double second, double fraction) {
    return first != second && !(Math.abs(first - second) <= fraction * Math.abs(first));
  }
}
