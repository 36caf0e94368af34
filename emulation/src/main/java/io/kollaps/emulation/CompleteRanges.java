package io.kollaps.emulation;

import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;

/**
 * For each path id the number of the newest report that named all flows around it: a step function,
 * kept as its steps.
 */
final class CompleteRanges {
  /**
   * More steps than this are forgotten: the pieces of some reports of half a million flows. Then
   * the least number holds everywhere, so that a report that comes very late may bring a flow back
   * until the next complete one.
   */
  private static final int MAX_STEPS = 4_096;

  /** By the first path id of each step. */
  private final TreeMap<Integer, Long> steps = new TreeMap<>(Map.of(0, Long.MIN_VALUE));

  /** Number of the newest report that was complete at a path id; negative ids have none. */
  long newest(int pathId) {
    Map.Entry<Integer, Long> step = steps.floorEntry(pathId);
    return step == null ? Long.MIN_VALUE : step.getValue();
  }

  /** A report names all flows from one path id until before another. */
  void add(int from, int to, long sequence) {
    steps.put(to, newest(to));
    steps.put(from, newest(from));
    steps.subMap(from, to).replaceAll((start, newest) -> Math.max(newest, sequence));
    mergeEqual();
    if (steps.size() > MAX_STEPS) {
      long least = steps.values().stream().mapToLong(Long::longValue).min().orElseThrow();
      steps.clear();
      steps.put(0, least);
    }
  }

  private void mergeEqual() {
    long before = 0;
    boolean first = true;
    for (Iterator<Long> all = steps.values().iterator(); all.hasNext(); ) {
      long newest = all.next();
      if (!first && newest == before) {
        all.remove();
      }
      first = false;
      before = newest;
    }
  }
}
