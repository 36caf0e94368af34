package io.kollaps.cluster.state;

import io.kollaps.cluster.NodeId;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The state that all nodes hold, and the way to change it. Reads are local: they may be some
 * milliseconds behind the leader's. May be used from any thread.
 */
public interface Replication extends AutoCloseable {

  /** The state as this node knows it. */
  ControlState state();

  /** How this node takes part. */
  Status status();

  /**
   * Changes the state; only the leader can.
   *
   * @return the outcome, when the change is safe on a majority of the voters; fails with {@link
   *     NotLeaderException} elsewhere, and with another exception when no majority answers in time
   */
  CompletableFuture<Outcome> submit(ControlCommand command);

  /**
   * Divides the members anew, in one step; only the leader can.
   *
   * @param roles who votes and who listens; all must be members
   * @param heir the voter that is to lead; empty: whoever leads
   */
  CompletableFuture<Void> divide(VoterPlan.Roles roles, Optional<NodeId> heir);

  /** Ends the connections of nodes that may not take part any more, and those of strangers. */
  void cut();

  /** Stops taking part; the files stay. */
  @Override
  void close();

  /**
   * How a node takes part.
   *
   * @param leading whether it leads and is ready to
   * @param leader who leads, as far as it knows
   * @param term counts the leaders
   * @param roles who votes and who listens
   * @param alive whether it takes part at all: a node that was put out does not
   */
  record Status(
      boolean leading, Optional<NodeId> leader, long term, VoterPlan.Roles roles, boolean alive) {}

  /** What a replication tells its owner; called on its threads, which must not be held. */
  interface Listener {
    /** The state is another one. */
    void changed(ControlState state);

    /** Another node leads, or none. */
    void leaderChanged(Optional<NodeId> leader);

    /** This node cannot go on; the message says why. */
    void failed(String why);
  }

  /** Only the leader can do what was asked. */
  final class NotLeaderException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** With a message for people. */
    public NotLeaderException(String message) {
      super(message);
    }
  }
}
