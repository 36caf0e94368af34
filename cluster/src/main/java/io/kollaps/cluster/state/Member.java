package io.kollaps.cluster.state;

import io.kollaps.cluster.NodeId;

/**
 * A node that was admitted.
 *
 * @param id its identity
 * @param name what people call it; unique in the cluster
 * @param host address that the other nodes reach it at
 * @param port TCP and UDP port of its calls and datagrams; its replication is at the next one
 * @param admission counts admissions: who is longer in the cluster has the lower number
 * @param mode whether it takes new work
 * @param oldestProtocol oldest protocol between nodes that it speaks
 * @param newestProtocol newest protocol that it speaks
 * @param software its version of Kollaps
 */
public record Member(
    NodeId id,
    String name,
    String host,
    int port,
    long admission,
    Mode mode,
    int oldestProtocol,
    int newestProtocol,
    String software) {
  private static final int LONGEST_TEXT = 255;
  private static final int LAST_PORT = 65_534;

  /** Whether a node takes new work. */
  public enum Mode {
    /** It does. */
    ACTIVE,
    /** It keeps what runs and gets nothing new. */
    DRAINED
  }

  /**
   * Refuses texts that are empty, longer than 255 characters or not printable (they are shown on
   * terminals), and ports that do not exist.
   */
  public Member {
    if (!usable(name) || !usable(host)) {
      throw new IllegalArgumentException(
          "a member's name and address have 1 to "
              + LONGEST_TEXT
              + " letters, digits and signs of ASCII, without blanks");
    }
    if (software.length() > LONGEST_TEXT || software.chars().anyMatch(c -> c < ' ' || c > '~')) {
      throw new IllegalArgumentException(
          "a member's version of Kollaps has at most " + LONGEST_TEXT + " printable characters");
    }
    if (port < 1 || port > LAST_PORT) {
      throw new IllegalArgumentException(
          "a member's port is from 1 to " + LAST_PORT + ", not " + port);
    }
  }

  /** TCP port of the replication. */
  public int replicationPort() {
    return port + 1;
  }

  /** The same member in another mode. */
  public Member in(Mode other) {
    return new Member(
        id, name, host, port, admission, other, oldestProtocol, newestProtocol, software);
  }

  /** The same member with another number of admission. */
  Member admittedAs(long number) {
    return new Member(id, name, host, port, number, mode, oldestProtocol, newestProtocol, software);
  }

  private static boolean usable(String text) {
    return !text.isEmpty()
        && text.length() <= LONGEST_TEXT
        && text.chars().allMatch(c -> c > ' ' && c <= '~');
  }
}
