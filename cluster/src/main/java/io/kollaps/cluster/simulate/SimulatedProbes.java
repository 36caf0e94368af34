package io.kollaps.cluster.simulate;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.capacity.Measurement;
import io.kollaps.cluster.simulate.PhysicalTree.Hop;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Capacity probes in a simulated network: what a TCP transfer would get, goodput and noise
 * included. Probes at the same time share the links of their ways max-min fairly.
 */
public final class SimulatedProbes {
  private static final String PREFIX = "n";

  private final PhysicalTree network;
  private final double goodputFactor;
  private final double relativeNoise;
  private final SplitMix64 random;
  private final Map<Integer, long[]> rows = new HashMap<>();

  /**
   * Probes of a network.
   *
   * @param relativeNoise each result is off by a factor drawn evenly from 1 +- this
   * @param seed of the noise
   */
  public SimulatedProbes(
      PhysicalTree network, double goodputFactor, double relativeNoise, long seed) {
    this.network = network;
    this.goodputFactor = goodputFactor;
    this.relativeNoise = relativeNoise;
    this.random = new SplitMix64(seed);
  }

  /** Identity of a node of the network by its number. */
  public static NodeId id(int node) {
    return new NodeId(PREFIX + node);
  }

  /** Number of a node by its identity. */
  public static int number(NodeId node) {
    return Integer.parseInt(node.value().substring(PREFIX.length()));
  }

  /** What a transfer alone on the network gets from one node to another, without noise. */
  public long trueBitsPerSecond(int from, int to) {
    long[] row = rows.computeIfAbsent(from, network::capacitiesFrom);
    return goodput((double) row[to]);
  }

  private long goodput(double rate) {
    return (long) Math.rint(rate * goodputFactor);
  }

  /** A probe alone on the network. */
  public Measurement probe(int from, int to, long atNanos) {
    return new Measurement(
        noisy(trueBitsPerSecond(from, to)), noisy(trueBitsPerSecond(to, from)), atNanos);
  }

  private long noisy(long bitsPerSecond) {
    return relativeNoise == 0
        ? bitsPerSecond
        : Math.round(bitsPerSecond * (1 + relativeNoise * (2 * random.unit() - 1)));
  }

  /**
   * Probes at the same time, each direction for itself.
   *
   * @param pairs from and to of each
   */
  public List<Measurement> together(List<int[]> pairs, long atNanos) {
    double[] forward = shares(pairs.stream().map(p -> network.way(p[0], p[1])).toList());
    double[] backward = shares(pairs.stream().map(p -> network.way(p[1], p[0])).toList());
    List<Measurement> measured = new ArrayList<>();
    for (int i = 0; i < forward.length; i++) {
      measured.add(
          new Measurement(noisy(goodput(forward[i])), noisy(goodput(backward[i])), atNanos));
    }
    return measured;
  }

  /** Progressive filling: the narrowest link's flows get an even share of it, then the next. */
  private double[] shares(List<List<Hop>> ways) {
    double[] shares = new double[ways.size()];
    Map<Hop, Double> left = new HashMap<>();
    Map<Hop, List<Integer>> users = new HashMap<>();
    for (int i = 0; i < shares.length; i++) {
      shares[i] = -1;
      for (Hop hop : ways.get(i)) {
        left.putIfAbsent(hop, network.rateBitsPerSecond(hop));
        users.computeIfAbsent(hop, _ -> new ArrayList<>()).add(i);
      }
    }
    while (!users.isEmpty()) {
      Hop narrowest = null;
      double least = Double.POSITIVE_INFINITY;
      for (Map.Entry<Hop, List<Integer>> entry : users.entrySet()) {
        double even = left.getOrDefault(entry.getKey(), 0.0) / entry.getValue().size();
        if (even < least) {
          least = even;
          narrowest = entry.getKey();
        }
      }
      if (narrowest == null) {
        throw new IllegalStateException("every link has a rate");
      }
      for (int flow : List.copyOf(users.getOrDefault(narrowest, List.of()))) {
        shares[flow] = least;
        for (Hop hop : ways.get(flow)) {
          double share = least;
          left.computeIfPresent(hop, (_, rate) -> Math.max(0, rate - share));
          users.computeIfPresent(
              hop,
              (_, flows) -> {
                flows.removeIf(other -> other == flow);
                return flows.isEmpty() ? null : flows;
              });
        }
      }
    }
    return shares;
  }
}
