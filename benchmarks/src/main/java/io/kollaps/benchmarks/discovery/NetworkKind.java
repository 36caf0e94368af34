package io.kollaps.benchmarks.discovery;

import io.kollaps.cluster.capacity.JoinSettings;
import io.kollaps.cluster.simulate.PhysicalTree;
import io.kollaps.cluster.simulate.PhysicalTrees;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Networks that discovery is measured on. */
public enum NetworkKind {
  /** The thesis' trees: half as many switches as nodes, links uniform from 0 to 999 Mbit/s. */
  RANDOM(1) {
    @Override
    PhysicalTree network(int nodes, long seed) {
      return PhysicalTrees.random(nodes, seed);
    }
  },
  /** One switch, interfaces of 1 Gbit/s. */
  STAR(JoinSettings.ETHERNET_GOODPUT) {
    @Override
    PhysicalTree network(int nodes, long seed) {
      return PhysicalTrees.star(nodes);
    }
  },
  /** Racks of ten nodes with 1 Gbit/s behind uplinks of 500 Mbit/s, the nodes shuffled. */
  RACKS(JoinSettings.ETHERNET_GOODPUT) {
    @Override
    PhysicalTree network(int nodes, long seed) {
      if (nodes % NODES_PER_RACK != 0) {
        throw new IllegalArgumentException(
            "racks hold " + NODES_PER_RACK + " nodes: write a multiple of it, not " + nodes);
      }
      return PhysicalTrees.racks(nodes / NODES_PER_RACK, NODES_PER_RACK, seed);
    }
  },
  /** Trees as the random ones, links of 100 Mbit/s, 1 Gbit/s or 10 Gbit/s. */
  CLASSES(1) {
    @Override
    PhysicalTree network(int nodes, long seed) {
      return PhysicalTrees.classes(nodes, seed);
    }
  };

  private static final int NODES_PER_RACK = 10;

  private final double goodputFactor;

  NetworkKind(double goodputFactor) {
    this.goodputFactor = goodputFactor;
  }

  abstract PhysicalTree network(int nodes, long seed);

  /** What a transfer gets of a link's rate. */
  double goodputFactor() {
    return goodputFactor;
  }

  /** The kind of a name in small letters. */
  public static Optional<NetworkKind> named(String name) {
    return Arrays.stream(values())
        .filter(kind -> kind.name().toLowerCase(Locale.ROOT).equals(name))
        .findFirst();
  }
}
