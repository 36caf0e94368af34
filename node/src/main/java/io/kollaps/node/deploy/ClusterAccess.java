package io.kollaps.node.deploy;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.clock.ClockOffset;
import io.kollaps.cluster.state.ControlCommand;
import io.kollaps.cluster.state.ControlState;
import io.kollaps.cluster.state.Member;
import io.kollaps.cluster.state.Outcome;
import io.kollaps.cluster.state.Replication;
import io.kollaps.cluster.wire.NodeClient;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.BiConsumer;

/** What runs need of the node that they are on. May be used from any thread. */
public interface ClusterAccess {
  /** This node. */
  NodeId self();

  /** The state as this node knows it. */
  ControlState state();

  /** How this node takes part in the replication. */
  Replication.Status status();

  /**
   * Changes the state and waits for the outcome.
   *
   * @throws Replication.NotLeaderException when this node does not lead
   */
  Outcome submit(ControlCommand command) throws InterruptedException;

  /** Calls other nodes. */
  NodeClient client();

  /** Whether this node, as leader, has given a member up. */
  boolean isLost(NodeId node);

  /** This node's clock, which never goes back, in nanoseconds since 1970. */
  long clockNanos();

  /** The {@link System#nanoTime} at a time of this node's clock. */
  long nanoTime(long clockNanos);

  /** How far the leader's clock is from this node's; empty when that is not known. */
  Optional<ClockOffset> clockOffset();

  /** Sends a sealed datagram to a member; it may be lost. */
  void send(NodeId to, byte[] payload);

  /**
   * Gives sealed datagrams of a kind to a receiver, on a thread that must not be held.
   *
   * @param kind their first byte
   * @param receiver takes the sender and what follows the first byte
   */
  void receive(byte kind, BiConsumer<NodeId, ByteBuffer> receiver);

  /** The leader, where one is known and a member. */
  default Optional<Member> leader() {
    return status().leader().map(id -> state().members().get(id));
  }

  /** A member by its id. */
  default Optional<Member> member(NodeId node) {
    return Optional.ofNullable(state().members().get(node));
  }
}
