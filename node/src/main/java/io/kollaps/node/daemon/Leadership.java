package io.kollaps.node.daemon;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.state.ControlCommand;
import io.kollaps.cluster.state.ControlState;
import io.kollaps.cluster.state.Member;
import io.kollaps.cluster.state.Outcome;
import io.kollaps.cluster.state.Replication;
import io.kollaps.cluster.state.VoterPlan;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the leader does: divides the members into voters and listeners, lets members go. Used by the
 * node's tending thread and by calls; one at a time changes the division.
 */
final class Leadership {
  /** A voter that is silent this long is replaced, where another node can take its place. */
  static final long REPLACE_AFTER_NANOS = 15_000_000_000L;

  /** Who was removed first hears of it, before it is cut off from the replication. */
  private static final long FAREWELL_NANOS = 2_000_000_000L;

  private static final long WAIT_SECONDS = 30;
  private static final long HANDOVER_NANOS = 12_000_000_000L;

  /** So many nodes are asked to take over: a command waits for it. */
  private static final int HEIRS = 3;

  private static final long LOOK_MILLIS = 50;
  private static final Logger LOG = LoggerFactory.getLogger(Leadership.class);

  private final NodeId self;
  private final Replication replication;
  private final MemberWatch members;
  private final AuthorityGiver authority;
  private final ReentrantLock dividing = new ReentrantLock();
  private final Set<NodeId> leaving = ConcurrentHashMap.newKeySet();
  private volatile long removedAtNanos = System.nanoTime() - FAREWELL_NANOS;

  /** Gives a node the authority's key. */
  @FunctionalInterface
  interface AuthorityGiver {
    /** True when the node has it now. */
    boolean give(Member to);
  }

  Leadership(NodeId self, Replication replication, MemberWatch members, AuthorityGiver authority) {
    this.self = self;
    this.replication = replication;
    this.members = members;
    this.authority = authority;
  }

  /** Divides the members when that is due. */
  void tend() throws InterruptedException {
    if (!dividing.tryLock()) {
      return;
    }
    try {
      if (System.nanoTime() - removedAtNanos > FAREWELL_NANOS) {
        var _ = divideIfNeeded();
      }
    } finally {
      dividing.unlock();
    }
  }

  /** True when the division is as it should be. */
  private boolean divideIfNeeded() throws InterruptedException {
    Replication.Status status = replication.status();
    if (!status.leading()) {
      return false;
    }
    VoterPlan.Roles wanted = wanted(status);
    if (wanted.equals(status.roles())) {
      return true;
    }
    for (NodeId voter : wanted.voters()) {
      if (!voter.equals(self) && !status.roles().voters().contains(voter) && !give(voter)) {
        return false;
      }
    }
    return divide(wanted, Optional.empty());
  }

  private VoterPlan.Roles wanted(Replication.Status status) {
    ControlState state = replication.state();
    long now = System.nanoTime();
    leaving.retainAll(state.members().keySet());
    List<NodeId> reached =
        state.membersByAdmission().stream()
            .map(Member::id)
            .filter(
                id ->
                    status.roles().voters().contains(id)
                        || status.roles().listeners().contains(id)
                        || hasBegun(id))
            .toList();
    Set<NodeId> silent = new HashSet<>();
    reached.stream()
        .filter(id -> !id.equals(self))
        .filter(id -> members.silentNanos(id, now) > REPLACE_AFTER_NANOS)
        .forEach(silent::add);
    // who is new first catches up as a listener, and so learns who leads
    reached.stream()
        .filter(id -> !status.roles().voters().contains(id))
        .filter(id -> !status.roles().listeners().contains(id))
        .forEach(silent::add);
    return VoterPlan.divide(reached, status.roles(), self, leaving, silent);
  }

  /**
   * Whether a node that has no role yet can be given one. One that died before it got one cannot
   * catch up, and no division with it in it comes about: nobody else would get a role either.
   */
  private boolean hasBegun(NodeId node) {
    return members.last(node).isPresent() && !members.isLost(node);
  }

  private boolean give(NodeId voter) {
    Member member = replication.state().members().get(voter);
    return member != null && authority.give(member);
  }

  private boolean divide(VoterPlan.Roles roles, Optional<NodeId> heir) throws InterruptedException {
    try {
      replication.divide(roles, heir).get(WAIT_SECONDS, TimeUnit.SECONDS);
      LOG.info("voters: {}; listeners: {}", names(roles.voters()), names(roles.listeners()));
      return true;
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn(
          "voters and listeners could not be divided anew, it is tried again: {}",
          e.getCause() == null ? "no majority answered in time" : e.getCause().getMessage());
      return false;
    }
  }

  private List<String> names(Set<NodeId> nodes) {
    ControlState state = replication.state();
    return nodes.stream()
        .map(
            id -> {
              Member member = state.members().get(id);
              return member == null ? id.value() : member.name();
            })
        .toList();
  }

  /**
   * Lets a member go that is not this node.
   *
   * @return the outcome for who asked
   */
  Outcome release(Member member) throws InterruptedException {
    dividing.lockInterruptibly();
    try {
      leaving.add(member.id());
      boolean voter = replication.status().roles().voters().contains(member.id());
      if (voter && !divideIfNeeded()) {
        leaving.remove(member.id());
        return Outcome.refused(
            "its vote could not be given to another node; try again when a majority of the voters"
                + " is there");
      }
      return remove(new ControlCommand.RemoveMember(member.id()));
    } finally {
      dividing.unlock();
    }
  }

  /** Submits a command that puts a member out, and gives it time to hear of it. */
  Outcome remove(ControlCommand command) throws InterruptedException {
    removedAtNanos = System.nanoTime();
    return submit(command);
  }

  /** Submits a command and waits for its outcome. */
  Outcome submit(ControlCommand command) throws InterruptedException {
    try {
      return replication.submit(command).get(WAIT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Replication.NotLeaderException notLeader) {
        throw notLeader;
      }
      return Outcome.refused("the change is not safe on a majority of the voters: " + e.getCause());
    } catch (TimeoutException e) {
      return Outcome.refused("no majority of the voters answered in time");
    }
  }

  /**
   * Makes another node the leader: the first of the living, voters before listeners, that can take
   * over.
   *
   * @return who leads now; empty when no node could take over
   */
  Optional<NodeId> handOver() throws InterruptedException {
    dividing.lockInterruptibly();
    try {
      for (NodeId heir : heirs(replication.status())) {
        Optional<NodeId> leader = handOverTo(heir);
        if (leader.isPresent()) {
          return leader;
        }
      }
      return Optional.empty();
    } finally {
      dividing.unlock();
    }
  }

  private Optional<NodeId> handOverTo(NodeId heir) throws InterruptedException {
    Replication.Status status = replication.status();
    if (!status.leading() || !give(heir)) {
      return status.leader().filter(leader -> !leader.equals(self));
    }
    Set<NodeId> voters = new HashSet<>(status.roles().voters());
    voters.add(heir);
    Set<NodeId> listeners = new HashSet<>(status.roles().listeners());
    listeners.remove(heir);
    if (!divide(
        new VoterPlan.Roles(new TreeSet<>(voters), new TreeSet<>(listeners)), Optional.of(heir))) {
      return Optional.empty();
    }
    long deadline = System.nanoTime() + HANDOVER_NANOS;
    while (System.nanoTime() < deadline) {
      Optional<NodeId> leader = replication.status().leader();
      if (leader.isPresent() && !leader.get().equals(self)) {
        return leader;
      }
      Thread.sleep(LOOK_MILLIS);
    }
    return Optional.empty();
  }

  private List<NodeId> heirs(Replication.Status status) {
    List<NodeId> living =
        replication.state().membersByAdmission().stream()
            .map(Member::id)
            .filter(id -> !id.equals(self) && !leaving.contains(id))
            .filter(id -> members.last(id).isPresent() && !members.isLost(id))
            .toList();
    return Stream.concat(
            living.stream().filter(id -> status.roles().voters().contains(id)),
            living.stream().filter(id -> status.roles().listeners().contains(id)))
        .limit(HEIRS)
        .toList();
  }
}
