package io.kollaps.topology.physical;

import java.util.List;
import java.util.OptionalLong;

/**
 * A switch, which blocks nothing by itself.
 *
 * @param name unique
 * @param parent number of the switch that its uplink goes to, smaller than its own; -1 for the top
 * @param upBitsPerSecond rate of the uplink towards the parent; of no meaning for the top
 * @param downBitsPerSecond rate of the uplink from the parent; of no meaning for the top
 * @param nodes addresses of the nodes on it
 * @param nodeBitsPerSecond rate of each node's link to it, both ways; empty when only the nodes'
 *     interfaces tell
 */
public record PhysicalSwitch(
    String name,
    int parent,
    long upBitsPerSecond,
    long downBitsPerSecond,
    List<AddressRange> nodes,
    OptionalLong nodeBitsPerSecond) {
  /** Copies the list. */
  public PhysicalSwitch {
    nodes = List.copyOf(nodes);
  }
}
