package io.kollaps.placement.network;

/** What is known of the network between the nodes of a cluster. Nodes are numbered from 0. */
public sealed interface PhysicalNetwork permits KnownTree, KnownRoutes, CapacityMap {

  /** A capacity that never limits, in bits per second. */
  long UNLIMITED = Long.MAX_VALUE;

  /** Number of nodes. */
  int nodeCount();

  /** On what the limits rest. */
  Soundness soundness();

  /** The limits that placements must keep. */
  NetworkLimits limits();
}
