/**
 * The capacity between every two nodes of a cluster, and which probes a joining node needs so that
 * it is known.
 *
 * <p>In a switched network the path between two nodes is unique, and its capacity is that of its
 * narrowest link. So for any three nodes the two smallest of the three capacities are equal, and
 * the capacities of n nodes are a tree with at most n - 1 levels: a dendrogram. The capacity
 * between two nodes is the level of the lowest vertex above both. A joining node hangs at one place
 * of this tree; {@link io.kollaps.cluster.capacity.CapacityMapper} asks for the probes that find
 * it.
 *
 * <p>Pure: probes are commands, their results events, and times are given with the events.
 */
@NullMarked
package io.kollaps.cluster.capacity;

import org.jspecify.annotations.NullMarked;
