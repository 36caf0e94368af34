package io.kollaps.topology.path;

/**
 * Names of the expanded network's elements and links; the indexes hold for every epoch.
 *
 * <p>A link direction is named {@code from->to} with the names of endpoints and bridges.
 */
public interface ExpandedNetwork {

  /** Number of link directions that exist in any epoch. */
  int linkCount();

  /** Name of a link direction, {@code from->to}. */
  String linkName(int link);
}
