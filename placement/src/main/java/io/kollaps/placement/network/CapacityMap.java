package io.kollaps.placement.network;

import io.kollaps.placement.network.CapacityTree.Group;
import io.kollaps.placement.network.CapacityTree.Leaf;
import io.kollaps.placement.network.NetworkLimits.TermKind;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * A physical network of which only the capacities between pairs of nodes are known.
 *
 * <p>Where the ties of a group are confirmed, each member has a link of the group's level: the
 * canonical tree. Where they are not, one link may carry everything at that level. Such a link
 * divides the members of the group, and every member beside the groups around it, into two sides;
 * what crosses it leaves members on one side and enters members on the other, so that half of the
 * sum over all of these of the larger direction bounds it. A group of two that stands alone needs
 * no confirmation: there is only one way to divide it.
 *
 * @param nodeCount number of nodes
 * @param root capacities, each node once
 */
public record CapacityMap(int nodeCount, CapacityTree root) implements PhysicalNetwork {

  /**
   * Checks that every node is there.
   *
   * @throws IllegalArgumentException when a node is missing or there twice, or a level is below
   *     that of the group around it
   */
  public CapacityMap {
    BitSet seen = new BitSet();
    check(root, 0, seen);
    if (seen.cardinality() != nodeCount || seen.length() != nodeCount) {
      throw new IllegalArgumentException(
          "a capacity map of " + nodeCount + " nodes names the nodes " + seen);
    }
  }

  private static void check(CapacityTree tree, long level, BitSet seen) {
    switch (tree) {
      case Leaf leaf -> {
        if (leaf.node() < 0 || seen.get(leaf.node())) {
          throw new IllegalArgumentException("node " + leaf.node() + " is there twice, or below 0");
        }
        seen.set(leaf.node());
      }
      case Group group -> {
        if (group.levelBitsPerSecond() < level) {
          throw new IllegalArgumentException(
              "a group of level " + group.levelBitsPerSecond() + " lies in one of level " + level);
        }
        group.members().forEach(member -> check(member, group.levelBitsPerSecond(), seen));
      }
    }
  }

  @Override
  public Soundness soundness() {
    return confirmed(root, true) ? Soundness.CONFIRMED_TIES : Soundness.CONSERVATIVE;
  }

  private static boolean confirmed(CapacityTree tree, boolean alone) {
    return switch (tree) {
      case Leaf _ -> true;
      case Group group ->
          isConfirmed(group, alone)
              && group.members().stream().allMatch(member -> confirmed(member, false));
    };
  }

  private static boolean isConfirmed(Group group, boolean alone) {
    return group.tiesConfirmed() || (alone && group.members().size() == 2);
  }

  @Override
  public NetworkLimits limits() {
    NetworkLimits.Builder builder = new NetworkLimits.Builder(nodeCount);
    collect(root, List.of(), builder);
    return builder.build();
  }

  private static void collect(
      CapacityTree tree, List<CapacityTree> beside, NetworkLimits.Builder builder) {
    switch (tree) {
      case Leaf leaf -> {
        builder.out("out of " + leaf.name(), leaf.upBitsPerSecond(), leaf.nodes());
        builder.in("into " + leaf.name(), leaf.downBitsPerSecond(), leaf.nodes());
      }
      case Group group -> {
        if (isConfirmed(group, beside.isEmpty())) {
          group.members().forEach(member -> link(group, member, builder));
        } else {
          shared(group, beside, builder);
        }
        for (CapacityTree member : group.members()) {
          List<CapacityTree> around = new ArrayList<>(beside);
          group.members().stream().filter(other -> !other.equals(member)).forEach(around::add);
          collect(member, around, builder);
        }
      }
    }
  }

  private static void link(Group group, CapacityTree member, NetworkLimits.Builder builder) {
    String name = "the link of " + member.names();
    builder.out("out of " + name, group.levelBitsPerSecond(), member.nodes());
    builder.in("into " + name, group.levelBitsPerSecond(), member.nodes());
  }

  private static void shared(
      Group group, List<CapacityTree> beside, NetworkLimits.Builder builder) {
    if (group.levelBitsPerSecond() == UNLIMITED) {
      return;
    }
    int limit =
        builder.limit(
            "a link that may be shared by all between members of " + group.names(),
            group.levelBitsPerSecond(),
            2);
    List<CapacityTree> sides = new ArrayList<>(group.members());
    sides.addAll(beside);
    sides.forEach(side -> builder.term(TermKind.LARGER, limit, side.nodes(), side.nodes()));
  }
}
