package io.kollaps.topology.path;

import io.kollaps.topology.Experiment;
import java.util.List;
import java.util.OptionalLong;

/**
 * Everything that a run needs, computed before the start.
 *
 * @param experiment what it was compiled from
 * @param endpoints all endpoints that may ever run, by index
 * @param network names of elements and links
 * @param epochs in time order, the first at 0, not empty; epochs of one instant are merged into one
 * @param endpointEvents in time order, ties in file order; services that start without a join event
 *     have theirs at 0
 * @param endNanos when the run ends at the latest: the earlier of the duration and a stop event
 */
public record CompiledExperiment(
    Experiment experiment,
    List<Endpoint> endpoints,
    ExpandedNetwork network,
    List<Epoch> epochs,
    List<EndpointEvent> endpointEvents,
    OptionalLong endNanos) {

  /** Copies the lists. */
  public CompiledExperiment {
    endpoints = List.copyOf(endpoints);
    epochs = List.copyOf(epochs);
    endpointEvents = List.copyOf(endpointEvents);
  }

  /** The paths at an offset from the start. */
  public Paths pathsAt(long atNanos) {
    Paths paths = epochs.getFirst().paths();
    for (Epoch epoch : epochs) {
      if (epoch.atNanos() > atNanos) {
        break;
      }
      paths = epoch.paths();
    }
    return paths;
  }
}
