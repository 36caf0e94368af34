package io.kollaps.benchmarks.discovery;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * What one algorithm needed and found, over all graphs.
 *
 * @param algorithm its name
 * @param testsPerNodeAvg probes per node, average over the graphs
 * @param testsPerNodeMin the graph with the fewest
 * @param testsPerNodeMax the graph with the most
 * @param wrongEntries entries of all maps that are not the truth to the bit; with noise nearly all
 * @param meanError mean relative error of the entries
 * @param shareOver10Percent share of entries that are off by more than 10 %
 */
public record DiscoveryRow(
    String algorithm,
    double testsPerNodeAvg,
    double testsPerNodeMin,
    double testsPerNodeMax,
    long wrongEntries,
    double meanError,
    @JsonProperty("share_over_10_percent") double shareOver10Percent) {}
