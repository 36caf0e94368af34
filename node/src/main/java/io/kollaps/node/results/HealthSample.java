package io.kollaps.node.results;

/**
 * The machine and the fabric in one interval, about a second.
 *
 * @param endNanos offset of the interval's end
 * @param hostIdleShare part of the processors' time that was idle (waiting for disks included)
 * @param hostStealShare part that a hypervisor took
 * @param fabricBusyShare processor time of the fabric's threads over the interval, 1 for one whole
 *     processor
 */
public record HealthSample(
    long endNanos, double hostIdleShare, double hostStealShare, double fabricBusyShare) {}
