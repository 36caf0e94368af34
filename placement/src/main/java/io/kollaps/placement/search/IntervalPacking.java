package io.kollaps.placement.search;

import io.kollaps.placement.demand.Cuts;
import java.util.Arrays;
import java.util.Optional;

/**
 * Lays the endpoints out in a line in which those near to each other follow one another, the nodes
 * in a line in which those of one part of the physical tree follow one another, and finds by
 * dynamic programming a division of the first line among the second that keeps every limit on a
 * nested set, if there is one. Every set of nodes then has a stretch of the line, whose cut is
 * known beforehand.
 */
final class IntervalPacking {
  /** Most endpoints: a cut is kept for every stretch. */
  static final int MAX_ENDPOINTS = 2048;

  private static final int BITS = 6;

  private final SearchCase searchCase;
  private final Hierarchy hierarchy;
  private final int count;
  private final int[] line;
  private final int[] mostBelow;
  private final long[][] cutOut;
  private final long[][] cutIn;

  /**
   * For each vertex, and after each of its children: for each start of a stretch, the lengths that
   * are possible, as bits.
   */
  private final long[][][][] possible;

  private IntervalPacking(SearchCase searchCase, Hierarchy hierarchy, int quota) {
    this.searchCase = searchCase;
    this.hierarchy = hierarchy;
    this.line = searchCase.emulated().nearbyOrder();
    this.count = line.length;
    this.mostBelow = new int[hierarchy.vertexCount()];
    this.possible = new long[hierarchy.vertexCount()][][][];
    int longest = 0;
    for (int vertex = 0; vertex < hierarchy.vertexCount(); vertex++) {
      mostBelow[vertex] =
          hierarchy.isNode(vertex)
              ? Math.min(quota, searchCase.freeSlots()[vertex])
              : Math.min(
                  count, Arrays.stream(hierarchy.children(vertex)).map(c -> mostBelow[c]).sum());
      longest = vertex == hierarchy.root() ? longest : Math.max(longest, mostBelow[vertex]);
    }
    this.cutOut = new long[count][];
    this.cutIn = new long[count][];
    measure(longest);
  }

  /**
   * Divides a line of endpoints.
   *
   * @param quota most endpoints on a node
   * @return the node of each endpoint; empty when this line cannot be divided
   */
  static Optional<int[]> find(SearchCase searchCase, Hierarchy hierarchy, int quota) {
    return new IntervalPacking(searchCase, hierarchy, quota).find();
  }

  /** Cuts of all stretches up to a length. */
  private void measure(int longest) {
    Cuts cuts = searchCase.emulated().cuts(1, Cuts.OUTSIDE);
    for (int start = 0; start < count; start++) {
      int most = Math.min(longest, count - start);
      cutOut[start] = new long[most + 1];
      cutIn[start] = new long[most + 1];
      for (int length = 1; length <= most; length++) {
        cuts.change(0, line[start + length - 1], Cuts.OUTSIDE, Cuts.INSIDE);
        cutOut[start][length] = cuts.outBitsPerSecond(0);
        cutIn[start][length] = cuts.inBitsPerSecond(0);
      }
      for (int length = 1; length <= most; length++) {
        cuts.change(0, line[start + length - 1], Cuts.INSIDE, Cuts.OUTSIDE);
      }
    }
  }

  private Optional<int[]> find() {
    for (int vertex = 0; vertex < hierarchy.vertexCount(); vertex++) {
      if (hierarchy.isNode(vertex)) {
        possible[vertex] = new long[][][] {ofNode(vertex)};
      } else {
        possible[vertex] = ofChildren(vertex);
      }
    }
    int root = hierarchy.root();
    long[][][] steps = possible[root];
    if (!bit(steps[steps.length - 1][0], count)) {
      return Optional.empty();
    }
    int[] nodes = new int[count];
    divide(root, 0, count, nodes);
    return Optional.of(nodes);
  }

  private long[] lengths(int most) {
    return new long[(most >>> BITS) + 1];
  }

  private static boolean bit(long[] bits, int index) {
    return index >>> BITS < bits.length && (bits[index >>> BITS] & (1L << index)) != 0;
  }

  private static void set(long[] bits, int index) {
    bits[index >>> BITS] |= 1L << index;
  }

  private long[][] ofNode(int node) {
    long[][] result = new long[count + 1][];
    int pinnedHere = 0;
    for (int pin : searchCase.pinned()) {
      pinnedHere += pin == node ? 1 : 0;
    }
    for (int start = 0; start <= count; start++) {
      int most = Math.min(mostBelow[node], count - start);
      result[start] = lengths(most);
      long milliCpus = searchCase.freeMilliCpus()[node];
      long memory = searchCase.freeMemoryBytes()[node];
      int pinned = 0;
      for (int length = 0; length <= most; length++) {
        if (length > 0) {
          int endpoint = line[start + length - 1];
          milliCpus -= searchCase.needMilliCpus()[endpoint];
          memory -= searchCase.needMemoryBytes()[endpoint];
          int pin = searchCase.pinned()[endpoint];
          if (milliCpus < 0 || memory < 0 || (pin != SearchCase.ANYWHERE && pin != node)) {
            break;
          }
          pinned += pin == node ? 1 : 0;
        }
        if (pinned == pinnedHere) {
          set(result[start], length);
        }
      }
    }
    return result;
  }

  private long[][][] ofChildren(int vertex) {
    boolean isRoot = vertex == hierarchy.root();
    long[][][] steps = new long[hierarchy.children(vertex).length + 1][][];
    steps[0] = nothing();
    int most = 0;
    for (int i = 0; i < hierarchy.children(vertex).length; i++) {
      int child = hierarchy.children(vertex)[i];
      most = Math.min(count, most + mostBelow[child]);
      steps[i + 1] = joined(steps[i], last(child), most, isRoot);
    }
    if (!isRoot) {
      steps[steps.length - 1] = kept(steps[steps.length - 1], vertex);
    }
    return steps;
  }

  private long[][] last(int vertex) {
    return possible[vertex][possible[vertex].length - 1];
  }

  private long[][] nothing() {
    long[][] result = new long[count + 1][];
    for (int start = 0; start <= count; start++) {
      result[start] = new long[] {1};
    }
    return result;
  }

  /** Lengths of a stretch made of one of the first and one of the second after it. */
  private long[][] joined(long[][] first, long[][] second, int most, boolean fromStartOnly) {
    long[][] result = new long[count + 1][];
    for (int start = 0; start <= (fromStartOnly ? 0 : count); start++) {
      long[] bits = lengths(Math.min(most, count - start));
      long[] lengths = first[start];
      for (int word = 0; word < lengths.length; word++) {
        for (long left = lengths[word]; left != 0; left &= left - 1) {
          int length = (word << BITS) + Long.numberOfTrailingZeros(left);
          or(bits, second[start + length], length);
        }
      }
      result[start] = bits;
    }
    return result;
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

  /** Only the stretches whose cut a vertex can carry. */
  private long[][] kept(long[][] stretches, int vertex) {
    long[][] result = new long[count + 1][];
    for (int start = 0; start <= count; start++) {
      long[] bits = stretches[start].clone();
      for (int word = 0; word < bits.length; word++) {
        for (long left = bits[word]; left != 0; left &= left - 1) {
          int length = (word << BITS) + Long.numberOfTrailingZeros(left);
          boolean carried =
              length == 0
                  || (cutOut[start][length] <= hierarchy.out(vertex)
                      && cutIn[start][length] <= hierarchy.in(vertex));
          if (!carried) {
            bits[word] &= ~Long.lowestOneBit(left);
          }
        }
      }
      result[start] = bits;
    }
    return result;
  }

  /** Gives a stretch to the nodes below a vertex, as evenly as it can be done. */
  private void divide(int vertex, int start, int length, int[] nodes) {
    if (hierarchy.isNode(vertex)) {
      for (int i = start; i < start + length; i++) {
        nodes[line[i]] = vertex;
      }
      return;
    }
    int left = length;
    for (int i = hierarchy.children(vertex).length - 1; i >= 0; i--) {
      int child = hierarchy.children(vertex)[i];
      int before = 0;
      for (int j = 0; j < i; j++) {
        before += mostBelow[hierarchy.children(vertex)[j]];
      }
      int fair =
          Math.round((float) left * mostBelow[child] / Math.max(1, before + mostBelow[child]));
      int taken = nearest(possible[vertex][i][start], last(child), start, left, fair);
      divide(child, start + left - taken, taken, nodes);
      left -= taken;
    }
  }

  /** The length nearest to the fair one that the last child can take, and the others leave. */
  private static int nearest(long[] before, long[][] child, int start, int left, int fair) {
    for (int distance = 0; distance <= left; distance++) {
      for (int taken : new int[] {fair + distance, fair - distance}) {
        boolean can =
            taken >= 0
                && taken <= left
                && bit(before, left - taken)
                && bit(child[start + left - taken], taken);
        if (can) {
          return taken;
        }
      }
    }
    throw new IllegalStateException("a stretch that was possible cannot be divided");
  }
}
