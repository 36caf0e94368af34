package io.kollaps.benchmarks.placement;

import org.jspecify.annotations.Nullable;

/**
 * One experiment placed by one algorithm; the field names are a contract.
 *
 * @param algorithm whose
 * @param placed true when it found a placement
 * @param timeMs median time
 * @param maxLoad endpoints on the fullest node afterwards
 * @param minLoad endpoints on the emptiest node afterwards
 * @param overloadedLinks link directions of the real network that are asked for more than they have
 * @param optimum true when a placement is known to exist, false when none exists, null when unknown
 */
public record PlacementRow(
    String algorithm,
    boolean placed,
    double timeMs,
    int maxLoad,
    int minLoad,
    int overloadedLinks,
    @Nullable Boolean optimum) {}
