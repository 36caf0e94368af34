package io.kollaps.node.run;

import io.kollaps.fabric.PathSetting;
import io.kollaps.fabric.PathShape;
import io.kollaps.topology.path.CollapsedPath;
import io.kollaps.topology.path.CompiledExperiment;
import io.kollaps.topology.path.Paths;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What to tell the fabric at each epoch: all paths at the first, later only those that change.
 * Computed before the start, because an epoch of many paths must not be late.
 */
final class EpochBatches {
  private final List<List<PathSetting>> batches = new ArrayList<>();

  EpochBatches(CompiledExperiment compiled) {
    Optional<Paths> before = Optional.empty();
    for (var epoch : compiled.epochs()) {
      batches.add(changes(before, epoch.paths()));
      before = Optional.of(epoch.paths());
    }
  }

  /** The settings that change at an epoch. */
  List<PathSetting> of(int epoch) {
    return batches.get(epoch);
  }

  private static List<PathSetting> changes(Optional<Paths> before, Paths after) {
    List<PathSetting> changes = new ArrayList<>();
    int count = after.endpointCount();
    for (int from = 0; from < count; from++) {
      for (int to = 0; to < count; to++) {
        if (from == to) {
          continue;
        }
        int source = from;
        int destination = to;
        Optional<CollapsedPath> old = before.flatMap(paths -> paths.path(source, destination));
        Optional<CollapsedPath> now = after.path(from, to);
        if (!old.equals(now)) {
          changes.add(new PathSetting(from, to, now.map(EpochBatches::shape)));
        }
      }
    }
    return changes;
  }

  private static PathShape shape(CollapsedPath path) {
    return new PathShape(
        path.latencyNanos(),
        path.jitter(),
        path.lossProbability(),
        path.rateBitsPerSecond(),
        path.framing(),
        path.queueLimit());
  }
}
