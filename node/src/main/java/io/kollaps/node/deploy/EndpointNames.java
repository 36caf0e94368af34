package io.kollaps.node.deploy;

import io.kollaps.linux.ownership.RunId;
import io.kollaps.node.control.RunRecord;
import io.kollaps.node.load.FileContent;
import io.kollaps.topology.path.CompileException;
import io.kollaps.topology.path.Endpoint;
import io.kollaps.topology.path.ExperimentCompiler;
import io.kollaps.topology.read.ExperimentReader;
import io.kollaps.topology.read.ReadResult;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Names of the endpoints of runs whose file is known; those of the last few are remembered. */
final class EndpointNames {
  private static final int REMEMBERED = 8;

  private final RunStore store;
  private final Map<RunId, Map<String, Integer>> known = new LinkedHashMap<>();

  EndpointNames(RunStore store) {
    this.store = store;
  }

  /** Index of each endpoint by its name; empty when the run's file is gone. */
  synchronized Optional<Map<String, Integer>> of(RunRecord record) {
    Map<String, Integer> names = known.get(record.run());
    if (names == null) {
      names = store.file(record.run()).map(file -> names(record, file)).orElse(Map.of());
      if (known.size() == REMEMBERED) {
        known.remove(known.keySet().iterator().next());
      }
      if (!names.isEmpty()) {
        known.put(record.run(), names);
      }
    }
    return names.isEmpty() ? Optional.empty() : Optional.of(names);
  }

  private static Map<String, Integer> names(RunRecord record, FileContent file) {
    Map<String, Integer> names = new LinkedHashMap<>();
    try {
      if (ExperimentReader.read(record.fileName(), file.bytes())
          instanceof ReadResult.Valid valid) {
        for (Endpoint endpoint :
            ExperimentCompiler.compile(valid.experiment(), record.seed()).endpoints()) {
          names.put(endpoint.name(), endpoint.index());
        }
      }
    } catch (CompileException e) {
      return Map.of(); // all nodes of the run are asked then
    }
    return names;
  }
}
