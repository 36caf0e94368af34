package io.kollaps.node.control.manager;

import io.kollaps.cluster.NodeId;
import io.kollaps.emulation.start.StartSettings;
import java.util.List;
import java.util.OptionalLong;

/** All parts of runs on one node: a state machine, events in and commands out. */
public final class EmulationManager {

  /**
   * A manager without parts.
   *
   * @param self this node
   * @param incarnation another number at each start of the daemon, above 0
   * @param settings bounds
   * @param start bounds of start agreements, the same on all nodes
   */
  public EmulationManager(
      NodeId self, long incarnation, ManagerSettings settings, StartSettings start) {}

  /** Takes an event and tells what to do, in this order. */
  public List<ManagerCommand> handle(ManagerEvent event) {
    return List.of();
  }

  /** When time is to be told at the latest; empty when the tick will do. */
  public OptionalLong wakeNanos() {
    return OptionalLong.empty();
  }
}
