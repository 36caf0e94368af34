package io.kollaps.cluster.join;

import io.kollaps.cluster.NodeId;

/**
 * One probe, as the node hears of it that begins it.
 *
 * @param probe its number; a later probe of the same leader has a higher one
 * @param with the node that serves it
 * @param at where that node waits for it
 * @param secret of this probe alone: what proves each of the two to the other
 * @param plan how to measure
 */
public record ProbeOrder(long probe, NodeId with, Contact at, Secret secret, ProbePlan plan) {}
