package io.kollaps.cluster.simulate;

import io.kollaps.cluster.simulate.PhysicalTree.Element;
import java.util.ArrayList;
import java.util.List;

/**
 * Networks of the kinds that discovery is measured on, by seed. Rates of random trees follow the
 * thesis (chapter 3.7.2): half as many switches as nodes, links uniform from 0 to 999 Mbit/s.
 */
public final class PhysicalTrees {
  private static final long MEGABIT = 1_000_000;
  private static final int RATES = 1000;
  private static final int LARGEST_GROUP = 3;
  private static final long GIGABIT = 1000 * MEGABIT;
  private static final long RACK_UPLINK = 500 * MEGABIT;
  private static final long[] CLASSES = {100 * MEGABIT, GIGABIT, 10 * GIGABIT};

  private PhysicalTrees() {}

  /** How a link gets its rate. */
  private interface Rates {
    long next(SplitMix64 random);
  }

  /** A random tree with symmetric links of 0 to 999 Mbit/s; the seed of a graph is 1000 + g. */
  public static PhysicalTree random(int nodes, long seed) {
    return tree(nodes, seed, random -> random.below(RATES) * MEGABIT, true);
  }

  /** As {@link #random}, every direction of a link drawn by itself. */
  public static PhysicalTree directed(int nodes, long seed) {
    return tree(nodes, seed, random -> random.below(RATES) * MEGABIT, false);
  }

  /** A random tree with symmetric links of 100 Mbit/s, 1 Gbit/s or 10 Gbit/s. */
  public static PhysicalTree classes(int nodes, long seed) {
    return tree(nodes, seed, random -> CLASSES[random.below(CLASSES.length)], true);
  }

  private static PhysicalTree tree(int nodes, long seed, Rates rates, boolean symmetric) {
    SplitMix64 random = new SplitMix64(seed);
    int switches = Math.max(1, nodes / 2);
    List<Element> elements = new ArrayList<>();
    elements.add(new Element(-1, Long.MAX_VALUE, Long.MAX_VALUE));
    for (int i = 1; i < switches; i++) {
      elements.add(element(random.below(i), random, rates, symmetric));
    }
    int[] leaves = new int[nodes];
    int next = 0;
    while (next < nodes) {
      int parent = random.below(switches);
      int group = 1 + random.below(LARGEST_GROUP);
      for (int i = 0; i < group && next < nodes; i++) {
        leaves[next++] = elements.size();
        elements.add(element(parent, random, rates, symmetric));
      }
    }
    return new PhysicalTree(elements, leaves);
  }

  private static Element element(int parent, SplitMix64 random, Rates rates, boolean symmetric) {
    long up = rates.next(random);
    return new Element(parent, up, symmetric ? up : rates.next(random));
  }

  /** Nodes of 1 Gbit/s on one switch that blocks nothing. */
  public static PhysicalTree star(int nodes) {
    List<Element> elements = new ArrayList<>();
    elements.add(new Element(-1, Long.MAX_VALUE, Long.MAX_VALUE));
    int[] leaves = new int[nodes];
    for (int i = 0; i < nodes; i++) {
      leaves[i] = elements.size();
      elements.add(new Element(0, GIGABIT, GIGABIT));
    }
    return new PhysicalTree(elements, leaves);
  }

  /**
   * Racks of nodes with 1 Gbit/s, each rack behind an uplink of 500 Mbit/s; nodes come in an order
   * drawn from the seed.
   */
  public static PhysicalTree racks(int racks, int nodesPerRack, long seed) {
    List<Element> elements = new ArrayList<>();
    elements.add(new Element(-1, Long.MAX_VALUE, Long.MAX_VALUE));
    for (int rack = 0; rack < racks; rack++) {
      elements.add(new Element(0, RACK_UPLINK, RACK_UPLINK));
    }
    int[] leaves = new int[racks * nodesPerRack];
    for (int i = 0; i < leaves.length; i++) {
      leaves[i] = elements.size();
      elements.add(new Element(1 + rackOf(i, nodesPerRack), GIGABIT, GIGABIT));
    }
    return new PhysicalTree(elements, leaves).ordered(shuffled(leaves.length, seed));
  }

  /** Which rack a node of {@link #racks} stands in before the order is drawn. */
  public static int rackOf(int node, int nodesPerRack) {
    return node / nodesPerRack;
  }

  /** The numbers from 0 in an order drawn from the seed. */
  public static int[] shuffled(int count, long seed) {
    SplitMix64 random = new SplitMix64(seed);
    int[] order = new int[count];
    for (int i = 0; i < count; i++) {
      int other = random.below(i + 1);
      order[i] = order[other];
      order[other] = i;
    }
    return order;
  }
}
