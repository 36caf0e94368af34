package io.kollaps.cluster.join;

import io.kollaps.cluster.NodeId;
import java.util.Optional;

/**
 * What a joining node says to the leader. Each may be said again when no answer came, and may come
 * twice or late: the leader does the same once.
 */
public sealed interface JoinCall {

  /** Who says it. */
  NodeId node();

  /**
   * It wants to be a member. Answered by {@link JoinAnswer.Accepted}, {@link JoinAnswer.Wait}: say
   * it again then, {@link JoinAnswer.LeaderAt}, {@link JoinAnswer.Refused} or {@link
   * JoinAnswer.Aborted}.
   *
   * @param applicant who
   * @param attempt grows with each new beginning of the node, also over restarts; a join with an
   *     older number ends with it
   */
  record Join(Applicant applicant, long attempt) implements JoinCall {
    @Override
    public NodeId node() {
      return applicant.id();
    }
  }

  /**
   * It is there, and wants to know what to do. Answered by {@link JoinAnswer.Probe}, {@link
   * JoinAnswer.Hold}, {@link JoinAnswer.Admitted}, {@link JoinAnswer.Refused} or {@link
   * JoinAnswer.Aborted}.
   *
   * @param node who
   * @param lease the secret that it was accepted with
   * @param last its latest probe, as long as no other was asked for since
   */
  record Step(NodeId node, Secret lease, Optional<ProbeReport> last) implements JoinCall {}

  /**
   * It gives up. Answered by {@link JoinAnswer.Aborted}.
   *
   * @param node who
   * @param lease the secret that it was accepted with
   * @param why for people
   */
  record Abort(NodeId node, Secret lease, String why) implements JoinCall {}
}
