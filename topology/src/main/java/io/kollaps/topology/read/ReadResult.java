package io.kollaps.topology.read;

import io.kollaps.topology.Experiment;
import io.kollaps.topology.Problem;
import java.util.List;

/** What reading a topology file gives. */
public sealed interface ReadResult {

  /** The file is good. */
  record Valid(Experiment experiment) implements ReadResult {}

  /**
   * The file cannot be used.
   *
   * @param problems every problem found, in file order, not empty
   */
  record Invalid(List<Problem> problems) implements ReadResult {
    /** Copies the list. */
    public Invalid {
      problems = List.copyOf(problems);
    }
  }
}
