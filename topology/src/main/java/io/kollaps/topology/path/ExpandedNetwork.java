package io.kollaps.topology.path;

/**
 * The expanded network's elements and links; the indexes hold for every epoch.
 *
 * <p>Nodes are the endpoints (node = {@link Endpoint#index()}), then bridges; endpoints forward
 * nothing.
 *
 * <p>A link direction is named {@code from->to} with the names of endpoints and bridges.
 */
public interface ExpandedNetwork {

  /** Number of nodes: endpoints, bridges, and what joins replicas that share a link. */
  int nodeCount();

  /** Number of link directions that exist in any epoch. */
  int linkCount();

  /** Name of a link direction, {@code from->to}. */
  String linkName(int link);

  /** Node that sends on a link direction. */
  int from(int link);

  /** Node that receives from a link direction. */
  int to(int link);
}
