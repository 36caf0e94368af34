package io.kollaps.placement.search;

import io.kollaps.placement.demand.Cuts;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Tries every placement, depth first, and leaves out what cannot succeed: demand with some
 * endpoints not placed yet never exceeds demand with all, so a limit that is exceeded stays so. Of
 * nodes that are alike and empty only the first is tried.
 */
final class ExactSearch {
  /** How a search ended. */
  enum Outcome {
    /** A placement was found. */
    FOUND,
    /** There is none. */
    NONE,
    /** The effort was spent before. */
    UNKNOWN
  }

  private final SearchCase searchCase;
  private final int quota;
  private final Effort effort;
  private final LimitMeter meter;
  private final int[] order;
  private final int[] alike;
  private final boolean[][] contains;
  private final int[] nodeOf;
  private final int[] count;
  private final long[] milliCpus;
  private final long[] memoryBytes;
  private boolean outOfEffort;

  ExactSearch(SearchCase searchCase, int quota, Effort effort) {
    this.searchCase = searchCase;
    this.quota = quota;
    this.effort = effort;
    this.meter = new LimitMeter(searchCase, Cuts.FREE);
    this.alike = Alike.classes(searchCase);
    this.order =
        IntStream.range(0, searchCase.endpointCount())
            .boxed()
            .sorted(
                Comparator.comparing((Integer e) -> searchCase.pinned()[e] == SearchCase.ANYWHERE)
                    .thenComparing(
                        Comparator.comparingLong(
                                (Integer e) ->
                                    searchCase.emulated().accessOutBitsPerSecond(e)
                                        + searchCase.emulated().accessInBitsPerSecond(e))
                            .reversed()))
            .mapToInt(Integer::intValue)
            .toArray();
    this.contains = new boolean[searchCase.limits().setCount()][searchCase.nodeCount()];
    for (int set = 0; set < contains.length; set++) {
      for (int node : searchCase.limits().set(set)) {
        contains[set][node] = true;
      }
    }
    this.nodeOf = new int[order.length];
    this.count = new int[searchCase.nodeCount()];
    this.milliCpus = searchCase.freeMilliCpus().clone();
    this.memoryBytes = searchCase.freeMemoryBytes().clone();
  }

  /** Searches; after {@link Outcome#FOUND}, {@link #nodes} has the placement. */
  Outcome run() {
    if (place(0)) {
      return Outcome.FOUND;
    }
    return outOfEffort ? Outcome.UNKNOWN : Outcome.NONE;
  }

  /** Where every endpoint is. A new array at each call. */
  int[] nodes() {
    return nodeOf.clone();
  }

  private boolean place(int depth) {
    if (depth == order.length) {
      return true;
    }
    int endpoint = order[depth];
    for (int node : candidates(endpoint)) {
      if (!effort.trial()) {
        outOfEffort = true;
        return false;
      }
      put(endpoint, node);
      if (meter.excess() == 0 && place(depth + 1)) {
        return true;
      }
      take(endpoint, node);
      if (outOfEffort) {
        return false;
      }
    }
    return false;
  }

  private int[] candidates(int endpoint) {
    boolean[] seen = new boolean[searchCase.nodeCount()];
    int pin = searchCase.pinned()[endpoint];
    return IntStream.range(0, searchCase.nodeCount())
        .filter(node -> pin == SearchCase.ANYWHERE || pin == node)
        .filter(node -> fits(endpoint, node))
        .boxed()
        .sorted((a, b) -> Ranking.compare(searchCase, a, count[a], b, count[b]))
        .filter(node -> pin == node || count[node] > 0 || first(seen, alike[node]))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  private static boolean first(boolean[] seen, int kind) {
    boolean before = seen[kind];
    seen[kind] = true;
    return !before;
  }

  private boolean fits(int endpoint, int node) {
    return count[node] < Math.min(quota, searchCase.freeSlots()[node])
        && searchCase.needMilliCpus()[endpoint] <= milliCpus[node]
        && searchCase.needMemoryBytes()[endpoint] <= memoryBytes[node];
  }

  private void put(int endpoint, int node) {
    nodeOf[endpoint] = node;
    count[node]++;
    milliCpus[node] -= searchCase.needMilliCpus()[endpoint];
    memoryBytes[node] -= searchCase.needMemoryBytes()[endpoint];
    for (int set = 0; set < contains.length; set++) {
      meter.change(set, endpoint, Cuts.FREE, contains[set][node] ? Cuts.INSIDE : Cuts.OUTSIDE);
    }
    refresh();
  }

  private void take(int endpoint, int node) {
    count[node]--;
    milliCpus[node] += searchCase.needMilliCpus()[endpoint];
    memoryBytes[node] += searchCase.needMemoryBytes()[endpoint];
    for (int set = 0; set < contains.length; set++) {
      meter.change(set, endpoint, contains[set][node] ? Cuts.INSIDE : Cuts.OUTSIDE, Cuts.FREE);
    }
    refresh();
  }

  private void refresh() {
    for (int set = 0; set < contains.length; set++) {
      meter.refresh(set);
    }
  }
}
