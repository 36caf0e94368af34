package io.kollaps.node.control;

import io.kollaps.cluster.NodeId;
import java.util.List;

/**
 * Everything that a node has of runs. Always the whole: what is not in it, the node does not have.
 *
 * @param node who says it
 * @param incarnation of its daemon: a greater one means that it began anew, without any part
 * @param sequence counts the reports of an incarnation; an older one says nothing
 * @param heardTerm newest term of which the node has heard an instruction; 0 for none. No
 *     instruction of an older term can act on the node any more
 * @param heardSequence newest instruction of that term that it has heard: no older one can act on
 *     the node any more, and what came after it is not in the report
 * @param parts its parts, with those that have ended and are not yet to be forgotten
 */
public record NodeReport(
    NodeId node,
    long incarnation,
    long sequence,
    long heardTerm,
    long heardSequence,
    List<PartReport> parts) {

  /** Copies the list. */
  public NodeReport {
    parts = List.copyOf(parts);
  }
}
