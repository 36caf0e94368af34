package io.kollaps.fabric.userspace;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Counts durations in buckets of which 16 lie between every power of two and the next, so that a
 * quantile is at most 1/16 too high. One thread records, without allocating; any thread reads.
 */
final class LatenessHistogram {
  private static final int SUB_BUCKETS_SHIFT = 4;
  private static final int SUB_BUCKETS = 1 << SUB_BUCKETS_SHIFT;
  private static final int BUCKETS = (Long.SIZE - SUB_BUCKETS_SHIFT) * SUB_BUCKETS;
  private static final VarHandle COUNTS = MethodHandles.arrayElementVarHandle(long[].class);

  private final long[] counts = new long[BUCKETS];
  private volatile long maxNanos;

  /** Counts one duration; a negative one as 0. */
  void record(long nanos) {
    long value = Math.max(0, nanos);
    int bucket = bucket(value);
    COUNTS.setOpaque(counts, bucket, counts[bucket] + 1);
    if (value > maxNanos) {
      maxNanos = value;
    }
  }

  /**
   * The smallest bucket bound below or at which a share of the durations lies.
   *
   * @param share in (0, 1]
   * @return nanoseconds, never more than the maximum; 0 when nothing was recorded
   */
  long quantile(double share) {
    long total = count();
    long wanted = Math.max(1, (long) Math.ceil(total * share));
    long seen = 0;
    for (int i = 0; i < BUCKETS; i++) {
      seen += (long) COUNTS.getOpaque(counts, i);
      if (seen >= wanted) {
        return Math.min(upperBound(i), maxNanos);
      }
    }
    return maxNanos;
  }

  /** The longest, exactly. */
  long max() {
    return maxNanos;
  }

  /** How many were recorded. */
  long count() {
    long total = 0;
    for (int i = 0; i < BUCKETS; i++) {
      total += (long) COUNTS.getOpaque(counts, i);
    }
    return total;
  }

  private static int bucket(long value) {
    if (value < SUB_BUCKETS) {
      return (int) value;
    }
    int shift = Long.SIZE - 1 - Long.numberOfLeadingZeros(value) - SUB_BUCKETS_SHIFT;
    return (shift << SUB_BUCKETS_SHIFT) + (int) (value >>> shift);
  }

  private static long upperBound(int bucket) {
    if (bucket < SUB_BUCKETS) {
      return bucket;
    }
    int shift = (bucket >> SUB_BUCKETS_SHIFT) - 1;
    long mantissa = (bucket & (SUB_BUCKETS - 1L)) + SUB_BUCKETS;
    return ((mantissa + 1) << shift) - 1;
  }
}
