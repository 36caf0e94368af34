package io.kollaps.node.local;

import java.util.List;

/** What commands ask about access from other machines; only on the node's own machine. */
public final class AccessActions {
  /** A new access token. */
  public static final LocalAction<Create, Created> CREATE =
      new LocalAction<>("access-create", Create.class, Created.class);

  /** The access tokens that count. */
  public static final LocalAction<NodeActions.Nothing, Tokens> LIST =
      new LocalAction<>("access-list", NodeActions.Nothing.class, Tokens.class);

  /** Ends an access token. */
  public static final LocalAction<Revoke, NodeActions.Nothing> REVOKE =
      new LocalAction<>("access-revoke", Revoke.class, NodeActions.Nothing.class);

  private AccessActions() {}

  /**
   * A new token.
   *
   * @param role what it may
   * @param hours how long it counts
   * @param name what it is for, in words of its owner
   */
  public record Create(AccessRole role, int hours, String name) {}

  /**
   * A new token.
   *
   * @param token its text, shown this once
   * @param id which one it is
   * @param address where the node answers commands of other machines; empty: it does not
   */
  public record Created(String token, String id, String address) {}

  /** The tokens, in the order of their ids. */
  public record Tokens(List<Row> tokens) {
    /** Copies the list. */
    public Tokens {
      tokens = List.copyOf(tokens);
    }
  }

  /**
   * A token.
   *
   * @param id which one
   * @param name what it is for
   * @param role what it may
   * @param secondsLeft how long it counts
   */
  public record Row(String id, String name, AccessRole role, long secondsLeft) {}

  /** Ends the token with this id. */
  public record Revoke(String id) {}
}
