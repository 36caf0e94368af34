package io.kollaps.placement;

import io.kollaps.placement.demand.EmulatedNetwork;
import io.kollaps.placement.demand.Graphs;
import io.kollaps.placement.network.KnownTree;
import io.kollaps.placement.network.PhysicalNetwork;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** Clusters and requests for tests. */
final class Made {
  private Made() {}

  static Cluster cluster(PhysicalNetwork network, int slots) {
    List<NodeCapacity> nodes = new ArrayList<>();
    for (int i = 0; i < network.nodeCount(); i++) {
      nodes.add(node("n" + i, slots, 0));
    }
    return new Cluster(nodes, network);
  }

  static NodeCapacity node(String name, int slots, int unreliability) {
    return new NodeCapacity(
        name, slots, NodeCapacity.UNLIMITED, NodeCapacity.UNLIMITED, unreliability);
  }

  /** All nodes on one switch that blocks nothing. */
  static KnownTree star(int nodes, long rate) {
    List<KnownTree.Vertex> vertices = new ArrayList<>();
    for (int i = 0; i < nodes; i++) {
      vertices.add(new KnownTree.Vertex("n" + i, Optional.of(nodes), rate, rate));
    }
    vertices.add(new KnownTree.Vertex("switch", Optional.empty(), 0, 0));
    return new KnownTree(nodes, vertices);
  }

  /** Random switches, nodes on random ones. */
  static KnownTree tree(SplittableRandom random, int nodes, long... rates) {
    int switches = Math.max(1, nodes / 2);
    KnownTree.Vertex[] vertices = new KnownTree.Vertex[nodes + switches];
    for (int i = 0; i < vertices.length; i++) {
      Optional<Integer> parent =
          i == nodes
              ? Optional.empty()
              : Optional.of(
                  nodes + (i < nodes ? random.nextInt(switches) : random.nextInt(i - nodes)));
      long rate = rates[random.nextInt(rates.length)];
      vertices[i] = new KnownTree.Vertex((i < nodes ? "n" : "s") + i, parent, rate, rate);
    }
    return new KnownTree(nodes, List.of(vertices));
  }

  static PlacementRequest request(EmulatedNetwork network) {
    List<PlacementRequest.EndpointNeed> needs = new ArrayList<>();
    for (int i = 0; i < network.endpointCount(); i++) {
      needs.add(new PlacementRequest.EndpointNeed("e" + i, 0, 0, Optional.empty()));
    }
    return new PlacementRequest(network, needs);
  }

  /** Endpoints on one bridge. */
  static Graphs hub(int endpoints, long rate) {
    long[][] links = new long[endpoints][];
    for (int i = 0; i < endpoints; i++) {
      links[i] = new long[] {i, endpoints, rate};
    }
    return Graphs.symmetric(endpoints, endpoints + 1, links);
  }

  /** A request whose endpoints have needs and pins. */
  static PlacementRequest with(
      PlacementRequest request, int endpoint, PlacementRequest.EndpointNeed need) {
    List<PlacementRequest.EndpointNeed> needs = new ArrayList<>(request.endpoints());
    needs.set(endpoint, need);
    return new PlacementRequest(request.emulated(), needs);
  }
}
