package io.kollaps.benchmarks.usage;

/**
 * What the nodes told each other under one pattern of traffic.
 *
 * @param pattern its name
 * @param endpoints endpoints, half of them clients with a flow each
 * @param nodes nodes
 * @param bytesPerSecond of all nodes together, from Internet header to seal, each copy to each
 *     receiver counted; mean after the warm-up
 * @param peakBytesPerSecond the second with the most, the first ones included
 * @param datagramsPerSecond of all nodes together
 * @param paperBytesPerSecond the largest figure of the Kollaps paper
 * @param goalBytesPerSecond what is to be reached
 * @param grantDeviationPercent how far the grants of greedy flows are from those of one core that
 *     sees all flows itself: mean over flows and readings after the warm-up; 0 without greedy flows
 */
public record UsageRow(
    String pattern,
    int endpoints,
    int nodes,
    double bytesPerSecond,
    double peakBytesPerSecond,
    double datagramsPerSecond,
    double paperBytesPerSecond,
    double goalBytesPerSecond,
    double grantDeviationPercent) {}
