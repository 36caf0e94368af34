package io.kollaps.placement.demand;

/**
 * An emulated tree with one rate for each link: the larger of both directions and of all epochs.
 * Inner nodes come first, the root is 0, then endpoint {@code e} is node {@code innerCount + e}.
 *
 * @param innerCount number of nodes that are no leaves
 * @param parents node above each node, -1 of the root; not copied, must not change
 * @param rates bits per second of the link to the node above, 0 where there is none; not copied,
 *     must not change
 */
@SuppressWarnings("ArrayRecordComponent") // inner loops read them; identity is never asked for
public record LinkTree(int innerCount, int[] parents, long[] rates) {}
