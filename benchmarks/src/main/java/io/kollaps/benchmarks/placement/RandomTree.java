package io.kollaps.benchmarks.placement;

import io.kollaps.placement.demand.EmulatedNetwork;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A tree of leaves and switches with a rate for each link.
 *
 * @param leaves number of leaves, which come first
 * @param parent the switch above, {@link #ROOT} for the topmost
 * @param rate what the link to it carries each way, in bits per second
 */
@SuppressWarnings("ArrayRecordComponent") // read only; identity is never asked for
record RandomTree(int leaves, int[] parent, long[] rate) {
  static final int ROOT = -1;

  private static final int MAX_GROUP = 3;

  /**
   * Half as many switches as leaves, each on a random one before it; leaves in groups of one to
   * three on random switches.
   *
   * @param least slowest link, in bits per second
   * @param most fastest link, in bits per second
   */
  static RandomTree of(int leaves, long least, long most, SplittableRandom random) {
    int switches = Math.max(1, leaves / 2);
    int[] parent = new int[leaves + switches];
    long[] rate = new long[parent.length];
    parent[leaves] = ROOT;
    for (int i = 1; i < switches; i++) {
      parent[leaves + i] = leaves + random.nextInt(i);
      rate[leaves + i] = random.nextLong(least, most + 1);
    }
    int leaf = 0;
    while (leaf < leaves) {
      int above = leaves + random.nextInt(switches);
      int end = Math.min(leaves, leaf + 1 + random.nextInt(MAX_GROUP));
      for (; leaf < end; leaf++) {
        parent[leaf] = above;
        rate[leaf] = random.nextLong(least, most + 1);
      }
    }
    return new RandomTree(leaves, parent, rate);
  }

  /** All leaves on one switch. */
  static RandomTree star(int leaves, long rate) {
    int[] parent = new int[leaves + 1];
    long[] rates = new long[leaves + 1];
    Arrays.fill(parent, leaves);
    Arrays.fill(rates, rate);
    parent[leaves] = ROOT;
    return new RandomTree(leaves, parent, rates);
  }

  /** It as an emulated network whose endpoints are the leaves. */
  EmulatedNetwork network() {
    int links = parent.length - 1;
    int[] from = new int[2 * links];
    int[] to = new int[2 * links];
    long[] rates = new long[2 * links];
    int next = 0;
    for (int i = 0; i < parent.length; i++) {
      if (parent[i] != ROOT) {
        from[next] = i;
        to[next] = parent[i];
        rates[next++] = rate[i];
        from[next] = parent[i];
        to[next] = i;
        rates[next++] = rate[i];
      }
    }
    return EmulatedNetwork.of(leaves, parent.length, from, to, List.of(rates));
  }

  /** The smallest rate on the way between every two leaves; {@code Long.MAX_VALUE} to itself. */
  long[][] narrowest() {
    List<List<Integer>> neighbours = new ArrayList<>();
    for (int i = 0; i < parent.length; i++) {
      neighbours.add(new ArrayList<>());
    }
    for (int i = 0; i < parent.length; i++) {
      if (parent[i] != ROOT) {
        neighbours.get(i).add(parent[i]);
        neighbours.get(parent[i]).add(i);
      }
    }
    long[][] result = new long[leaves][];
    for (int leaf = 0; leaf < leaves; leaf++) {
      result[leaf] = Arrays.copyOf(narrowestFrom(leaf, neighbours), leaves);
    }
    return result;
  }

  private long[] narrowestFrom(int start, List<List<Integer>> neighbours) {
    long[] result = new long[parent.length];
    Arrays.fill(result, -1);
    result[start] = Long.MAX_VALUE;
    Deque<Integer> open = new ArrayDeque<>(List.of(start));
    while (!open.isEmpty()) {
      int at = open.pop();
      for (int next : neighbours.get(at)) {
        if (result[next] < 0) {
          result[next] = Math.min(result[at], parent[at] == next ? rate[at] : rate[next]);
          open.push(next);
        }
      }
    }
    return result;
  }
}
