package io.kollaps.placement.network;

import java.util.BitSet;
import java.util.List;

/**
 * Capacities between pairs of nodes as a tree: two nodes have the level of the smallest group that
 * contains both. Levels rise towards the leaves.
 */
public sealed interface CapacityTree {

  /** Most names that a description lists. */
  int MAX_NAMES = 4;

  /**
   * A node, and what its own link carries.
   *
   * @param node number of the node
   * @param name its name, for people
   * @param upBitsPerSecond what it can send; {@link PhysicalNetwork#UNLIMITED} where unknown
   * @param downBitsPerSecond what it can receive; {@link PhysicalNetwork#UNLIMITED} where unknown
   */
  record Leaf(int node, String name, long upBitsPerSecond, long downBitsPerSecond)
      implements CapacityTree {}

  /**
   * Nodes and groups that are tied: the capacity between any two members is the level.
   *
   * @param levelBitsPerSecond capacity between nodes of different members
   * @param tiesConfirmed true when it is known that each member has a link of its own of that
   *     capacity, which nothing else uses: from a test of all at once, or from who runs the network
   * @param members at least two
   */
  record Group(long levelBitsPerSecond, boolean tiesConfirmed, List<CapacityTree> members)
      implements CapacityTree {
    /**
     * Copies the list.
     *
     * @throws IllegalArgumentException when there are fewer than two members
     */
    public Group {
      members = List.copyOf(members);
      if (members.size() < 2) {
        throw new IllegalArgumentException("a group has at least two members");
      }
    }
  }

  /** The nodes of this tree. A new set at each call. */
  default BitSet nodes() {
    BitSet result = new BitSet();
    switch (this) {
      case Leaf leaf -> result.set(leaf.node());
      case Group group -> group.members().forEach(member -> result.or(member.nodes()));
    }
    return result;
  }

  /** The names of the nodes, the first few of many. */
  default String names() {
    List<String> all = allNames();
    int shown = Math.min(MAX_NAMES, all.size());
    return String.join(", ", all.subList(0, shown))
        + (all.size() > shown ? " and " + (all.size() - shown) + " more" : "");
  }

  private List<String> allNames() {
    return switch (this) {
      case Leaf leaf -> List.of(leaf.name());
      case Group group ->
          group.members().stream().flatMap(member -> member.allNames().stream()).toList();
    };
  }
}
