package io.kollaps.node.run;

import io.kollaps.fabric.Fabric;
import io.kollaps.runtime.EndpointInstance;
import java.util.List;

/**
 * Endpoints and fabric of a part, ready to start.
 *
 * @param instances by endpoint index
 * @param fabric with all ports attached and the first epoch's paths set
 * @param epochs what to tell the fabric later
 */
record PreparedPart(List<EndpointInstance> instances, Fabric fabric, EpochBatches epochs) {}
