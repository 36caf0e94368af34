package io.kollaps.placement.search;

import io.kollaps.placement.demand.SmallestCuts;
import java.util.Arrays;
import java.util.Optional;

/**
 * Proves that nothing fits by counting: so many endpoints below a vertex need at least the smallest
 * cut of so many, whichever they are. The numbers that each vertex can have are combined up to the
 * root; when all endpoints together are not among them, there is no placement.
 */
final class CountingBound {
  private static final int BITS = 6;

  private final SearchCase searchCase;
  private final Hierarchy hierarchy;
  private final SmallestCuts smallest;

  /** A bound for a case whose sets are nested. */
  CountingBound(SearchCase searchCase, Hierarchy hierarchy, SmallestCuts smallest) {
    this.searchCase = searchCase;
    this.hierarchy = hierarchy;
    this.smallest = smallest;
  }

  /**
   * Tries to prove that nothing fits.
   *
   * @param quota most endpoints on a node
   * @return a proof, or empty when this way finds none
   */
  Optional<Proof> refute(int quota) {
    int count = searchCase.endpointCount();
    long[][] possible = new long[hierarchy.vertexCount()][];
    int most = 0;
    for (int vertex = 0; vertex < possible.length; vertex++) {
      possible[vertex] =
          hierarchy.isNode(vertex) ? ofNode(vertex, quota) : combined(vertex, possible);
      if (vertex != hierarchy.root()) {
        keep(vertex, possible[vertex]);
      }
    }
    long[] all = possible[hierarchy.root()];
    if ((all[count >>> BITS] & (1L << count)) != 0) {
      return Optional.empty();
    }
    for (int i = 0; i <= count; i++) {
      most = (all[i >>> BITS] & (1L << i)) != 0 ? i : most;
    }
    return Optional.of(new Proof.Counted(count, most, tightest(quota)));
  }

  private long[] ofNode(int node, int quota) {
    long[] bits = empty();
    int most = Math.min(searchCase.endpointCount(), Math.min(quota, searchCase.freeSlots()[node]));
    for (int i = 0; i <= most; i++) {
      bits[i >>> BITS] |= 1L << i;
    }
    return bits;
  }

  private long[] empty() {
    return new long[(searchCase.endpointCount() >>> BITS) + 1];
  }

  private long[] combined(int vertex, long[][] possible) {
    long[] sum = empty();
    sum[0] = 1;
    for (int child : hierarchy.children(vertex)) {
      long[] next = empty();
      for (int word = 0; word < sum.length; word++) {
        for (long left = sum[word]; left != 0; left &= left - 1) {
          or(next, possible[child], (word << BITS) + Long.numberOfTrailingZeros(left));
        }
      }
      sum = next;
    }
    return sum;
  }

  private static void or(long[] target, long[] bits, int shift) {
    int words = shift >>> BITS;
    int rest = shift & 63;
    for (int i = 0; i < bits.length && i + words < target.length; i++) {
      target[i + words] |= bits[i] << rest;
      if (rest != 0 && i + words + 1 < target.length) {
        target[i + words + 1] |= bits[i] >>> (64 - rest);
      }
    }
  }

  private void keep(int vertex, long[] bits) {
    int end = Math.min(searchCase.endpointCount(), (bits.length << BITS) - 1);
    for (int i = 0; i <= end; i++) {
      boolean carried =
          smallest.outBitsPerSecond(i) <= hierarchy.out(vertex)
              && smallest.inBitsPerSecond(i) <= hierarchy.in(vertex);
      if (!carried) {
        bits[i >>> BITS] &= ~(1L << i);
      }
    }
  }

  /** The limit that keeps most endpoints away from where there are slots for them, -1 for none. */
  private int tightest(int quota) {
    int[] slots = new int[hierarchy.vertexCount()];
    int worst = Proof.NONE;
    int mostKeptAway = 0;
    for (int vertex = 0; vertex < slots.length; vertex++) {
      slots[vertex] =
          hierarchy.isNode(vertex)
              ? Math.min(quota, searchCase.freeSlots()[vertex])
              : Arrays.stream(hierarchy.children(vertex)).map(child -> slots[child]).sum();
      int can = Math.min(slots[vertex], searchCase.endpointCount());
      int wanted = can;
      while (can > 0
          && (smallest.outBitsPerSecond(can) > hierarchy.out(vertex)
              || smallest.inBitsPerSecond(can) > hierarchy.in(vertex))) {
        can--;
      }
      if (wanted - can > mostKeptAway) {
        mostKeptAway = wanted - can;
        worst = hierarchy.limitOf(vertex);
      }
    }
    return worst;
  }
}
