package io.kollaps.placement.search;

import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Moves endpoints of a placement that keeps every limit to better nodes (more reliable, less
 * loaded) while it still does, without putting more endpoints on any node than the fullest one has.
 */
final class Polish {
  private static final int MAX_ROUNDS = 4;

  private final SearchCase searchCase;
  private final Assignment assignment;
  private final Effort effort;
  private final int quota;

  Polish(SearchCase searchCase, int[] nodes, Effort effort) {
    this.searchCase = searchCase;
    this.assignment = new Assignment(searchCase, nodes);
    this.effort = effort;
    this.quota = IntStream.range(0, searchCase.nodeCount()).map(assignment::count).max().orElse(1);
  }

  void run() {
    for (int round = 0; round < MAX_ROUNDS; round++) {
      boolean changed = false;
      for (int endpoint = 0; endpoint < searchCase.endpointCount(); endpoint++) {
        if (searchCase.pinned()[endpoint] == SearchCase.ANYWHERE) {
          changed |= improve(endpoint);
        }
        if (effort.spent()) {
          return;
        }
      }
      if (!changed) {
        return;
      }
    }
  }

  private boolean improve(int endpoint) {
    int home = assignment.nodeOf(endpoint);
    for (int node : better(endpoint, home)) {
      if (!effort.trial()) {
        return false;
      }
      if (assignment.moveWhenKept(endpoint, node)) {
        return true;
      }
    }
    return false;
  }

  /** Nodes where the endpoint would be better off, the best first. */
  private int[] better(int endpoint, int home) {
    int here = assignment.count(home) - 1;
    return IntStream.range(0, searchCase.nodeCount())
        .filter(
            node ->
                Ranking.compare(searchCase, node, assignment.count(node), home, here) < 0
                    && assignment.hasRoom(endpoint, node, quota))
        .boxed()
        .sorted(
            Comparator.<Integer>comparingInt(node -> searchCase.unreliability()[node])
                .thenComparingInt(node -> searchCase.load()[node] + assignment.count(node)))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  int[] nodes() {
    return assignment.nodes();
  }

  long[] demand() {
    return assignment.meter().demand();
  }
}
