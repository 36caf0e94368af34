package io.kollaps.topology.path;

import java.util.List;

/** Finds endpoints by the names that users write. */
public final class EndpointNames {
  private EndpointNames() {}

  /**
   * The endpoints that a name means.
   *
   * @param compiled where to look
   * @param name a service's name for all of its endpoints, or one endpoint's name as {@code svc-2}
   * @return the endpoints in index order, empty when the name means none
   */
  public static List<Endpoint> find(CompiledExperiment compiled, String name) {
    return compiled.endpoints().stream()
        .filter(endpoint -> endpoint.service().name().equals(name) || endpoint.name().equals(name))
        .toList();
  }
}
