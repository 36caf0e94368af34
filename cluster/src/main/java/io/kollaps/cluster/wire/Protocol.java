package io.kollaps.cluster.wire;

import io.grpc.Metadata;
import java.util.Optional;

/**
 * Versions of the calls between nodes. Each side sends the range that it speaks; they speak the
 * newest that both know, or refuse with a message that says what to do.
 */
public final class Protocol {
  /** Property that makes a node speak another version, to see several of them on one machine. */
  static final String OTHER = "kollaps.protocol";

  /** Oldest version that this software speaks. */
  public static final int OLDEST = Integer.getInteger(OTHER, 1);

  /** Newest version that this software speaks. */
  public static final int NEWEST = Integer.getInteger(OTHER, 2);

  /** From this version on, a joining node is told what to do step by step. */
  public static final int STEPS = 2;

  /** Header that carries "OLDEST-NEWEST" of the sender, on calls and on answers. */
  static final Metadata.Key<String> RANGE =
      Metadata.Key.of("kollaps-protocol", Metadata.ASCII_STRING_MARSHALLER);

  private static final int LONGEST_RANGE = 21;

  private Protocol() {}

  /** The range of this software, as the header carries it. */
  static String range() {
    return OLDEST + "-" + NEWEST;
  }

  /**
   * Compares a range with that of this software.
   *
   * @param range from the header, or from a member's record; empty when there was none
   * @param who the other side, for the message
   * @return empty when both can speak, else why not
   */
  public static Optional<String> mismatch(String range, String who) {
    String[] parts = range.length() > LONGEST_RANGE ? new String[0] : range.split("-", -1);
    try {
      if (parts.length == 2) {
        int oldest = Integer.parseInt(parts[0]);
        int newest = Integer.parseInt(parts[1]);
        if (oldest <= NEWEST && newest >= OLDEST) {
          return Optional.empty();
        }
        return Optional.of(
            who
                + " speaks protocol "
                + oldest
                + " to "
                + newest
                + ", this node "
                + OLDEST
                + " to "
                + NEWEST
                + ": neither understands the other; install one version of Kollaps on both, best"
                + " the newer, which is that of "
                + (oldest > NEWEST ? who : "this node"));
      }
    } catch (NumberFormatException e) {
      return Optional.of(who + " names no range of protocols that can be read: is it a node?");
    }
    return Optional.of(who + " names no range of protocols: is it a node?");
  }
}
