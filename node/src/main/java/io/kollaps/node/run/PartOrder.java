package io.kollaps.node.run;

import io.kollaps.linux.ownership.RunId;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a part is to do, and with what.
 *
 * @param run the run
 * @param content what it plays
 * @param plan where the other parts are; empty for a run with one part
 * @param overlay how packets travel to them; empty for a run with one part
 * @param peers reaches them
 * @param mtu of the endpoints' {@code eth0} in bytes
 * @param stateFolder folder in which runs keep what they own
 * @param resultsFolder folder of this part's results
 * @param version version of Kollaps, for the results
 * @param startConditionTimeoutNanos longest wait for what an endpoint waits for
 */
record PartOrder(
    RunId run,
    PartContent.Source content,
    Optional<PartPlan> plan,
    Optional<PartOverlay> overlay,
    PeerSender peers,
    int mtu,
    Path stateFolder,
    Path resultsFolder,
    String version,
    long startConditionTimeoutNanos) {}
