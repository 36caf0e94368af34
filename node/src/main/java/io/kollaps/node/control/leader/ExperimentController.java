package io.kollaps.node.control.leader;

import java.util.List;
import java.util.random.RandomGenerator;

/** All runs of a cluster, on its leader: a state machine, events in and commands out. */
public final class ExperimentController {

  /**
   * A controller that does not lead yet.
   *
   * @param settings bounds
   * @param random for ids of runs, and seeds where none is asked for
   */
  public ExperimentController(ControllerSettings settings, RandomGenerator random) {}

  /** Takes an event and tells what to do, in this order. */
  public List<ControllerCommand> handle(ControllerEvent event) {
    return List.of();
  }

  /**
   * All runs that are known, in the order of their submission; empty while this node does not lead.
   */
  public List<RunView> runs() {
    return List.of();
  }
}
