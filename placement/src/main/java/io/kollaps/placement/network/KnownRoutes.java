package io.kollaps.placement.network;

import io.kollaps.placement.network.NetworkLimits.TermKind;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A physical network of any shape whose routes are known and fixed: one for each ordered pair of
 * nodes.
 *
 * <p>A link's limit is an upper bound of what its routes can carry. The senders that use it are
 * grouped by the receivers that they reach over it; a group asks for no more than can leave it and
 * no more than its receivers can take in.
 *
 * @param nodeCount number of nodes
 * @param links link directions
 * @param routes one for each ordered pair of different nodes that can reach each other
 */
public record KnownRoutes(int nodeCount, List<Link> links, List<Route> routes)
    implements PhysicalNetwork {

  /**
   * A link direction.
   *
   * @param name unique in the network
   * @param capacityBitsPerSecond what it carries
   */
  public record Link(String name, long capacityBitsPerSecond) {}

  /**
   * The way from one node to another.
   *
   * @param from node that sends
   * @param to node that receives
   * @param links indexes of the link directions on the way
   */
  public record Route(int from, int to, List<Integer> links) {
    /** Copies the list. */
    public Route {
      links = List.copyOf(links);
    }
  }

  /**
   * Checks that every pair has one route.
   *
   * @throws IllegalArgumentException when a route is missing, given twice, or names what is not
   *     there
   */
  public KnownRoutes {
    links = List.copyOf(links);
    routes = List.copyOf(routes);
    BitSet seen = new BitSet();
    for (Route route : routes) {
      boolean known =
          route.from() >= 0
              && route.to() >= 0
              && route.from() < nodeCount
              && route.to() < nodeCount;
      int count = links.size();
      if (!known
          || route.from() == route.to()
          || route.links().stream().anyMatch(link -> link < 0 || link >= count)) {
        throw new IllegalArgumentException("the route " + route + " names what is not there");
      }
      int pair = route.from() * nodeCount + route.to();
      if (seen.get(pair)) {
        throw new IllegalArgumentException("the route " + route + " is the second of its nodes");
      }
      seen.set(pair);
    }
    if (seen.cardinality() != nodeCount * (nodeCount - 1)) {
      throw new IllegalArgumentException(
          "there are routes for "
              + seen.cardinality()
              + " of "
              + nodeCount * (nodeCount - 1)
              + " pairs; give one for each ordered pair of nodes");
    }
  }

  @Override
  public Soundness soundness() {
    return Soundness.KNOWN_TOPOLOGY;
  }

  @Override
  public NetworkLimits limits() {
    List<BitSet[]> receivers = new ArrayList<>();
    for (int link = 0; link < links.size(); link++) {
      BitSet[] bySender = new BitSet[nodeCount];
      for (int node = 0; node < nodeCount; node++) {
        bySender[node] = new BitSet(nodeCount);
      }
      receivers.add(bySender);
    }
    for (Route route : routes) {
      route.links().forEach(link -> receivers.get(link)[route.from()].set(route.to()));
    }
    NetworkLimits.Builder builder = new NetworkLimits.Builder(nodeCount);
    for (int link = 0; link < links.size(); link++) {
      if (links.get(link).capacityBitsPerSecond() != UNLIMITED) {
        bound(builder, links.get(link), receivers.get(link));
      }
    }
    return builder.build();
  }

  private void bound(NetworkLimits.Builder builder, Link link, BitSet[] receivers) {
    Map<BitSet, BitSet> groups = new LinkedHashMap<>();
    for (int node = 0; node < nodeCount; node++) {
      if (!receivers[node].isEmpty()) {
        groups.computeIfAbsent(receivers[node], key -> new BitSet(nodeCount)).set(node);
      }
    }
    if (groups.isEmpty()) {
      return;
    }
    int limit = builder.limit(link.name(), link.capacityBitsPerSecond(), 1);
    groups.forEach(
        (reached, senders) -> {
          if (senders.intersects(reached)) {
            // What goes from one sender of the group to another does not leave the group.
            senders.stream().forEach(node -> term(builder, limit, single(node), reached));
          } else {
            term(builder, limit, senders, reached);
          }
        });
  }

  private static void term(
      NetworkLimits.Builder builder, int limit, BitSet senders, BitSet reached) {
    builder.term(TermKind.SMALLER, limit, senders, reached);
  }

  private static BitSet single(int node) {
    BitSet result = new BitSet();
    result.set(node);
    return result;
  }
}
