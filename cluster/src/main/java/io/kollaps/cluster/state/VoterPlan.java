package io.kollaps.cluster.state;

import io.kollaps.cluster.NodeId;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Who votes and who only listens: one voter up to two members, three from the third on, changed in
 * one step; all others listen. Voters stay voters while they live. Pure.
 */
public final class VoterPlan {
  /** Voters of a cluster with enough members: it then survives the loss of one. */
  public static final int VOTERS = 3;

  private VoterPlan() {}

  /**
   * A division of the members.
   *
   * @param voters who decide
   * @param listeners who only follow
   */
  public record Roles(SortedSet<NodeId> voters, SortedSet<NodeId> listeners) {
    /** Copies the sets. */
    public Roles {
      voters = new TreeSet<>(voters);
      listeners = new TreeSet<>(listeners);
    }
  }

  /**
   * Divides the members.
   *
   * @param members in the order of their admission
   * @param now how they are divided at the moment
   * @param leader who leads; it stays a voter unless it leaves
   * @param leaving members that are to vote no more
   * @param silent members that have not been heard for long: others take their place as voters
   *     where there are any, and they become no voters
   */
  public static Roles divide(
      List<NodeId> members, Roles now, NodeId leader, Set<NodeId> leaving, Set<NodeId> silent) {
    List<NodeId> staying = members.stream().filter(node -> !leaving.contains(node)).toList();
    int wanted = staying.size() >= VOTERS ? VOTERS : 1;
    Set<NodeId> preference = new LinkedHashSet<>();
    addAll(preference, staying, leader::equals);
    addAll(preference, staying, node -> now.voters().contains(node) && !silent.contains(node));
    addAll(preference, staying, node -> !silent.contains(node));
    addAll(preference, staying, node -> now.voters().contains(node));
    int possible = preference.size() >= wanted ? wanted : 1; // never two: they stop when one does
    SortedSet<NodeId> voters = new TreeSet<>(preference.stream().limit(possible).toList());
    if (voters.isEmpty()) {
      voters.add(leader); // nobody else is there: better a leader that wants to leave than none
    }
    SortedSet<NodeId> listeners = new TreeSet<>(members);
    listeners.removeAll(voters);
    return new Roles(voters, listeners);
  }

  private static void addAll(Set<NodeId> to, List<NodeId> from, Predicate<NodeId> which) {
    from.stream().filter(which).forEach(to::add);
  }
}
