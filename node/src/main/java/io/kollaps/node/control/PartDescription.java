package io.kollaps.node.control;

import io.kollaps.node.load.FileContent;
import java.util.List;

/**
 * What a node must know to make its part of a run; the same for all of its nodes but for {@code
 * self}.
 *
 * @param fileName last part of the experiment's file name
 * @param file the experiment as submitted; each node compiles it, the same by the seed
 * @param seed of every random draw
 * @param fabric name of a fabric, or {@code auto}
 * @param vni network identifier on the wire between nodes
 * @param endpointMtu largest packet of an endpoint in bytes
 * @param nodes nodes with a part, in the order of their ids: their position in the ring
 * @param homes index into the nodes, by endpoint
 * @param self index of the node that is told
 */
public record PartDescription(
    String fileName,
    FileContent file,
    long seed,
    String fabric,
    int vni,
    int endpointMtu,
    List<RunNode> nodes,
    List<Integer> homes,
    int self) {

  /**
   * Copies the lists.
   *
   * @throws IllegalArgumentException when an index names no node
   */
  public PartDescription {
    nodes = List.copyOf(nodes);
    homes = List.copyOf(homes);
    int count = nodes.size();
    if (self < 0 || self >= count || homes.stream().anyMatch(home -> home < 0 || home >= count)) {
      throw new IllegalArgumentException("an index names none of the " + count + " nodes");
    }
  }

  /** Endpoints of the part. */
  public int endpoints() {
    return (int) homes.stream().filter(home -> home == self).count();
  }
}
