package io.kollaps.node.daemon;

/**
 * What the command asks of the daemon on its machine: one line of JSON.
 *
 * @param version of this format
 * @param action what
 * @param node which node, by name or id; empty where none is meant
 * @param reason of a ban
 * @param hours life of a token; 0: as the node is set
 * @param uses of a token; 0: as the node is set
 * @param keep whether other tokens stay
 */
public record LocalRequest(
    int version, Action action, String node, String reason, int hours, int uses, boolean keep) {
  /** Version that this software writes and reads. */
  public static final int VERSION = 1;

  /** What can be asked. */
  public enum Action {
    /** How the nodes are. */
    NODES,
    /** Let a node leave. */
    LEAVE,
    /** Give a node no new work. */
    DRAIN,
    /** Give it new work again. */
    UNDRAIN,
    /** Put a node out for good. */
    BAN,
    /** A new join token. */
    ROTATE_TOKEN
  }

  /** An action on a node; empty: on the daemon's own. */
  public static LocalRequest of(Action action, String node) {
    return new LocalRequest(VERSION, action, node, "", 0, 0, false);
  }

  /** A ban. */
  public static LocalRequest ban(String node, String reason) {
    return new LocalRequest(VERSION, Action.BAN, node, reason, 0, 0, false);
  }

  /** A new token. */
  public static LocalRequest token(int hours, int uses, boolean keep) {
    return new LocalRequest(VERSION, Action.ROTATE_TOKEN, "", "", hours, uses, keep);
  }
}
