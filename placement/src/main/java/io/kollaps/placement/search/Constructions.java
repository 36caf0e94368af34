package io.kollaps.placement.search;

import io.kollaps.placement.network.NetworkLimits;
import io.kollaps.placement.network.NetworkLimits.Term;
import io.kollaps.placement.network.NetworkLimits.TermKind;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Placements built in one go, by rules that are cheap and often right. They keep slots, processors
 * and memory; whether they keep the network's limits must be checked after.
 */
final class Constructions {
  private final SearchCase searchCase;
  private final Effort effort;
  private final int[][] setsOfNode;
  private final long[] outCapacity;
  private final long[] inCapacity;
  private final int[] ranked;
  private final int[] nearby;
  private final int[] byDemand;
  private long totalOut;
  private long totalIn;

  Constructions(SearchCase searchCase, Effort effort) {
    this.searchCase = searchCase;
    this.effort = effort;
    NetworkLimits limits = searchCase.limits();
    this.setsOfNode = new int[searchCase.nodeCount()][];
    Arrays.setAll(setsOfNode, limits::setsOfNode);
    this.outCapacity = new long[limits.setCount()];
    this.inCapacity = new long[limits.setCount()];
    Arrays.fill(outCapacity, Long.MAX_VALUE);
    Arrays.fill(inCapacity, Long.MAX_VALUE);
    for (Term term : limits.terms()) {
      long residual = searchCase.residual(term.limit());
      int set = term.first();
      if (term.kind() == TermKind.OUT || term.kind() == TermKind.LARGER) {
        outCapacity[set] = Math.min(outCapacity[set], residual);
      }
      if (term.kind() == TermKind.IN || term.kind() == TermKind.LARGER) {
        inCapacity[set] = Math.min(inCapacity[set], residual);
      }
    }
    this.ranked = Ranking.order(searchCase);
    this.nearby = searchCase.emulated().nearbyOrder();
    this.byDemand =
        IntStream.range(0, searchCase.endpointCount())
            .boxed()
            .sorted(Comparator.comparingLong((Integer e) -> out(e) + in(e)).reversed())
            .mapToInt(Integer::intValue)
            .toArray();
    for (int endpoint : nearby) {
      totalOut += out(endpoint);
      totalIn += in(endpoint);
    }
  }

  private long out(int endpoint) {
    return searchCase.emulated().accessOutBitsPerSecond(endpoint);
  }

  private long in(int endpoint) {
    return searchCase.emulated().accessInBitsPerSecond(endpoint);
  }

  /** The most demanding endpoints first, each to the best node that seems to carry it. */
  Optional<int[]> demandingFirst(int quota) {
    return oneByOne(byDemand, quota);
  }

  /** The endpoints that need most of the processors or memory first; only where any need some. */
  Optional<int[]> largestFirst(int quota) {
    double milliCpus = sum(searchCase.needMilliCpus());
    double memoryBytes = sum(searchCase.needMemoryBytes());
    if (milliCpus == 0 && memoryBytes == 0) {
      return Optional.empty();
    }
    double[] size = new double[searchCase.endpointCount()];
    Arrays.setAll(
        size,
        e ->
            Math.max(
                searchCase.needMilliCpus()[e] / Math.max(1, milliCpus),
                searchCase.needMemoryBytes()[e] / Math.max(1, memoryBytes)));
    int[] order =
        IntStream.range(0, size.length)
            .boxed()
            .sorted((a, b) -> Double.compare(size[b], size[a]))
            .mapToInt(Integer::intValue)
            .toArray();
    return oneByOne(order, quota);
  }

  private static double sum(long[] values) {
    return Arrays.stream(values).asDoubleStream().sum();
  }

  /**
   * Endpoints near to each other one after the other, each to the best node that seems to carry it.
   */
  Optional<int[]> nearbyFirst(int quota) {
    return oneByOne(nearby, quota);
  }

  /**
   * By what the access links on either side allow at most (the hose bound): the node where this
   * exceeds limits by the least, then the most reliable, the least loaded, the one with most left.
   */
  private Optional<int[]> oneByOne(int[] order, int quota) {
    Optional<Room> start = Room.withPinned(searchCase, quota);
    if (start.isEmpty()) {
      return Optional.empty();
    }
    Room room = start.get();
    long[] insideOut = new long[outCapacity.length];
    long[] insideIn = new long[inCapacity.length];
    for (int endpoint : order) {
      if (room.placed(endpoint)) {
        count(endpoint, room.nodeOf(endpoint), insideOut, insideIn);
      }
    }
    for (int endpoint : order) {
      if (room.placed(endpoint)) {
        continue;
      }
      int best = best(endpoint, room, insideOut, insideIn);
      if (best < 0 || effort.late()) {
        return Optional.empty();
      }
      room.put(endpoint, best);
      count(endpoint, best, insideOut, insideIn);
    }
    return Optional.of(room.nodes());
  }

  private void count(int endpoint, int node, long[] insideOut, long[] insideIn) {
    for (int set : setsOfNode[node]) {
      insideOut[set] += out(endpoint);
      insideIn[set] += in(endpoint);
    }
  }

  private int best(int endpoint, Room room, long[] insideOut, long[] insideIn) {
    int best = -1;
    long bestOver = 0;
    long bestSlack = 0;
    for (int node : ranked) {
      if (!room.fits(endpoint, node)) {
        continue;
      }
      long over = 0;
      long slack = Long.MAX_VALUE;
      for (int set : setsOfNode[node]) {
        long out = insideOut[set] + out(endpoint);
        long in = insideIn[set] + in(endpoint);
        long outLeft = outCapacity[set] - Math.min(out, totalIn - in);
        long inLeft = inCapacity[set] - Math.min(in, totalOut - out);
        over += Math.max(0, -outLeft) + Math.max(0, -inLeft);
        slack = Math.min(slack, Math.min(outLeft, inLeft));
      }
      int byRank =
          best < 0
              ? -1
              : Ranking.compare(searchCase, node, room.count(node), best, room.count(best));
      boolean better =
          best < 0
              || over < bestOver
              || (over == bestOver && (byRank < 0 || (byRank == 0 && slack > bestSlack)));
      if (better) {
        best = node;
        bestOver = over;
        bestSlack = slack;
      }
    }
    return best;
  }

  /** Groups of endpoints near to each other, one group on each node, the best nodes first. */
  Optional<int[]> groups(int quota) {
    Optional<Room> start = Room.withPinned(searchCase, quota);
    if (start.isEmpty()) {
      return Optional.empty();
    }
    Room room = start.get();
    int at = 0;
    for (int node : ranked) {
      while (at < nearby.length && (room.placed(nearby[at]) || room.fits(nearby[at], node))) {
        if (!room.placed(nearby[at])) {
          room.put(nearby[at], node);
        }
        at++;
      }
    }
    return at == nearby.length ? Optional.of(room.nodes()) : Optional.empty();
  }
}
