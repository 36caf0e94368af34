package io.kollaps.benchmarks.placement;

import io.kollaps.placement.Cluster;
import io.kollaps.placement.NodeCapacity;
import io.kollaps.placement.PlacementRequest;
import io.kollaps.placement.network.KnownTree;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;

/**
 * A made-up cluster, and an experiment to place on it.
 *
 * @param real the real network
 * @param emulated the emulated one
 * @param slots endpoints that a node takes
 * @param feasible whether a placement exists, where that follows from how it was made
 */
record PlacementProblem(
    RandomTree real, RandomTree emulated, int slots, Optional<Boolean> feasible) {
  private static final long MEGABIT = 1_000_000;
  private static final long SLOWEST_REAL = 50 * MEGABIT;
  private static final long FASTEST_REAL = 1000 * MEGABIT;

  /**
   * Makes a problem.
   *
   * @throws IllegalArgumentException when there are too few endpoints or nodes
   */
  static PlacementProblem of(PlacementKind kind, int endpoints, int nodes, long seed) {
    if (endpoints < 2 || nodes < 1 || endpoints > 20_000 || nodes > 2000) {
      throw new IllegalArgumentException(
          "use 2 to 20000 endpoints and 1 to 2000 nodes, not " + endpoints + " and " + nodes);
    }
    SplittableRandom random = new SplittableRandom(seed);
    int even = Math.ceilDiv(endpoints, nodes);
    return switch (kind) {
      case LOOSE ->
          // However the endpoints are divided, no more crosses than the slowest link carries.
          new PlacementProblem(
              RandomTree.of(nodes, SLOWEST_REAL, FASTEST_REAL, random),
              RandomTree.of(endpoints, 1000, 2 * SLOWEST_REAL / endpoints, random),
              2 * even,
              Optional.of(true));
      case TIGHT ->
          new PlacementProblem(
              RandomTree.of(nodes, SLOWEST_REAL, FASTEST_REAL, random),
              RandomTree.of(endpoints, MEGABIT, 200 * MEGABIT, random),
              2 * even,
              Optional.empty());
      case PLANTED ->
          new PlacementProblem(
              RandomTree.star(nodes, 900 * MEGABIT),
              racks(endpoints, Math.min(nodes, endpoints), new Random(seed)),
              2 * even,
              Optional.of(true));
      case INFEASIBLE -> {
        // As many slots as the thesis has, but never all endpoints on one node.
        int slots = Math.max(even, Math.min(4, endpoints - 1));
        yield new PlacementProblem(
            RandomTree.of(nodes, SLOWEST_REAL, 100 * MEGABIT, random),
            RandomTree.of(endpoints, 200 * MEGABIT, 500 * MEGABIT, random),
            slots,
            Optional.of(slots >= endpoints));
      }
      case FIG49 ->
          new PlacementProblem(
              RandomTree.star(nodes, FASTEST_REAL),
              RandomTree.star(endpoints, 10 * MEGABIT),
              4,
              Optional.empty());
    };
  }

  /** Racks of even size: 500 Mbit/s for each endpoint, 400 for each rack's uplink. */
  private static RandomTree racks(int endpoints, int racks, Random random) {
    int[] parent = new int[endpoints + racks + 1];
    long[] rate = new long[parent.length];
    List<Integer> shuffled = new ArrayList<>();
    for (int i = 0; i < endpoints; i++) {
      shuffled.add(i);
    }
    Collections.shuffle(shuffled, random);
    int core = endpoints;
    parent[core] = RandomTree.ROOT;
    for (int rack = 0; rack < racks; rack++) {
      parent[core + 1 + rack] = core;
      rate[core + 1 + rack] = 400 * MEGABIT;
    }
    for (int i = 0; i < endpoints; i++) {
      parent[shuffled.get(i)] = core + 1 + (int) ((long) i * racks / endpoints);
      rate[shuffled.get(i)] = 500 * MEGABIT;
    }
    return new RandomTree(endpoints, parent, rate);
  }

  /** The cluster, its network known. */
  Cluster cluster() {
    List<NodeCapacity> nodes = new ArrayList<>();
    List<KnownTree.Vertex> vertices = new ArrayList<>();
    for (int i = 0; i < real.parent().length; i++) {
      String name = (i < real.leaves() ? "n" : "s") + i;
      if (i < real.leaves()) {
        nodes.add(new NodeCapacity(name, slots, NodeCapacity.UNLIMITED, NodeCapacity.UNLIMITED, 0));
      }
      Optional<Integer> above =
          real.parent()[i] == RandomTree.ROOT ? Optional.empty() : Optional.of(real.parent()[i]);
      vertices.add(new KnownTree.Vertex(name, above, real.rate()[i], real.rate()[i]));
    }
    return new Cluster(nodes, new KnownTree(real.leaves(), vertices));
  }

  /** The experiment. */
  PlacementRequest request() {
    List<PlacementRequest.EndpointNeed> needs = new ArrayList<>();
    for (int i = 0; i < emulated.leaves(); i++) {
      needs.add(new PlacementRequest.EndpointNeed("e" + i, 0, 0, Optional.empty()));
    }
    return new PlacementRequest(emulated.network(), needs);
  }
}
