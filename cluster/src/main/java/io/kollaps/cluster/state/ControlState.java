package io.kollaps.cluster.state;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.security.ClusterKey;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the nodes of a cluster know together. A value: a command makes another one, see {@link
 * ControlRules}.
 *
 * @param cluster id of the cluster; empty before the first command
 * @param members by id
 * @param tokens by id
 * @param bans by node
 * @param key the cluster key of the moment
 * @param documents by name
 * @param admissions how many nodes were ever admitted
 * @param revision how many commands changed the state
 */
public record ControlState(
    String cluster,
    SortedMap<NodeId, Member> members,
    SortedMap<String, TokenRecord> tokens,
    SortedMap<NodeId, Ban> bans,
    Optional<ClusterKey> key,
    SortedMap<Document.Key, Document> documents,
    long admissions,
    long revision) {

  /** Copies the maps. */
  public ControlState {
    members = Collections.unmodifiableSortedMap(new TreeMap<>(members));
    tokens = Collections.unmodifiableSortedMap(new TreeMap<>(tokens));
    bans = Collections.unmodifiableSortedMap(new TreeMap<>(bans));
    documents = Collections.unmodifiableSortedMap(new TreeMap<>(documents));
  }

  /** Before the first command. */
  public static ControlState empty() {
    return new ControlState(
        "",
        new TreeMap<>(),
        new TreeMap<>(),
        new TreeMap<>(),
        Optional.empty(),
        new TreeMap<>(),
        0,
        0);
  }

  /** Whether the cluster has been formed. */
  public boolean formed() {
    return !cluster.isEmpty();
  }

  /** Whether a node is a member. */
  public boolean isMember(NodeId node) {
    return members.containsKey(node);
  }

  /** Whether a node is banned. */
  public boolean isBanned(NodeId node) {
    return bans.containsKey(node);
  }

  /** The members in the order of their admission. */
  public List<Member> membersByAdmission() {
    return members.values().stream().sorted(Comparator.comparingLong(Member::admission)).toList();
  }

  /** A member by its id or its name. */
  public Optional<Member> find(String nameOrId) {
    return members.values().stream()
        .filter(member -> member.name().equals(nameOrId) || member.id().value().equals(nameOrId))
        .findFirst();
  }
}
