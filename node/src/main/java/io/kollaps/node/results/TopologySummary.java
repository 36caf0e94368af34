package io.kollaps.node.results;

import io.kollaps.topology.Program;
import io.kollaps.topology.Service;
import io.kollaps.topology.path.CompiledExperiment;
import java.util.List;

/**
 * What was run, in a few figures.
 *
 * @param fileName name of the topology file, without its folder
 * @param endpoints endpoints that may run
 * @param bridges network elements without programs
 * @param linkDirections link directions that exist at any time
 * @param epochs stretches of the timeline in which no path changes
 * @param services declared programs, in file order
 */
public record TopologySummary(
    String fileName,
    int endpoints,
    int bridges,
    int linkDirections,
    int epochs,
    List<ServiceRow> services) {

  /** Copies the list. */
  public TopologySummary {
    services = List.copyOf(services);
  }

  /**
   * A declared program.
   *
   * @param name name of the service
   * @param program its command, or its image and arguments
   * @param replicas number of endpoints
   */
  public record ServiceRow(String name, String program, int replicas) {}

  /** The summary of a compiled experiment that was read from a file of that name. */
  public static TopologySummary of(String fileName, CompiledExperiment compiled) {
    return new TopologySummary(
        fileName,
        compiled.endpoints().size(),
        compiled.experiment().bridges().size(),
        compiled.network().linkCount(),
        compiled.epochs().size(),
        compiled.experiment().services().stream().map(TopologySummary::row).toList());
  }

  private static ServiceRow row(Service service) {
    String program =
        switch (service.program()) {
          case Program.Command command -> String.join(" ", command.arguments());
          case Program.Image image ->
              (image.image() + " " + String.join(" ", image.arguments())).strip();
        };
    return new ServiceRow(service.name(), program, service.replicas());
  }
}
