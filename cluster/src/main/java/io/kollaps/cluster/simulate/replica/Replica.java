package io.kollaps.cluster.simulate.replica;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.simulate.world.Host;
import io.kollaps.cluster.state.ControlCommand;
import io.kollaps.cluster.state.ControlState;
import io.kollaps.cluster.state.Replication;
import io.kollaps.cluster.state.VoterPlan;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One node's replica. Its state outlives crashes; that it leads and who listens does not. Reads are
 * of what it knows: they may be old.
 */
public final class Replica {
  private final ReplicatedModel model;
  private final Host<?> host;
  private @Nullable ReplicaListener listener;
  private int starts;
  private ControlState state = ControlState.empty();
  private long applied;
  private VoterPlan.Roles roles;
  private Optional<NodeId> leader = Optional.empty();
  private long leaderTerm;
  private long leadingTerm;
  private long contactNanos;
  private long patienceNanos;
  private boolean updating;
  private boolean behind;

  Replica(ReplicatedModel model, Host<?> host, VoterPlan.Roles roles) {
    this.model = model;
    this.host = host;
    this.roles = roles;
  }

  /** Whose it is. */
  public NodeId id() {
    return host.id();
  }

  /** The state as this node knows it. */
  public ControlState state() {
    return state;
  }

  /** How many changes this node has heard of. */
  public long applied() {
    return applied;
  }

  /** How this node takes part, as far as it knows. */
  public Replication.Status status() {
    return new Replication.Status(leading(), leader, leaderTerm, roles, takesPart());
  }

  /** Whether it leads, as far as it knows. */
  public boolean leading() {
    return leadingTerm > 0;
  }

  /** The term in which it leads; 0 when it does not. */
  public long leadingTerm() {
    return leadingTerm;
  }

  private boolean takesPart() {
    return roles.voters().contains(id()) || roles.listeners().contains(id());
  }

  /**
   * Changes the state.
   *
   * @param done is told how that ended, once, unless the host crashes before
   */
  public void submit(ControlCommand command, Consumer<Submitted> done) {
    model.submit(this, command, done);
  }

  /**
   * Divides the members anew.
   *
   * @param wanted who votes and who listens
   * @param heir who is to lead then; empty: whoever leads
   * @param done is told whether it came to that, once, unless the host crashes before
   */
  public void divide(VoterPlan.Roles wanted, Optional<NodeId> heir, Consumer<Boolean> done) {
    model.divide(this, wanted, heir, done);
  }

  Host<?> host() {
    return host;
  }

  /** The host has started: its program listens from now on. */
  void open(ReplicaListener to) {
    listener = to;
    starts = host.starts();
    leadingTerm = 0;
    leader = Optional.empty();
    leaderTerm = 0;
    updating = false;
    behind = true;
  }

  /** Whether its program runs. */
  boolean running() {
    return listener != null && host.up() && host.starts() == starts;
  }

  int starts() {
    return starts;
  }

  boolean behind() {
    return behind;
  }

  void fallBehind() {
    behind = true;
  }

  boolean updating() {
    return updating;
  }

  void updating(boolean now) {
    updating = now;
  }

  /** Learns what was decided. */
  void learn(ControlState newest, long index, VoterPlan.Roles now) {
    behind = false;
    roles = now;
    if (index > applied) {
      applied = index;
      state = newest;
      tell(to -> to.changed(newest));
    }
  }

  void learnLeader(Optional<NodeId> who, long term) {
    if (term < leaderTerm) {
      return;
    }
    boolean other = !who.equals(leader) || term > leaderTerm;
    leaderTerm = term;
    leader = who;
    if (other) {
      tell(to -> to.leaderIs(who));
    }
  }

  void lead(long term, long nowNanos, long patience) {
    leadingTerm = term;
    contactNanos = nowNanos;
    patienceNanos = patience;
    learnLeader(Optional.of(id()), term);
    tell(to -> to.led(term));
  }

  void follow() {
    if (leadingTerm > 0) {
      leadingTerm = 0;
      leader = Optional.empty();
      tell(ReplicaListener::ledNoMore);
    }
  }

  /** Notes whether a majority was reached; false when it has not been for too long. */
  boolean patient(boolean contact, long nowNanos) {
    if (contact) {
      contactNanos = nowNanos;
    }
    return nowNanos - contactNanos <= patienceNanos;
  }

  private void tell(Consumer<ReplicaListener> what) {
    ReplicaListener to = listener;
    if (to != null && running()) {
      what.accept(to);
    }
  }

  @Override
  public String toString() {
    return id().value();
  }
}
