package io.kollaps.node.deploy;

import io.kollaps.linux.ownership.StateFolder;
import java.nio.file.Path;

/**
 * How a node takes part in runs.
 *
 * @param incarnation greater at each start of the node's daemon
 * @param state folder in which what runs own is listed
 * @param results folder of the parts' results
 * @param resultsKept of so many parts, the newest
 * @param maxEndpoints most endpoints of all runs together
 */
public record DeploySettings(
    long incarnation, StateFolder state, Path results, int resultsKept, int maxEndpoints) {}
