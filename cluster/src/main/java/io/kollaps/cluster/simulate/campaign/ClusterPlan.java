package io.kollaps.cluster.simulate.campaign;

import io.kollaps.cluster.simulate.PhysicalTree;
import io.kollaps.cluster.simulate.PhysicalTrees;
import io.kollaps.cluster.simulate.SplitMix64;

/**
 * What is played, but for chance.
 *
 * @param nodes machines that take part sooner or later, 1 to 4000
 * @param kind of the network between them
 * @param relativeNoise of the probes: 0, or so small that levels stay apart
 * @param faultsNanos how long things go wrong, before the network heals and all must come right
 * @param faultEveryNanos mean time between two things that go wrong
 * @param joinEveryNanos mean time between two machines that begin to join
 * @param sabotage faulty behaviour to find
 */
public record ClusterPlan(
    int nodes,
    Kind kind,
    double relativeNoise,
    long faultsNanos,
    long faultEveryNanos,
    long joinEveryNanos,
    Sabotage sabotage) {
  /** Most machines. */
  public static final int MAX_NODES = 4000;

  private static final long SECOND = 1_000_000_000L;
  private static final long MILLI = 1_000_000L;
  private static final double NOISE = 0.03;
  private static final int NODES_PER_RACK = 4;

  /** Networks whose levels noise does not confuse, and two that only exact probes tell apart. */
  public enum Kind {
    /** Links of 100 Mbit/s, 1 Gbit/s and 10 Gbit/s. */
    CLASSES,
    /** One switch that blocks nothing. */
    STAR,
    /** Racks behind uplinks of half a node's speed. */
    RACKS,
    /** Any rates. */
    RANDOM,
    /** Any rates, each direction for itself. */
    DIRECTED
  }

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException naming the value and its range
   */
  public ClusterPlan {
    check(nodes >= 1 && nodes <= MAX_NODES, "number of nodes", "1 to " + MAX_NODES);
    check(
        relativeNoise == 0 || (kind != Kind.RANDOM && kind != Kind.DIRECTED),
        "noise",
        "0 where rates are random");
    check(relativeNoise >= 0 && relativeNoise <= NOISE, "noise", "0 to 3 %");
    check(faultsNanos >= 0 && faultEveryNanos > 0 && joinEveryNanos > 0, "times", "above 0");
  }

  private static void check(boolean good, String what, String range) {
    if (!good) {
      throw new IllegalArgumentException("the " + what + " must be " + range);
    }
  }

  /** A plan drawn from a seed. */
  public static ClusterPlan of(int nodes, long seed) {
    SplitMix64 random = new SplitMix64(seed);
    Kind kind = Kind.values()[random.below(Kind.values().length)];
    boolean exact = kind == Kind.RANDOM || kind == Kind.DIRECTED || random.below(3) == 0;
    boolean large = nodes > 100;
    return new ClusterPlan(
        nodes,
        kind,
        exact ? 0 : NOISE,
        large ? 240 * SECOND : (20 + random.below(100)) * SECOND,
        large ? 300 * MILLI : (500 + random.below(4000)) * MILLI,
        large ? 200 * MILLI : (200 + random.below(3000)) * MILLI,
        Sabotage.NONE);
  }

  /** The same with faulty behaviour. */
  public ClusterPlan with(Sabotage behaviour) {
    return new ClusterPlan(
        nodes, kind, relativeNoise, faultsNanos, faultEveryNanos, joinEveryNanos, behaviour);
  }

  /** The network. */
  PhysicalTree network(long seed) {
    return switch (kind) {
      case CLASSES -> PhysicalTrees.classes(nodes, seed);
      case STAR -> PhysicalTrees.star(nodes);
      case RACKS -> {
        PhysicalTree racks =
            PhysicalTrees.racks(
                (nodes + NODES_PER_RACK - 1) / NODES_PER_RACK, NODES_PER_RACK, seed);
        yield racks;
      }
      case RANDOM -> PhysicalTrees.random(nodes, seed);
      case DIRECTED -> PhysicalTrees.directed(nodes, seed);
    };
  }
}
