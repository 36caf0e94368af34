package io.kollaps.node.results;

import java.util.List;
import java.util.OptionalLong;

/**
 * What makes a results folder one of a part: {@code part.json}. There from the start on, with the
 * last figures at the end.
 *
 * @param number the part's number: the place of its node among the nodes
 * @param nodes the nodes of all parts
 * @param startLatenessNanos actual minus planned start; empty when it never started
 * @param clockBoundNanos how far this node's idea of the planned start may be off the leader's
 * @param exchange what was told to the other parts, and heard of them
 */
public record PartFacts(
    int number,
    List<Node> nodes,
    OptionalLong startLatenessNanos,
    long clockBoundNanos,
    ExchangeCounts exchange) {

  /**
   * Copies the list and checks the number.
   *
   * @throws IllegalArgumentException when the number is none of a node
   */
  public PartFacts {
    nodes = List.copyOf(nodes);
    if (number < 0 || number >= nodes.size()) {
      throw new IllegalArgumentException("part " + number + " of " + nodes.size());
    }
  }

  /**
   * A node.
   *
   * @param id its identity
   * @param name its name for people
   */
  public record Node(String id, String name) {}

  /** The part's node. */
  public Node node() {
    return nodes.get(number);
  }
}
