package io.kollaps.node.report;

import io.kollaps.node.results.FlowSample;
import java.util.Arrays;

/**
 * One flow's rate over time in a bounded number of buckets of one width. Each keeps the mean, the
 * least and the greatest of what was measured and granted in it, so that a spike stays visible
 * however long the run was.
 */
final class Series {
  private final long bucketNanos;
  private final double[] weight;
  private final double[] measuredSum;
  private final long[] measuredMin;
  private final long[] measuredMax;
  private final long[] grantedLast;
  private final long[] grantedMin;
  private final long[] grantedMax;

  /**
   * @param buckets number of buckets, at least 1
   * @param bucketNanos width of each, at least 1
   */
  Series(int buckets, long bucketNanos) {
    this.bucketNanos = bucketNanos;
    weight = new double[buckets];
    measuredSum = new double[buckets];
    measuredMin = new long[buckets];
    measuredMax = new long[buckets];
    grantedLast = new long[buckets];
    grantedMin = new long[buckets];
    grantedMax = new long[buckets];
    Arrays.fill(measuredMin, Long.MAX_VALUE);
    Arrays.fill(grantedMin, Long.MAX_VALUE);
  }

  /** Adds an interval to every bucket that it overlaps; what lies outside counts to the edges. */
  void add(FlowSample sample) {
    long start = Math.max(0, sample.endNanos() - sample.intervalNanos());
    int first = bucket(start);
    int last = Math.max(first, bucket(sample.endNanos() - 1));
    for (int i = first; i <= last; i++) {
      long from = Math.max(start, i * bucketNanos);
      long to = Math.min(sample.endNanos(), (i + 1) * bucketNanos);
      double overlap = Math.max(1, to - from);
      weight[i] += overlap;
      measuredSum[i] += overlap * sample.measuredBitsPerSecond();
      measuredMin[i] = Math.min(measuredMin[i], sample.measuredBitsPerSecond());
      measuredMax[i] = Math.max(measuredMax[i], sample.measuredBitsPerSecond());
      grantedLast[i] = sample.grantedBitsPerSecond();
      grantedMin[i] = Math.min(grantedMin[i], sample.grantedBitsPerSecond());
      grantedMax[i] = Math.max(grantedMax[i], sample.grantedBitsPerSecond());
    }
  }

  private int bucket(long nanos) {
    return Math.clamp(nanos / bucketNanos, 0, weight.length - 1);
  }

  int buckets() {
    return weight.length;
  }

  /** True when the flow carried traffic in this bucket. */
  boolean active(int bucket) {
    return weight[bucket] > 0;
  }

  long measuredMean(int bucket) {
    return Math.round(measuredSum[bucket] / weight[bucket]);
  }

  long measuredMin(int bucket) {
    return measuredMin[bucket];
  }

  long measuredMax(int bucket) {
    return measuredMax[bucket];
  }

  /** The last share in this bucket. */
  long granted(int bucket) {
    return grantedLast[bucket];
  }

  long grantedMin(int bucket) {
    return grantedMin[bucket];
  }

  long grantedMax(int bucket) {
    return grantedMax[bucket];
  }
}
