package io.kollaps.cluster.capacity;

import io.kollaps.cluster.NodeId;
import java.util.List;

/**
 * The capacity from one node to another, and why it is believed.
 *
 * @param from the sender
 * @param to the receiver
 * @param bitsPerSecond what a TCP transfer alone on the network gets
 * @param lowerBound true when the capacity may be higher: a direction of an asymmetric path that no
 *     probe and no rule tells exactly
 * @param source measured or inferred
 * @param measuredAtNanos when the last probe behind it ended, on the leader's clock
 */
public record CapacityEntry(
    NodeId from,
    NodeId to,
    long bitsPerSecond,
    boolean lowerBound,
    Source source,
    long measuredAtNanos) {

  private static final double PLAIN = 0.9;

  /** Where a capacity comes from. */
  public sealed interface Source {

    /** A probe between the two nodes. */
    record Measured() implements Source {}

    /**
     * Probes between other nodes.
     *
     * @param basis the pairs whose probes gave the level, latest last; a node among them may have
     *     left
     * @param samples number of probes behind the level
     * @param tied true when three or more branches meet at this level: from pairs alone a switch
     *     that blocks nothing looks the same as one shared trunk
     */
    record Inferred(List<NodePair> basis, int samples, boolean tied) implements Source {
      /** Copies the list. */
      public Inferred {
        basis = List.copyOf(basis);
      }
    }
  }

  /** Time since the last probe behind it, in nanoseconds; 0 when the clock says earlier. */
  public long ageNanos(long nowNanos) {
    return Math.max(0, nowNanos - measuredAtNanos);
  }

  /**
   * How far the entry can be relied on, from 0 to 1: 1 for a measurement, 0.9 for what follows from
   * levels that differ, 0.9 s / (s + 1) with s samples for what rests on a tie, halved each time
   * that the half-life passes. An order for verification, not a probability.
   */
  public double confidence(long nowNanos, long halfLifeNanos) {
    double fresh =
        switch (source) {
          case Source.Measured() -> 1;
          case Source.Inferred(List<NodePair> _, int samples, boolean tied) ->
              tied ? PLAIN * samples / (samples + 1.0) : PLAIN;
        };
    return fresh * Math.pow(0.5, ageNanos(nowNanos) / (double) halfLifeNanos);
  }
}
