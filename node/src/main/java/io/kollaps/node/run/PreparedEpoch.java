package io.kollaps.node.run;

import io.kollaps.emulation.PathTable;
import io.kollaps.fabric.PathSetting;
import io.kollaps.fabric.PathShape;
import io.kollaps.topology.path.CollapsedPath;
import io.kollaps.topology.path.CompiledExperiment;
import io.kollaps.topology.path.Paths;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What an epoch needs at its instant, made beforehand.
 *
 * @param index of the epoch
 * @param changes the part's paths that differ from the epoch before; all of them at the first
 * @param table the part's paths of the epoch as the sharing uses them
 */
record PreparedEpoch(int index, List<PathSetting> changes, PathTable table) {

  /** Makes it; its cost grows with the square of the number of endpoints. */
  static PreparedEpoch of(CompiledExperiment compiled, Homes homes, int index) {
    Paths now = compiled.epochs().get(index).paths();
    Optional<Paths> before =
        index == 0 ? Optional.empty() : Optional.of(compiled.epochs().get(index - 1).paths());
    return new PreparedEpoch(
        index,
        changes(before, now, homes),
        PathTable.of(now, homes::here, compiled.experiment().settings().sharing()));
  }

  private static List<PathSetting> changes(Optional<Paths> before, Paths after, Homes homes) {
    List<PathSetting> changes = new ArrayList<>();
    int count = after.endpointCount();
    for (int from = 0; from < count; from++) {
      if (!homes.here(from)) {
        continue; // a path is of its sender's part
      }
      for (int to = 0; to < count; to++) {
        if (from == to) {
          continue;
        }
        int source = from;
        int destination = to;
        Optional<CollapsedPath> old = before.flatMap(paths -> paths.path(source, destination));
        Optional<CollapsedPath> now = after.path(from, to);
        if (!old.equals(now)) {
          changes.add(new PathSetting(from, to, now.map(PathShape::of)));
        }
      }
    }
    return changes;
  }
}
