package io.kollaps.cluster.join;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.capacity.NodeProfile;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Who is a member, who of them does not answer, and the interface of each. Apart because the
 * replicated state tells of a member later than its admission is known here: what is a member is
 * decided in this class alone.
 */
final class Members {
  /** Best known of each node's interface: what it said itself, else what the members' list says. */
  private final Map<NodeId, NodeProfile> profiles = new HashMap<>();

  private Map<NodeId, NodeProfile> members;

  /** The members by the state that was told last; a node that was just admitted may be missing. */
  private Set<NodeId> told;

  private Set<NodeId> lost = Set.of();

  Members(Map<NodeId, NodeProfile> members, Collection<CapacityRecord> records) {
    this.members = members;
    told = members.keySet();
    for (CapacityRecord record : records) {
      if (record instanceof CapacityRecord.OfNode node) {
        profiles.put(node.profile().id(), node.profile());
      }
    }
  }

  /**
   * What is different now.
   *
   * @param less who is there no more, or does not answer any more
   * @param more who is there, or answers again
   */
  record Change(SortedSet<NodeId> less, SortedSet<NodeId> more) {}

  boolean has(NodeId node) {
    return members.containsKey(node);
  }

  SortedSet<NodeId> all() {
    return new TreeSet<>(members.keySet());
  }

  boolean isLost(NodeId node) {
    return lost.contains(node);
  }

  /** True for a member that answers. */
  boolean isPresent(NodeId node) {
    return has(node) && !isLost(node);
  }

  Optional<NodeProfile> profile(NodeId node) {
    return Optional.ofNullable(profiles.getOrDefault(node, members.get(node)));
  }

  /** A node says this of itself. */
  void describes(NodeProfile profile) {
    profiles.put(profile.id(), profile);
  }

  void forgetProfile(NodeId node) {
    profiles.remove(node);
  }

  /**
   * The state says that the members are these.
   *
   * @param admitted true for nodes that this state may be too old for to have them
   */
  Change are(Map<NodeId, NodeProfile> now, Predicate<NodeId> admitted) {
    SortedSet<NodeId> gone = new TreeSet<>(told);
    gone.removeAll(now.keySet());
    SortedSet<NodeId> added = new TreeSet<>(now.keySet());
    added.removeAll(members.keySet());
    told = now.keySet();
    Map<NodeId, NodeProfile> known = new HashMap<>(now);
    members.forEach(
        (node, profile) -> {
          if (!gone.contains(node) && admitted.test(node)) {
            known.putIfAbsent(node, profile);
          }
        });
    members = known;
    return new Change(gone, added);
  }

  /** These do not answer, all others do. */
  Change lostAre(Set<NodeId> now) {
    SortedSet<NodeId> gone = new TreeSet<>(now);
    gone.removeAll(lost);
    SortedSet<NodeId> back = new TreeSet<>(lost);
    back.removeAll(now);
    lost = now;
    return new Change(gone, back);
  }

  /** It is a member from now on, before the state is told of. */
  void admitted(NodeProfile profile) {
    Map<NodeId, NodeProfile> more = new HashMap<>(members);
    more.put(profile.id(), profile);
    members = more;
  }

  /** Takes out a node that left before the state was told of; false when that was told. */
  boolean removeUntold(NodeId node) {
    if (told.contains(node)) {
      return false;
    }
    members = new HashMap<>(members);
    members.remove(node);
    return true;
  }
}
