package io.kollaps.placement;

import io.kollaps.placement.network.Soundness;
import java.util.List;
import java.util.Optional;

/** The answer to a request: always one of the two. */
public sealed interface Placement {

  /** On what the promise rests that the network carries it. */
  Soundness soundness();

  /** Time that the search took, in nanoseconds. */
  long searchNanos();

  /**
   * Every endpoint has a node, and the network carries all that can flow.
   *
   * @param seats where each endpoint runs, by its number
   * @param demand what it asks of each limit of the cluster's network, times the limit's divisor
   * @param method what found it
   * @param soundness on what the promise rests
   * @param searchNanos time that the search took
   */
  record Placed(
      List<Seat> seats, List<Long> demand, String method, Soundness soundness, long searchNanos)
      implements Placement {
    /** Copies the lists. */
    public Placed {
      seats = List.copyOf(seats);
      demand = List.copyOf(demand);
    }
  }

  /**
   * Where an endpoint runs.
   *
   * @param endpoint its name
   * @param node the node's name
   * @param why why there and not on a better node, one sentence
   */
  record Seat(String endpoint, String node, String why) {}

  /**
   * It was not placed; nothing is reserved.
   *
   * @param proved true when no placement exists; false when the effort was spent before one was
   *     found
   * @param reason what stands in the way, one sentence
   * @param tightest what the best attempt exceeded most; empty when slots, processors or memory are
   *     in the way
   * @param soundness on what limits rest
   * @param searchNanos time that the search took
   */
  record Refused(
      boolean proved,
      String reason,
      Optional<TightCut> tightest,
      Soundness soundness,
      long searchNanos)
      implements Placement {}

  /**
   * A limit that an attempt exceeded.
   *
   * @param name what it is
   * @param capacityBitsPerSecond what it can carry in all
   * @param leftBitsPerSecond what other experiments leave of it
   * @param neededBitsPerSecond what the attempt needed
   */
  record TightCut(
      String name, long capacityBitsPerSecond, long leftBitsPerSecond, long neededBitsPerSecond) {
    /** What was lacking. */
    public long lackingBitsPerSecond() {
      return neededBitsPerSecond - leftBitsPerSecond;
    }
  }
}
