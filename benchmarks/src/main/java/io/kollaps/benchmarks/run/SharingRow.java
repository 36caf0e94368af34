package io.kollaps.benchmarks.run;

import org.jspecify.annotations.Nullable;

/**
 * What one flow got in one step. The names of the fields, written as {@code expected_bps}, are a
 * contract.
 *
 * @param step number of the step, from 1
 * @param flow the flow's endpoints, {@code c1:s1}
 * @param limited true when its program sends no more than it is expected to get: it may be granted
 *     more, because a grant is what a flow may have, and others get what it leaves
 * @param expectedBps its share as the sharing engine computes it for exactly these flows
 * @param grantedBps mean of what it was granted, from when grants had settled to the end of the
 *     step
 * @param grantedSdPercent standard deviation of that over samples of 100 ms, in percent of the mean
 * @param receivedBps mean of what passed to the receiver in the last 2 s of the step, IP bytes
 * @param receivedErrorPercent how far that is above expected
 * @param settleMs time from the step's first data (or last, when a flow left) until all grants were
 *     within 0.5 % of expected (those of limited flows: not below it), an upper bound with a grain
 *     of 100 ms; null when they never were
 */
public record SharingRow(
    int step,
    String flow,
    boolean limited,
    double expectedBps,
    double grantedBps,
    double grantedSdPercent,
    double receivedBps,
    double receivedErrorPercent,
    @Nullable Double settleMs) {}
