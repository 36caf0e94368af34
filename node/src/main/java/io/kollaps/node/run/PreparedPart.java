package io.kollaps.node.run;

import io.kollaps.fabric.Fabric;
import io.kollaps.runtime.EndpointInstance;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Endpoints and fabric of a part, ready to start.
 *
 * @param instances those of this part, by endpoint index, in its order
 * @param fabric with all ports attached; no path is set
 * @param firstEpoch what holds at the start
 * @param epochs gives the later epochs
 */
record PreparedPart(
    Map<Integer, EndpointInstance> instances,
    Fabric fabric,
    PreparedEpoch firstEpoch,
    EpochPreparer epochs) {

  /** Keeps the order. */
  PreparedPart {
    instances = Collections.unmodifiableMap(new LinkedHashMap<>(instances));
  }

  /** Instances by index, where all of an experiment's endpoints are of one part. */
  static Map<Integer, EndpointInstance> byIndex(List<? extends EndpointInstance> all) {
    Map<Integer, EndpointInstance> byIndex = new LinkedHashMap<>();
    for (EndpointInstance instance : all) {
      byIndex.put(byIndex.size(), instance);
    }
    return byIndex;
  }
}
