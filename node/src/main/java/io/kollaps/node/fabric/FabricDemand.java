package io.kollaps.node.fabric;

import io.kollaps.topology.path.CompiledExperiment;
import io.kollaps.topology.path.Epoch;
import io.kollaps.topology.path.Paths;

/**
 * What an experiment asks of a fabric.
 *
 * @param endpoints number of endpoints
 * @param mostPathsFromOneEndpoint the largest number of paths that leave one endpoint, in any epoch
 * @param mostPaths the largest number of paths at once
 */
public record FabricDemand(int endpoints, int mostPathsFromOneEndpoint, long mostPaths) {

  /** Of so many endpoints, each with a path to every other. */
  public static FabricDemand allPairs(int endpoints) {
    int others = Math.max(0, endpoints - 1);
    return new FabricDemand(endpoints, others, (long) endpoints * others);
  }

  /** Of an experiment, over all of its epochs. */
  public static FabricDemand of(CompiledExperiment compiled) {
    int fromOne = 0;
    long most = 0;
    for (Epoch epoch : compiled.epochs()) {
      long all = 0;
      Paths paths = epoch.paths();
      for (int from = 0; from < paths.endpointCount(); from++) {
        int leaving = leaving(paths, from);
        fromOne = Math.max(fromOne, leaving);
        all += leaving;
      }
      most = Math.max(most, all);
    }
    return new FabricDemand(compiled.endpoints().size(), fromOne, most);
  }

  private static int leaving(Paths paths, int from) {
    int leaving = 0;
    for (int to = 0; to < paths.endpointCount(); to++) {
      leaving += to != from && paths.connected(from, to) ? 1 : 0;
    }
    return leaving;
  }
}
