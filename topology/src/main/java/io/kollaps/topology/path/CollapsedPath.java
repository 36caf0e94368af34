package io.kollaps.topology.path;

import io.kollaps.topology.Jitter;
import io.kollaps.topology.LinkProperties.Framing;
import io.kollaps.topology.QueueLimit;

/**
 * End-to-end properties from one endpoint to another.
 *
 * @param latencyNanos sum over the links, {@code Long.MAX_VALUE} instead of an overflow
 * @param jitter deviation is the root of the sum of squares; uniform only when exactly one link has
 *     jitter and it is uniform; reorders when any jittered link does
 * @param lossProbability 1 - product of (1 - loss)
 * @param rateBitsPerSecond minimum over the links
 * @param framing of the link with the minimal rate (the first on a tie)
 * @param queueLimit of the link with the minimal rate (the first on a tie)
 * @param hops number of links, at least 1
 */
public record CollapsedPath(
    long latencyNanos,
    Jitter jitter,
    double lossProbability,
    long rateBitsPerSecond,
    Framing framing,
    QueueLimit queueLimit,
    int hops) {}
