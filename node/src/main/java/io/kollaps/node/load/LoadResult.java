package io.kollaps.node.load;

import io.kollaps.topology.Problem;
import io.kollaps.topology.path.CompiledExperiment;
import java.util.List;

/** What loading a topology file gives. */
public sealed interface LoadResult {

  /**
   * The file can be used.
   *
   * @param fileName last part of the file's path
   * @param content the file as read
   * @param compiled the experiment, compiled
   */
  record Loaded(String fileName, FileContent content, CompiledExperiment compiled)
      implements LoadResult {}

  /**
   * The file cannot be used.
   *
   * @param problems all that is wrong, in file order, not empty
   */
  record Unusable(List<Problem> problems) implements LoadResult {
    /** Copies the list. */
    public Unusable {
      problems = List.copyOf(problems);
    }
  }
}
