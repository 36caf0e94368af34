package io.kollaps.cluster.capacity;

/**
 * The capacities that explain what was measured.
 *
 * @param low bits per second
 * @param high bits per second
 */
record Span(double low, double high) {

  /** The capacities whose probe can show this rate, with a bounded relative error. */
  static Span of(double measured, double relativeNoise) {
    return new Span(measured / (1 + relativeNoise), measured / (1 - relativeNoise));
  }

  /** A capacity that is known. */
  static Span exact(double capacity) {
    return new Span(capacity, capacity);
  }

  /** True when both may be the same capacity. */
  boolean overlaps(Span other) {
    return low <= other.high && other.low <= high;
  }

  /** True when the other one is higher for certain. */
  boolean below(Span other) {
    return high < other.low;
  }

  /** The smallest span around both. */
  Span and(Span other) {
    return new Span(Math.min(low, other.low), Math.max(high, other.high));
  }
}
