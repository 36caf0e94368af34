package io.kollaps.topology.path;

import java.util.Optional;

/**
 * The collapsed paths of one epoch. Immutable, safe to share between threads.
 *
 * <p>Endpoints are given by {@link Endpoint#index()}; a path is also named by the dense id {@code
 * from * endpointCount + to}. Links are given by their index in {@link ExpandedNetwork}, the same
 * in every epoch.
 */
public interface Paths {

  /** Largest number of endpoints: path ids are ints. */
  int MAX_ENDPOINTS = 46_340;

  /** Number of endpoints. */
  int endpointCount();

  /** Number of link directions known in any epoch. */
  int linkCount();

  /**
   * True when a path exists from {@code from} to {@code to} in this epoch; false for an endpoint
   * and itself.
   */
  boolean connected(int from, int to);

  /** The path's properties, empty when there is none. */
  Optional<CollapsedPath> path(int from, int to);

  /**
   * Indexes of the links on the path in travel order, empty when there is none. A new array at each
   * call.
   */
  int[] links(int from, int to);

  /**
   * Round-trip time: latency there plus latency back; when there is no way back, twice the latency
   * there; 0 when there is no path there. {@code Long.MAX_VALUE} instead of an overflow.
   */
  long roundTripNanos(int from, int to);

  /** Capacity of a link in this epoch in bits per second; 0 when it is away. */
  long linkRateBitsPerSecond(int link);

  /** Id of the path between two endpoints. */
  default int pathId(int from, int to) {
    return from * endpointCount() + to;
  }
}
