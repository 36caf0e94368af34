package io.kollaps.cluster.join;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.capacity.NodeProfile;
import io.kollaps.cluster.state.Member;

/**
 * A node that wants to be a member. Whoever hands it to {@link JoinCoordinator} has checked the
 * secret of its token and its request for a certificate.
 *
 * @param member as it is to be recorded
 * @param token id of the token that it showed
 * @param profile what is known of its interface
 */
public record Applicant(Member member, String token, NodeProfile profile) {
  /**
   * Checks that both are of one node.
   *
   * @throws IllegalArgumentException when they are not
   */
  public Applicant {
    if (!member.id().equals(profile.id())) {
      throw new IllegalArgumentException(
          "the profile of " + profile.id() + " for node " + member.id());
    }
  }

  /** Identity of the node. */
  public NodeId id() {
    return member.id();
  }
}
