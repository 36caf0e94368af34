package io.kollaps.topology.read;

import io.kollaps.topology.Problem;
import io.kollaps.topology.physical.PhysicalTopology;
import java.util.List;

/** What reading a description of the physical network gives. */
public sealed interface PhysicalReadResult {

  /** The file is good. */
  record Valid(PhysicalTopology topology) implements PhysicalReadResult {}

  /**
   * The file cannot be used.
   *
   * @param problems every problem found, in file order, not empty
   */
  record Invalid(List<Problem> problems) implements PhysicalReadResult {
    /** Copies the list. */
    public Invalid {
      problems = List.copyOf(problems);
    }
  }
}
