package io.kollaps.placement.demand;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * An emulated network and the same as matrices.
 *
 * @param network the network
 * @param epochs for each epoch the capacity between every two nodes
 */
public record Graphs(EmulatedNetwork network, List<long[][]> epochs) {

  /** A network from capacities between nodes, endpoints first. */
  public static Graphs of(int endpoints, List<long[][]> epochs) {
    int nodes = epochs.getFirst().length;
    List<int[]> links = new ArrayList<>();
    for (int a = 0; a < nodes; a++) {
      for (int b = 0; b < nodes; b++) {
        int from = a;
        int to = b;
        if (epochs.stream().anyMatch(epoch -> epoch[from][to] > 0)) {
          links.add(new int[] {a, b});
        }
      }
    }
    List<long[]> rates = new ArrayList<>();
    for (long[][] epoch : epochs) {
      rates.add(links.stream().mapToLong(link -> epoch[link[0]][link[1]]).toArray());
    }
    return new Graphs(
        EmulatedNetwork.of(
            endpoints,
            nodes,
            links.stream().mapToInt(link -> link[0]).toArray(),
            links.stream().mapToInt(link -> link[1]).toArray(),
            rates),
        epochs);
  }

  /** Links given as {a, b, rate each way}. */
  public static Graphs symmetric(int endpoints, int nodes, long[]... links) {
    long[][] capacity = new long[nodes][nodes];
    for (long[] link : links) {
      capacity[(int) link[0]][(int) link[1]] = link[2];
      capacity[(int) link[1]][(int) link[0]] = link[2];
    }
    return of(endpoints, List.<long[][]>of(capacity));
  }

  /** A random forest; endpoints may have several links, directions differ, some epochs too. */
  public static Graphs randomForest(SplittableRandom random, int endpoints, boolean asymmetric) {
    int bridges = 1 + random.nextInt(endpoints);
    int nodes = endpoints + bridges;
    int[] order = new int[nodes];
    Arrays.setAll(order, i -> nodes - 1 - i);
    int epochCount = asymmetric ? 1 + random.nextInt(3) : 1;
    List<long[][]> epochs = new ArrayList<>();
    int[] parent = new int[nodes];
    for (int i = 1; i < nodes; i++) {
      int among = asymmetric && random.nextInt(8) == 0 ? i : Math.min(i, bridges);
      parent[i] = random.nextInt(20) == 0 && asymmetric ? -1 : random.nextInt(among);
    }
    for (int epoch = 0; epoch < epochCount; epoch++) {
      long[][] capacity = new long[nodes][nodes];
      for (int i = 1; i < nodes; i++) {
        if (parent[i] >= 0) {
          long up = random.nextInt(1, 100);
          capacity[order[i]][order[parent[i]]] = up;
          capacity[order[parent[i]]][order[i]] = asymmetric ? random.nextInt(100) : up;
        }
      }
      epochs.add(capacity);
    }
    return of(endpoints, epochs);
  }

  /** A random graph with cycles. */
  public static Graphs randomGraph(SplittableRandom random, int endpoints) {
    int bridges = 2 + random.nextInt(endpoints);
    int nodes = endpoints + bridges;
    List<long[][]> epochs = new ArrayList<>();
    for (int epoch = 0; epoch <= random.nextInt(2); epoch++) {
      long[][] capacity = new long[nodes][nodes];
      for (int i = 0; i < nodes; i++) {
        int links = i < endpoints && random.nextInt(4) != 0 ? 1 : 1 + random.nextInt(3);
        for (int l = 0; l < links; l++) {
          int peer = endpoints + random.nextInt(bridges);
          if (peer != i) {
            capacity[i][peer] = random.nextInt(1, 100);
            capacity[peer][i] = random.nextInt(1, 100);
          }
        }
      }
      epochs.add(capacity);
    }
    return of(endpoints, epochs);
  }

  /** The most that can flow between sides, over all epochs. */
  public long flow(byte[] side, byte from, byte to) {
    return epochs.stream()
        .mapToLong(
            epoch ->
                ReferenceFlow.flow(epoch, side.length, e -> side[e] == from, e -> side[e] == to))
        .max()
        .orElseThrow();
  }
}
