package io.kollaps.placement;

/**
 * How a placement is searched for.
 *
 * @param timeNanos most time; a search answers after it at the latest, within some milliseconds
 * @param maxTrials most changes of placements that are looked at: as long as these end a search and
 *     not time, the same request and seed get the same answer on the same reservations
 * @param seed decides what is left to chance
 */
public record PlacementOptions(long timeNanos, long maxTrials, long seed) {
  /** Three seconds, or ten million trials. */
  public static final PlacementOptions DEFAULT =
      new PlacementOptions(3_000_000_000L, 10_000_000L, 1);
}
