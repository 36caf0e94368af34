package io.kollaps.placement;

import io.kollaps.placement.demand.EmulatedNetwork;
import io.kollaps.placement.demand.ExperimentNetwork;
import io.kollaps.topology.path.CompiledExperiment;
import io.kollaps.topology.path.Endpoint;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An experiment to place.
 *
 * @param emulated what its endpoints can send each other
 * @param endpoints what each endpoint needs, by its number in the network
 */
public record PlacementRequest(EmulatedNetwork emulated, List<EndpointNeed> endpoints) {
  private static final double MILLI = 1000;

  /**
   * What an endpoint needs.
   *
   * @param name its name
   * @param milliCpus processors that its service declares, in thousandths, rounded up; 0 for none
   * @param memoryBytes memory that its service declares; 0 for none
   * @param pinnedTo the node on which it must run
   */
  public record EndpointNeed(
      String name, long milliCpus, long memoryBytes, Optional<String> pinnedTo) {}

  /**
   * Copies the list.
   *
   * @throws IllegalArgumentException when the network has another number of endpoints
   */
  public PlacementRequest {
    endpoints = List.copyOf(endpoints);
    if (endpoints.size() != emulated.endpointCount()) {
      throw new IllegalArgumentException(
          endpoints.size() + " endpoints for a network of " + emulated.endpointCount());
    }
  }

  /**
   * The request of a compiled experiment.
   *
   * @param compiled the experiment
   * @param pins nodes by the names of endpoints, or of services for all of their endpoints
   * @throws IllegalArgumentException when its network is too large, or a pin names no endpoint
   */
  public static PlacementRequest of(CompiledExperiment compiled, Map<String, String> pins) {
    for (String pinned : pins.keySet()) {
      if (compiled.endpoints().stream()
          .noneMatch(e -> e.name().equals(pinned) || e.service().name().equals(pinned))) {
        throw new IllegalArgumentException(
            "a pin names " + pinned + ", which is no endpoint and no service of the experiment");
      }
    }
    return new PlacementRequest(
        ExperimentNetwork.of(compiled),
        compiled.endpoints().stream().map(endpoint -> need(endpoint, pins)).toList());
  }

  private static EndpointNeed need(Endpoint endpoint, Map<String, String> pins) {
    return new EndpointNeed(
        endpoint.name(),
        (long) Math.ceil(endpoint.service().limits().cpus().orElse(0) * MILLI),
        endpoint.service().limits().memoryBytes().orElse(0),
        Optional.ofNullable(pins.get(endpoint.name()))
            .or(() -> Optional.ofNullable(pins.get(endpoint.service().name()))));
  }
}
