package io.kollaps.cli;

import io.kollaps.topology.path.CompiledExperiment;
import io.kollaps.topology.path.Endpoint;
import java.util.List;
import java.util.Optional;

/** Finds the endpoints that a user's word means. */
final class EndpointArgument {
  private EndpointArgument() {}

  /**
   * The endpoint of that name, or all endpoints of the service of that name; all endpoints without
   * a name.
   */
  static List<Endpoint> find(CompiledExperiment compiled, Optional<String> name) {
    if (name.isEmpty()) {
      return compiled.endpoints();
    }
    String wanted = name.get();
    List<Endpoint> found =
        compiled.endpoints().stream()
            .filter(e -> e.name().equals(wanted) || e.service().name().equals(wanted))
            .toList();
    if (found.isEmpty()) {
      throw new CommandFailure(
          ExitCode.BAD_INPUT,
          "there is no endpoint or service '"
              + wanted
              + "'; there are: "
              + String.join(
                  ", ", compiled.endpoints().stream().limit(20).map(Endpoint::name).toList()));
    }
    return found;
  }
}
