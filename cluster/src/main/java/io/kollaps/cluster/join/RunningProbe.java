package io.kollaps.cluster.join;

import io.kollaps.cluster.NodeId;
import java.util.Optional;

/** A probe from the wish for it to its end, as the leader knows it. */
final class RunningProbe {
  private final long number;
  private final NodeId from;
  private final NodeId to;
  private final Secret secret;
  private final boolean ofRound;
  private long dueAtNanos;
  private long endsAtNanos;
  private boolean asked;
  private Optional<Contact> at = Optional.empty();

  /**
   * A probe that nobody was asked to serve.
   *
   * @param ofRound whether it runs together with the others of a round, and with no others
   */
  RunningProbe(
      long number, NodeId from, NodeId to, Secret secret, long dueAtNanos, boolean ofRound) {
    this.number = number;
    this.from = from;
    this.to = to;
    this.secret = secret;
    this.dueAtNanos = dueAtNanos;
    this.ofRound = ofRound;
  }

  long number() {
    return number;
  }

  NodeId from() {
    return from;
  }

  NodeId to() {
    return to;
  }

  Secret secret() {
    return secret;
  }

  boolean ofRound() {
    return ofRound;
  }

  /** True when the member is to be asked to serve it now. */
  boolean due(long nowNanos) {
    return !asked && dueAtNanos <= nowNanos;
  }

  void ask(long nowNanos, long longestNanos) {
    asked = true;
    endsAtNanos = nowNanos + longestNanos;
  }

  void askAgainAt(long nanos) {
    asked = false;
    dueAtNanos = nanos;
  }

  boolean asked() {
    return asked;
  }

  boolean over(long nowNanos) {
    return asked && endsAtNanos <= nowNanos;
  }

  void served(Contact where) {
    at = Optional.of(where);
  }

  /** Where it is served; empty before. */
  Optional<Contact> at() {
    return at;
  }

  Optional<ProbeOrder> order(ProbePlan plan) {
    return at.map(where -> new ProbeOrder(number, to, where, secret, plan));
  }
}
