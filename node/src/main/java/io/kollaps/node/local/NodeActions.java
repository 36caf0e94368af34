package io.kollaps.node.local;

import java.util.List;

/** What commands ask about the nodes of the cluster. */
public final class NodeActions {
  /** How the nodes are. */
  public static final LocalAction<Nothing, Nodes> NODES =
      new LocalAction<>("nodes", Nothing.class, Nodes.class);

  /** Let a node leave. */
  public static final LocalAction<OfNode, Nothing> LEAVE =
      new LocalAction<>("leave", OfNode.class, Nothing.class);

  /** Give a node no new work. */
  public static final LocalAction<OfNode, Nothing> DRAIN =
      new LocalAction<>("drain", OfNode.class, Nothing.class);

  /** Give it new work again. */
  public static final LocalAction<OfNode, Nothing> UNDRAIN =
      new LocalAction<>("undrain", OfNode.class, Nothing.class);

  /** Put a node out for good. */
  public static final LocalAction<Ban, Nothing> BAN =
      new LocalAction<>("ban", Ban.class, Nothing.class);

  /** A new join token. */
  public static final LocalAction<RotateToken, Token> ROTATE_TOKEN =
      new LocalAction<>("rotate-token", RotateToken.class, Token.class);

  private NodeActions() {}

  /** Nothing to say. */
  public record Nothing() {
    /** It. */
    public static final Nothing NOTHING = new Nothing();
  }

  /**
   * An action on a node.
   *
   * @param node by name or id; empty: the daemon's own
   */
  public record OfNode(String node) {}

  /**
   * A ban.
   *
   * @param node by name or id
   * @param reason for those who ask later
   */
  public record Ban(String node, String reason) {}

  /**
   * A new token.
   *
   * @param hours it counts so long; 0: as the node is set
   * @param uses so many nodes may join; 0: as the node is set
   * @param keep whether other tokens stay
   */
  public record RotateToken(int hours, int uses, boolean keep) {}

  /**
   * A new token.
   *
   * @param token its text
   * @param via address and port of the daemon's node for the join command
   */
  public record Token(String token, String via) {}

  /**
   * The nodes.
   *
   * @param cluster id of the cluster
   * @param self id of the daemon's node
   * @param leader id of the leader; empty when none is known
   * @param fresh whether the leader was asked: else silences and clocks are not known
   * @param nodes the members in the order of their admission
   */
  public record Nodes(
      String cluster, String self, String leader, boolean fresh, List<NodeRow> nodes) {
    /** Copies the list. */
    public Nodes {
      nodes = List.copyOf(nodes);
    }
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
   * @param condition {@code alive}, {@code starting} (the leader has not heard it yet), {@code
   *     lost} or {@code unknown}
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
}
