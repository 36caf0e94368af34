package io.kollaps.cluster.capacity;

import io.kollaps.cluster.NodeId;

/** What {@link CapacityMapper} is told. Times are on the leader's clock. */
public sealed interface JoinEvent {

  /**
   * A node wants its capacities known; it may have been here before.
   *
   * @param node what is known of it
   * @param hints near whom it probably is
   * @param atNanos now
   */
  record JoinBegins(NodeProfile node, Hints hints, long atNanos) implements JoinEvent {}

  /**
   * A probe that was asked for has ended.
   *
   * @param from the node that a {@link JoinCommand.Probe} named first
   * @param to the other one
   * @param measured forward is from {@code from} to {@code to}
   */
  record ProbeDone(NodeId from, NodeId to, Measurement measured) implements JoinEvent {}

  /**
   * A probe that was asked for gave no result.
   *
   * @param from the node that a {@link JoinCommand.Probe} named first
   * @param to the other one
   * @param reason for people
   */
  record ProbeFailed(NodeId from, NodeId to, String reason) implements JoinEvent {}

  /**
   * A joining node gives up or is gone; nothing of its join remains.
   *
   * @param node the joining node
   */
  record JoinAborted(NodeId node) implements JoinEvent {}

  /**
   * A node is no member any more.
   *
   * @param node the node
   * @param atNanos now
   */
  record NodeLeft(NodeId node, long atNanos) implements JoinEvent {}

  /**
   * A member does not answer. It keeps its place; nothing is measured with it until it is back. A
   * node that joins meanwhile is placed without it: their entry is what is known at least, and is
   * verified when it is back.
   *
   * @param node the node
   */
  record NodeLost(NodeId node) implements JoinEvent {}

  /**
   * A member answers again.
   *
   * @param node the node
   * @param atNanos now
   */
  record NodeBack(NodeId node, long atNanos) implements JoinEvent {}

  /**
   * The cluster has nothing else to do: the entry that needs it most may be verified.
   *
   * @param atNanos now
   */
  record Idle(long atNanos) implements JoinEvent {}

  /**
   * Somebody is going to rely on an entry.
   *
   * @param a one node
   * @param b the other
   * @param atNanos now
   */
  record VerifyAsked(NodeId a, NodeId b, long atNanos) implements JoinEvent {}
}
