package io.kollaps.node.control.leader;

import io.kollaps.node.control.PartKey;

/**
 * Reads, compiles, places and reserves. Used from one thread, not that of the controller: an answer
 * may take seconds.
 */
public final class PlacementDesk {

  /** Answers {@link ControllerCommand.Place}. */
  public PlacingAnswer place(ControllerCommand.Place place) {
    return new PlacingAnswer.Refused("not there", java.util.List.of());
  }

  /** Does {@link ControllerCommand.Reserve}. */
  public void reserve(ControllerCommand.Reserve reserve) {}

  /** Does {@link ControllerCommand.Release}. */
  public void release(PartKey key) {}
}
