package io.kollaps.node.run;

import io.kollaps.linux.ownership.RunId;
import io.kollaps.linux.ownership.UserIds;
import io.kollaps.node.results.HostFacts;
import io.kollaps.node.results.RunFacts;
import io.kollaps.node.results.TopologySummary;
import io.kollaps.topology.Problem;
import io.kollaps.topology.path.CompiledExperiment;
import io.kollaps.topology.path.Epoch;
import io.kollaps.topology.path.Paths;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** Gathers what is known of a run before it starts. */
final class FactsCollector {
  private FactsCollector() {}

  static RunFacts facts(RunId run, PartContent content, String version, List<String> setupNotices)
      throws IOException {
    CompiledExperiment compiled = content.compiled();
    boolean root = UserIds.current().isRoot();
    List<String> notices = new ArrayList<>();
    compiled.experiment().notices().stream().map(Problem::message).forEach(notices::add);
    notices.addAll(setupNotices);
    return new RunFacts(
        run.value(),
        compiled.experiment().name(),
        content.seed(),
        Instant.now(),
        version,
        content.fabric().factory().name(),
        content.fabric().reason(),
        compiled.experiment().settings().periodNanos(),
        host(root),
        TopologySummary.of(content.loaded().fileName(), compiled),
        notices);
  }

  /** Smallest round-trip time above 0 of any path of any epoch. */
  static OptionalLong smallestRoundTripNanos(CompiledExperiment compiled) {
    long smallest = Long.MAX_VALUE;
    for (Epoch epoch : compiled.epochs()) {
      Paths paths = epoch.paths();
      for (int from = 0; from < paths.endpointCount(); from++) {
        for (int to = 0; to < paths.endpointCount(); to++) {
          if (paths.connected(from, to)) {
            long roundTrip = paths.roundTripNanos(from, to);
            smallest = roundTrip > 0 ? Math.min(smallest, roundTrip) : smallest;
          }
        }
      }
    }
    return smallest == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(smallest);
  }

  private static HostFacts host(boolean root) {
    long memory =
        ManagementFactory.getOperatingSystemMXBean()
                instanceof com.sun.management.OperatingSystemMXBean system
            ? system.getTotalMemorySize()
            : 0;
    return new HostFacts(
        System.getProperty("os.name") + " " + System.getProperty("os.version"),
        Runtime.getRuntime().availableProcessors(),
        memory,
        System.getProperty("java.vm.version", ""),
        root);
  }
}
