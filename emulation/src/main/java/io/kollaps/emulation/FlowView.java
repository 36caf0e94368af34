package io.kollaps.emulation;

/**
 * An own flow as it stands now.
 *
 * @param pathId dense path id
 * @param usedBitsPerSecond what it used lately, a mean over {@link CoreSettings#demandMeanNanos}
 * @param grantedBitsPerSecond its path's rate; {@link FlowTable#UNLIMITED} when nothing limits it
 * @param greedy true when it is taken to want all it can get
 */
public record FlowView(
    int pathId, long usedBitsPerSecond, long grantedBitsPerSecond, boolean greedy) {}
