package io.kollaps.cluster.capacity;

/**
 * One probe as evidence for a level.
 *
 * @param pair who was probed
 * @param bitsPerSecond what it says of the level
 * @param span the capacities that explain it
 * @param asymmetric true when the directions differed
 * @param atNanos when it ended
 */
record Sample(NodePair pair, double bitsPerSecond, Span span, boolean asymmetric, long atNanos) {}
