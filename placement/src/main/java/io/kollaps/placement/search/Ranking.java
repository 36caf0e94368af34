package io.kollaps.placement.search;

import java.util.Comparator;
import java.util.stream.IntStream;

/** Which node is better for one more endpoint: reliable ones first, then the least loaded. */
final class Ranking {
  private Ranking() {}

  /** Below 0 when the first node is better, with so many endpoints of this experiment on each. */
  static int compare(SearchCase searchCase, int a, int countA, int b, int countB) {
    int byTrust = Integer.compare(searchCase.unreliability()[a], searchCase.unreliability()[b]);
    return byTrust != 0
        ? byTrust
        : Integer.compare(searchCase.load()[a] + countA, searchCase.load()[b] + countB);
  }

  /** All nodes, the best first, ties by number. */
  static int[] order(SearchCase searchCase) {
    return IntStream.range(0, searchCase.nodeCount())
        .boxed()
        .sorted(
            Comparator.<Integer>comparingInt(node -> searchCase.unreliability()[node])
                .thenComparingInt(node -> searchCase.load()[node]))
        .mapToInt(Integer::intValue)
        .toArray();
  }
}
