package io.kollaps.cluster.simulate.campaign;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.capacity.NodeProfile;
import io.kollaps.cluster.join.Applicant;
import io.kollaps.cluster.join.Contact;
import io.kollaps.cluster.state.Member;
import java.util.Optional;

/** What a machine keeps over crashes, and what its user wants. */
final class Machine {
  static final int PORT = 7700;
  static final String TOKEN = "token";

  private final NodeId id;
  private final NodeProfile profile;
  private long attempts;
  private boolean wanted;
  private boolean leaves;
  private boolean entered;
  private Optional<String> refusal = Optional.empty();

  Machine(NodeId id, NodeProfile profile) {
    this.id = id;
    this.profile = profile;
  }

  NodeId id() {
    return id;
  }

  NodeProfile profile() {
    return profile;
  }

  static Contact contact(NodeId node) {
    return new Contact(node.value(), PORT);
  }

  Member member() {
    return new Member(id, id.value(), id.value(), PORT, 0, Member.Mode.ACTIVE, 1, 1, "");
  }

  Applicant applicant() {
    return new Applicant(member(), TOKEN, profile);
  }

  /** A number for a join, higher than all before. */
  long nextAttempt() {
    attempts += 1000;
    return attempts;
  }

  /** Whether its user wants it in the cluster. */
  boolean wanted() {
    return wanted;
  }

  void want() {
    wanted = true;
    leaves = false;
    refusal = Optional.empty();
  }

  /** Its user wants it out, or it is gone for good. */
  void wantNoMore() {
    wanted = false;
  }

  /** Whether its user has told it to leave. */
  boolean leaves() {
    return leaves;
  }

  void leave() {
    leaves = true;
    wanted = false;
  }

  /** Whether it has what a member needs. */
  boolean entered() {
    return entered;
  }

  void enter() {
    entered = true;
  }

  void left() {
    entered = false;
    leaves = false;
  }

  /** Why its last join ended, when it did without success. */
  Optional<String> refusal() {
    return refusal;
  }

  void refuse(String why) {
    refusal = Optional.of(why);
  }

  void tryAgain() {
    refusal = Optional.empty();
  }
}
