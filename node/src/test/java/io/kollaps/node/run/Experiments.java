package io.kollaps.node.run;

import io.kollaps.cluster.NodeId;
import io.kollaps.linux.ownership.RunId;
import io.kollaps.node.load.ExperimentLoader;
import io.kollaps.node.load.FileContent;
import io.kollaps.node.load.LoadResult;
import io.kollaps.topology.path.CompiledExperiment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Experiments and plans for tests. */
final class Experiments {
  private Experiments() {}

  static CompiledExperiment compiled(String name, String yaml) {
    return switch (ExperimentLoader.load(name, content(yaml), 1)) {
      case LoadResult.Loaded good -> good.compiled();
      case LoadResult.Unusable bad -> throw new AssertionError(bad.problems().toString());
    };
  }

  static FileContent content(String yaml) {
    return new FileContent(yaml.getBytes(StandardCharsets.UTF_8));
  }

  /** A plan with as many nodes as the homes name. */
  static PartPlan plan(String name, String yaml, int[] homes, int self) {
    List<PartNode> nodes =
        IntStream.rangeClosed(0, Arrays.stream(homes).max().orElse(0))
            .mapToObj(i -> new PartNode(NodeId.of(i), "node-" + i, "127.0.0." + (i + 1)))
            .toList();
    return new PartPlan(
        new RunId("test-run"), 1, name, content(yaml), "auto", 77, 1450, nodes, homes, self);
  }
}
