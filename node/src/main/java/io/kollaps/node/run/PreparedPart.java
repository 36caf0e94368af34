package io.kollaps.node.run;

import io.kollaps.fabric.Fabric;
import io.kollaps.runtime.EndpointInstance;
import java.util.List;

/**
 * Endpoints and fabric of a part, ready to start.
 *
 * @param instances by endpoint index
 * @param fabric with all ports attached; no path is set
 * @param firstEpoch what holds at the start
 * @param epochs gives the later epochs
 */
record PreparedPart(
    List<EndpointInstance> instances,
    Fabric fabric,
    PreparedEpoch firstEpoch,
    EpochPreparer epochs) {}
