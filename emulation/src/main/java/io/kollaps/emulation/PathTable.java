package io.kollaps.emulation;

import io.kollaps.topology.Settings.SharingWeights;
import io.kollaps.topology.path.CollapsedPath;
import io.kollaps.topology.path.Paths;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * The paths of one epoch with what an emulation core needs of its own ones in flat arrays. Making
 * it costs a pass over all own paths; a core makes it by itself when an epoch begins, unless the
 * epoch brings one that was made before, in any thread. Immutable.
 *
 * <p>Own paths are numbered {@code rank of the source among the own ones * endpointCount + to}.
 * About 8 bytes for each link on each own path, and 20 for each own path.
 */
public final class PathTable implements Paths {
  private final Paths paths;
  private final SharingWeights weights;
  private final int endpointCount;
  private final int[] sources;
  private final int[] rankOfSource;
  private final long[] linkRates;
  private final long[] rates;
  private final double[] pathWeights;
  private final int[] hopOffset;
  private final int[] hops;
  private final int[] crossingOffset;
  private final int[] crossing;

  private PathTable(Paths paths, IntPredicate ownSource, SharingWeights weights) {
    this.paths = paths;
    this.weights = weights;
    endpointCount = paths.endpointCount();
    sources = IntStream.range(0, endpointCount).filter(ownSource).toArray();
    rankOfSource = new int[endpointCount];
    Arrays.fill(rankOfSource, -1);
    for (int rank = 0; rank < sources.length; rank++) {
      rankOfSource[sources[rank]] = rank;
    }
    linkRates = new long[paths.linkCount()];
    for (int link = 0; link < linkRates.length; link++) {
      linkRates[link] = paths.linkRateBitsPerSecond(link);
    }
    int count = Math.multiplyExact(sources.length, endpointCount);
    rates = new long[count];
    pathWeights = new double[count];
    hopOffset = new int[count + 1];
    hops = collectHops();
    crossingOffset = new int[linkRates.length + 1];
    crossing = invert();
  }

  /**
   * Makes the table of an epoch.
   *
   * @param paths the epoch's paths
   * @param ownSource true for the index of an endpoint whose paths are own
   * @param weights how flows share a link
   * @throws ArithmeticException when there are more than 2^31 own paths or hops
   */
  public static PathTable of(Paths paths, IntPredicate ownSource, SharingWeights weights) {
    return new PathTable(
        paths instanceof PathTable table ? table.paths : paths, ownSource, weights);
  }

  private int[] collectHops() {
    int[] collected = new int[Math.max(16, rates.length)];
    int used = 0;
    for (int own = 0; own < rates.length; own++) {
      int from = from(own);
      int to = to(own);
      Optional<CollapsedPath> path = paths.path(from, to);
      if (path.isPresent()) {
        rates[own] = path.get().rateBitsPerSecond();
        pathWeights[own] = FlowWeights.of(weights, paths.roundTripNanos(from, to));
        for (int link : paths.links(from, to)) {
          if (linkRates[link] != FlowTable.UNLIMITED) {
            if (used == collected.length) {
              collected = Arrays.copyOf(collected, Math.multiplyExact(used, 2));
            }
            collected[used++] = link;
          }
        }
      }
      hopOffset[own + 1] = used;
    }
    return Arrays.copyOf(collected, used);
  }

  private int[] invert() {
    for (int link : hops) {
      crossingOffset[link + 1]++;
    }
    for (int link = 0; link < linkRates.length; link++) {
      crossingOffset[link + 1] += crossingOffset[link];
    }
    int[] next = Arrays.copyOf(crossingOffset, linkRates.length);
    int[] inverted = new int[hops.length];
    for (int own = 0; own < rates.length; own++) {
      for (int at = hopOffset[own]; at < hopOffset[own + 1]; at++) {
        inverted[next[hops[at]]++] = own;
      }
    }
    return inverted;
  }

  /** True when both tables number their own paths and links alike. */
  boolean sameShape(PathTable other) {
    return endpointCount == other.endpointCount
        && linkRates.length == other.linkRates.length
        && weights == other.weights
        && Arrays.equals(sources, other.sources);
  }

  boolean suits(IntPredicate ownSource, SharingWeights wanted) {
    for (int endpoint = 0; endpoint < endpointCount; endpoint++) {
      if (ownSource.test(endpoint) != (rankOfSource[endpoint] >= 0)) {
        return false;
      }
    }
    return wanted == weights;
  }

  int ownCount() {
    return rates.length;
  }

  /** Number of an own path, -1 when the path's source is not own. */
  int own(int pathId) {
    int rank = rankOfSource[pathId / endpointCount];
    return rank < 0 ? -1 : rank * endpointCount + pathId % endpointCount;
  }

  int pathIdOf(int own) {
    return from(own) * endpointCount + to(own);
  }

  private int from(int own) {
    return sources[own / endpointCount];
  }

  private int to(int own) {
    return own % endpointCount;
  }

  /** Rate of an own path, 0 when there is none now. */
  long rate(int own) {
    return rates[own];
  }

  double weight(int own) {
    return pathWeights[own];
  }

  int firstHop(int own) {
    return hopOffset[own];
  }

  /** Limited link at a position among the hops of all own paths. */
  int hop(int position) {
    return hops[position];
  }

  int firstCrossing(int link) {
    return crossingOffset[link];
  }

  int crossingCount(int link) {
    return crossingOffset[link + 1] - crossingOffset[link];
  }

  /** Own path at a position among those that cross links. */
  int crossing(int position) {
    return crossing[position];
  }

  /** Capacities by link; not to be changed. */
  long[] linkRates() {
    return linkRates;
  }

  /** Weight of any path. */
  double weightOf(int from, int to) {
    return FlowWeights.of(weights, paths.roundTripNanos(from, to));
  }

  @Override
  public int endpointCount() {
    return endpointCount;
  }

  @Override
  public int linkCount() {
    return linkRates.length;
  }

  @Override
  public boolean connected(int from, int to) {
    return paths.connected(from, to);
  }

  @Override
  public Optional<CollapsedPath> path(int from, int to) {
    return paths.path(from, to);
  }

  @Override
  public int[] links(int from, int to) {
    return paths.links(from, to);
  }

  @Override
  public long roundTripNanos(int from, int to) {
    return paths.roundTripNanos(from, to);
  }

  @Override
  public long linkRateBitsPerSecond(int link) {
    return linkRates[link];
  }
}
