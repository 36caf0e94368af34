package io.kollaps.node.results;

import java.util.Arrays;
import java.util.List;

/**
 * How far events were from their planned times; an early event counts as one as late.
 *
 * @param events number of events
 * @param p50Nanos median, nearest rank
 * @param p99Nanos 99th percentile, nearest rank
 * @param maxNanos worst
 */
public record LatenessSummary(int events, long p50Nanos, long p99Nanos, long maxNanos) {

  /** The summary of these events; zeros when there are none. */
  public static LatenessSummary of(List<EventRecord> events) {
    if (events.isEmpty()) {
      return new LatenessSummary(0, 0, 0, 0);
    }
    long[] sorted = events.stream().mapToLong(e -> Math.abs(e.latenessNanos())).toArray();
    Arrays.sort(sorted);
    return new LatenessSummary(
        sorted.length, rank(sorted, 0.50), rank(sorted, 0.99), sorted[sorted.length - 1]);
  }

  private static long rank(long[] sorted, double quantile) {
    int rank = (int) Math.ceil(quantile * sorted.length);
    return sorted[Math.max(rank, 1) - 1];
  }
}
