package io.kollaps.benchmarks.cluster;

/**
 * A cluster at one size: what it took to get there, and what its daemons cost while nothing
 * happens.
 *
 * @param nodes how many
 * @param grownSeconds from the first start of a new daemon until all are members and alive
 * @param residentMegabytes resident memory of a daemon, mean; what processes share counts for each
 * @param proportionalMegabytes the same with what is shared divided among those who share it
 * @param largestMegabytes resident memory of the largest daemon
 * @param threads of a daemon, mean
 * @param processorPercent processor time of a daemon while idle, mean, in percent of one processor
 * @param leaderProcessorPercent of the leader
 * @param sentBytesPerSecond what a node puts on its interface while idle, mean, with Ethernet heads
 * @param leaderSentBytesPerSecond what the leader does
 */
public record ClusterRow(
    int nodes,
    double grownSeconds,
    double residentMegabytes,
    double proportionalMegabytes,
    double largestMegabytes,
    double threads,
    double processorPercent,
    double leaderProcessorPercent,
    double sentBytesPerSecond,
    double leaderSentBytesPerSecond) {}
