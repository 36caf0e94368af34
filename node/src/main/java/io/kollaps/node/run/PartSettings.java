package io.kollaps.node.run;

import io.kollaps.node.fabric.FabricChooser;
import java.nio.file.Path;

/**
 * What all parts of a node have in common.
 *
 * @param stateFolder folder in which runs keep what they own, for the sweep
 * @param resultsFolder folder of the parts' results: those of a run are in a folder with its id,
 *     see {@link Part#results}
 * @param version version of Kollaps, for the results
 * @param fabrics chooses the fabric
 * @param firstOverlayPort first UDP port for packets of other nodes; 0 with the last 0 for any free
 * @param lastOverlayPort last UDP port for packets of other nodes
 * @param startConditionTimeoutNanos longest wait for what an endpoint waits for
 */
public record PartSettings(
    Path stateFolder,
    Path resultsFolder,
    String version,
    FabricChooser fabrics,
    int firstOverlayPort,
    int lastOverlayPort,
    long startConditionTimeoutNanos) {}
