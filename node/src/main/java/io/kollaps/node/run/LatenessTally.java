package io.kollaps.node.run;

import io.kollaps.node.results.LoopHealth;

/**
 * Counts how late the rounds of the sharing loop began, in classes of {@link #CLASS_NANOS}; bounded
 * however long a run is.
 */
final class LatenessTally {
  private static final long CLASS_NANOS = 10_000;
  private static final int CLASSES = 10_000;
  private static final double P99 = 0.99;

  private final long[] counts = new long[CLASSES];
  private long rounds;
  private long max;

  void add(long latenessNanos) {
    long late = Math.max(0, latenessNanos);
    counts[(int) Math.min(CLASSES - 1, late / CLASS_NANOS)]++;
    rounds++;
    max = Math.max(max, late);
  }

  LoopHealth health() {
    long wanted = (long) Math.ceil(rounds * P99);
    long seen = 0;
    for (int i = 0; i < CLASSES; i++) {
      seen += counts[i];
      if (seen >= wanted && rounds > 0) {
        return new LoopHealth(rounds, Math.min(max, (i + 1) * CLASS_NANOS), max);
      }
    }
    return new LoopHealth(rounds, max, max);
  }
}
