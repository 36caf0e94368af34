package io.kollaps.placement.demand;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.function.IntPredicate;

/**
 * Maximal flow by Edmonds and Karp on a matrix of capacities: slow, and nothing like the others.
 */
public final class ReferenceFlow {
  private static final long PLENTY = 1L << 50;

  private ReferenceFlow() {}

  /**
   * The most that can flow from some endpoints to others.
   *
   * @param capacity between every two nodes
   * @param endpoints the first nodes
   */
  public static long flow(
      long[][] capacity, int endpoints, IntPredicate source, IntPredicate sink) {
    int nodes = capacity.length;
    long[][] left = new long[nodes + 2][nodes + 2];
    for (int i = 0; i < nodes; i++) {
      System.arraycopy(capacity[i], 0, left[i], 0, nodes);
    }
    for (int i = 0; i < endpoints; i++) {
      left[nodes][i] = source.test(i) ? PLENTY : 0;
      left[i][nodes + 1] = sink.test(i) ? PLENTY : 0;
    }
    long total = 0;
    for (long more = augment(left); more > 0; more = augment(left)) {
      total += more;
    }
    return total;
  }

  private static long augment(long[][] left) {
    int source = left.length - 2;
    int sink = left.length - 1;
    int[] before = new int[left.length];
    Arrays.fill(before, -1);
    before[source] = source;
    Deque<Integer> open = new ArrayDeque<>();
    open.add(source);
    while (!open.isEmpty() && before[sink] < 0) {
      int at = open.remove();
      for (int next = 0; next < left.length; next++) {
        if (before[next] < 0 && left[at][next] > 0) {
          before[next] = at;
          open.add(next);
        }
      }
    }
    if (before[sink] < 0) {
      return 0;
    }
    long least = Long.MAX_VALUE;
    for (int at = sink; at != source; at = before[at]) {
      least = Math.min(least, left[before[at]][at]);
    }
    for (int at = sink; at != source; at = before[at]) {
      left[before[at]][at] -= least;
      left[at][before[at]] += least;
    }
    return least;
  }
}
