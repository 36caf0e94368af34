package io.kollaps.topology.path;

/**
 * A stretch of the timeline in which no path changes.
 *
 * @param atNanos offset of its begin from the start; the first epoch begins at 0
 * @param paths what holds then
 */
public record Epoch(long atNanos, Paths paths) {}
