/**
 * What a physical network can carry, as limits on the traffic in and out of sets of nodes: from a
 * known tree, from known routes, or from a map of measured capacities.
 */
@NullMarked
package io.kollaps.placement.network;

import org.jspecify.annotations.NullMarked;
