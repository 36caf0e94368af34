package io.kollaps.node.daemon;

import java.util.List;

/**
 * What the daemon answers: one line of JSON.
 *
 * @param version of this format
 * @param problem why it was not done; empty: it was
 * @param token a new token, where one was asked for
 * @param via address and port of this node for the join command
 * @param cluster id of the cluster
 * @param self id of the daemon's node
 * @param leader id of the leader; empty when none is known
 * @param fresh whether the leader was asked: else silences and clocks are not known
 * @param nodes the members in the order of their admission
 */
public record LocalReply(
    int version,
    String problem,
    String token,
    String via,
    String cluster,
    String self,
    String leader,
    boolean fresh,
    List<NodeRow> nodes) {

  /** Copies the list. */
  public LocalReply {
    nodes = List.copyOf(nodes);
  }

  /**
   * A member.
   *
   * @param id its identity
   * @param name what people call it
   * @param address where it is
   * @param port its port
   * @param role {@code leader}, {@code voter} or {@code listener}
   * @param mode {@code active} or {@code drained}
   * @param condition {@code alive}, {@code lost} or {@code unknown}
   * @param silentMillis since its last sign of life; -1: not known, or the leader itself
   * @param clockKnown whether the next two are known
   * @param offsetMillis leader's clock minus its own
   * @param boundMillis the true offset is at most this far from that
   * @param revision of its state
   * @param software its version of Kollaps
   */
  public record NodeRow(
      String id,
      String name,
      String address,
      int port,
      String role,
      String mode,
      String condition,
      long silentMillis,
      boolean clockKnown,
      double offsetMillis,
      double boundMillis,
      long revision,
      String software) {}

  static LocalReply done() {
    return problem("");
  }

  static LocalReply problem(String problem) {
    return new LocalReply(LocalRequest.VERSION, problem, "", "", "", "", "", false, List.of());
  }

  static LocalReply token(String token, String via) {
    return new LocalReply(LocalRequest.VERSION, "", token, via, "", "", "", false, List.of());
  }
}
