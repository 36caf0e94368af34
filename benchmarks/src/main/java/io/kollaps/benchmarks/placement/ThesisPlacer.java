package io.kollaps.benchmarks.placement;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * The thesis' way to place (chapters 3.8 and 5.4), for comparison: every combination of nodes in
 * order, every permutation of endpoints on it, the first that fits. What an endpoint's node sends
 * to others in all must fit the capacity that is left between it and each of the others; what is
 * taken is noted for each pair of nodes. Its faults in running out of combinations are mended; its
 * rule is as it is.
 */
final class ThesisPlacer {
  /** Rounds in which every node gets one more copy. */
  private static final int ROUNDS = 5;

  private static final int STEPS_BETWEEN_LOOKS = 256;

  private final long[][] left;
  private final int[] load;
  private final int maxLoad;
  private final LongSupplier clock;
  private long endNanos;
  private int steps;
  private boolean late;

  /**
   * A placer on an empty cluster.
   *
   * @param capacities between every two nodes, in bits per second
   * @param maxLoad most endpoints on a node
   * @param clock monotonic time in nanoseconds
   */
  ThesisPlacer(long[][] capacities, int maxLoad, LongSupplier clock) {
    this.left = Arrays.stream(capacities).map(long[]::clone).toArray(long[][]::new);
    this.load = new int[capacities.length];
    this.maxLoad = maxLoad;
    this.clock = clock;
  }

  /** Endpoints on each node. A new array at each call. */
  int[] load() {
    return load.clone();
  }

  /**
   * Places an experiment, and takes what it asks for.
   *
   * @param demand what every two endpoints can send each other
   * @param timeNanos when to give up
   * @return node of each endpoint; empty when none was found
   */
  Optional<int[]> place(long[][] demand, long timeNanos) {
    endNanos = clock.getAsLong() + timeNanos;
    late = false;
    int copies = Math.max(0, demand.length - load.length);
    for (int round = 0; round < ROUNDS && !late; round++) {
      Optional<int[]> found = combinations(demand, copies + round + 1);
      if (found.isPresent()) {
        take(demand, found.get());
        return found;
      }
    }
    return Optional.empty();
  }

  private void take(long[][] demand, int[] nodes) {
    for (int a = 0; a < nodes.length; a++) {
      load[nodes[a]]++;
      for (int b = a + 1; b < nodes.length; b++) {
        if (nodes[a] != nodes[b]) {
          left[nodes[a]][nodes[b]] -= demand[a][b];
          left[nodes[b]][nodes[a]] -= demand[a][b];
        }
      }
    }
  }

  private boolean late() {
    if (++steps % STEPS_BETWEEN_LOOKS == 0) {
      late = late || clock.getAsLong() - endNanos >= 0;
    }
    return late;
  }

  /** Combinations in order of what every node and then every copy of it is numbered. */
  private Optional<int[]> combinations(long[][] demand, int copies) {
    int nodes = load.length;
    int size = demand.length;
    long all = (long) nodes * copies;
    if (all < size || all > Integer.MAX_VALUE) {
      return Optional.empty();
    }
    int[] chosen = new int[size];
    Arrays.setAll(chosen, i -> i);
    while (!late()) {
      Optional<int[]> found =
          isFirstOfItsKind(chosen) ? permutations(demand, chosen) : Optional.empty();
      if (found.isPresent()) {
        return found;
      }
      int at = size - 1;
      while (at >= 0 && chosen[at] == all - size + at) {
        at--;
      }
      if (at < 0) {
        return Optional.empty();
      }
      chosen[at]++;
      for (int i = at + 1; i < size; i++) {
        chosen[i] = chosen[i - 1] + 1;
      }
    }
    return Optional.empty();
  }

  /** Of combinations that differ in copies only, the first has the first copies of each node. */
  private boolean isFirstOfItsKind(int[] chosen) {
    for (int copy : chosen) {
      if (copy >= load.length && Arrays.binarySearch(chosen, copy - load.length) < 0) {
        return false;
      }
    }
    return true;
  }

  private Optional<int[]> permutations(long[][] demand, int[] chosen) {
    int[] nodes = Arrays.stream(chosen).map(copy -> copy % load.length).toArray();
    if (!hasSlots(nodes)) {
      return Optional.empty();
    }
    int[] turns = new int[nodes.length];
    if (fits(demand, nodes)) {
      return Optional.of(nodes);
    }
    // Heap's algorithm (1963): each permutation differs from the one before by one exchange.
    int i = 0;
    while (i < nodes.length && !late()) {
      if (turns[i] < i) {
        int other = i % 2 == 0 ? 0 : turns[i];
        int node = nodes[other];
        nodes[other] = nodes[i];
        nodes[i] = node;
        if (fits(demand, nodes)) {
          return Optional.of(nodes);
        }
        turns[i]++;
        i = 0;
      } else {
        turns[i++] = 0;
      }
    }
    return Optional.empty();
  }

  private boolean hasSlots(int[] nodes) {
    int[] count = load.clone();
    for (int node : nodes) {
      if (++count[node] > maxLoad) {
        return false;
      }
    }
    return true;
  }

  private boolean fits(long[][] demand, int[] nodes) {
    long[] total = new long[load.length];
    for (int a = 0; a < nodes.length; a++) {
      for (int b = 0; b < nodes.length; b++) {
        if (nodes[a] != nodes[b]) {
          total[nodes[a]] += demand[a][b];
        }
      }
    }
    for (int node : nodes) {
      for (int other : nodes) {
        if (node != other && total[node] > left[node][other]) {
          return false;
        }
      }
    }
    return true;
  }
}
