package io.kollaps.placement.demand;

/**
 * The most that can flow between the endpoints inside a set and those outside.
 *
 * @param outBitsPerSecond from inside to outside
 * @param inBitsPerSecond from outside to inside
 */
public record CutDemand(long outBitsPerSecond, long inBitsPerSecond) {}
