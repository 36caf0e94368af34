package io.kollaps.cluster.simulate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A switched network: a tree of switches with nodes as leaves, each link with a rate per direction.
 * It is the truth that a capacity map is compared with.
 */
public final class PhysicalTree {
  private static final double FREE = Double.POSITIVE_INFINITY;

  private final List<Element> elements;
  private final int[] nodes;

  /**
   * A switch or node and its link towards the top.
   *
   * @param parent element above, smaller than this one's number; -1 at the top
   * @param upBitsPerSecond rate towards the parent
   * @param downBitsPerSecond rate from the parent
   */
  public record Element(int parent, long upBitsPerSecond, long downBitsPerSecond) {}

  /**
   * Makes a network.
   *
   * @param elements each after its parent
   * @param nodes which of them are the nodes, in the order of their numbers; they have no elements
   *     below
   */
  public PhysicalTree(List<Element> elements, int[] nodes) {
    this.elements = List.copyOf(elements);
    this.nodes = nodes.clone();
  }

  /** Number of nodes. */
  public int size() {
    return nodes.length;
  }

  /** The slower direction of a node's own link: what its interface would tell. */
  public long nicBitsPerSecond(int node) {
    Element own = elements.get(nodes[node]);
    return Math.min(own.upBitsPerSecond(), own.downBitsPerSecond());
  }

  /**
   * The same network whose nodes come in another order: node {@code i} is {@code order[i]} here.
   */
  public PhysicalTree ordered(int[] order) {
    return new PhysicalTree(elements, Arrays.stream(order).map(i -> nodes[i]).toArray());
  }

  /**
   * What every node can receive from one.
   *
   * @return bits per second by node; for the node itself the largest long
   */
  public long[] capacitiesFrom(int node) {
    double[] reached = new double[elements.size()];
    Arrays.fill(reached, -1);
    double capacity = FREE;
    for (int at = nodes[node]; at >= 0; at = elements.get(at).parent()) {
      reached[at] = capacity;
      capacity = Math.min(capacity, (double) elements.get(at).upBitsPerSecond());
    }
    for (int i = 0; i < reached.length; i++) {
      if (reached[i] < 0) {
        Element element = elements.get(i);
        reached[i] = Math.min(reached[element.parent()], (double) element.downBitsPerSecond());
      }
    }
    return Arrays.stream(nodes).mapToLong(at -> (long) reached[at]).toArray();
  }

  /** Rate of one direction of a link. */
  double rateBitsPerSecond(Hop hop) {
    Element element = elements.get(hop.element());
    return hop.up() ? element.upBitsPerSecond() : element.downBitsPerSecond();
  }

  /**
   * A link in one direction.
   *
   * @param element the element below it
   * @param up true towards the top
   */
  record Hop(int element, boolean up) {}

  /**
   * Whether transfers in both directions between two pairs of nodes use a link in the same
   * direction at the same time.
   */
  public boolean share(int a, int b, int c, int d) {
    Set<Hop> hops = new HashSet<>(way(a, b));
    hops.addAll(way(b, a));
    return way(c, d).stream().anyMatch(hops::contains)
        || way(d, c).stream().anyMatch(hops::contains);
  }

  /** The links from one node to another. */
  List<Hop> way(int from, int to) {
    List<Hop> way = new ArrayList<>();
    int a = nodes[from];
    int b = nodes[to];
    while (a != b) {
      if (a > b) {
        way.add(new Hop(a, true));
        a = elements.get(a).parent();
      } else {
        way.add(new Hop(b, false));
        b = elements.get(b).parent();
      }
    }
    return way;
  }
}
