package io.kollaps.node.probe;

import java.util.List;

/**
 * What a transfer says of the capacity, from what was received in each short interval of it. The
 * first half is left out: TCP speeds up in it, and the buffers of the way fill.
 *
 * @param bitsPerSecond received in the second half
 * @param drift how much the rate of the last quarter differs from that of the third, as a share of
 *     their mean
 */
record TransferEstimate(double bitsPerSecond, double drift) {

  /**
   * A part of a transfer.
   *
   * @param seconds how long
   * @param bits received in it
   */
  record Interval(double seconds, double bits) {}

  /**
   * The estimate.
   *
   * @throws IllegalArgumentException when there is no interval of any length
   */
  static TransferEstimate of(List<Interval> intervals) {
    double whole = intervals.stream().mapToDouble(Interval::seconds).sum();
    if (!(whole > 0)) {
      throw new IllegalArgumentException("a transfer without intervals");
    }
    double third = rate(intervals, whole / 2, whole * 3 / 4);
    double last = rate(intervals, whole * 3 / 4, whole);
    double both = rate(intervals, whole / 2, whole);
    return new TransferEstimate(both, both == 0 ? 1 : Math.abs(last - third) / both);
  }

  /** True when the rate has settled. */
  boolean stable(double share) {
    return drift <= share;
  }

  /** Bits per second between two times; an interval that lies across counts by its part. */
  private static double rate(List<Interval> intervals, double from, double to) {
    double begin = 0;
    double bits = 0;
    for (Interval interval : intervals) {
      double end = begin + interval.seconds();
      double inside = Math.min(end, to) - Math.max(begin, from);
      if (inside > 0) {
        bits += interval.bits() * inside / interval.seconds();
      }
      begin = end;
    }
    return bits / (to - from);
  }
}
