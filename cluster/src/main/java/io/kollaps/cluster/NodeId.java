package io.kollaps.cluster;

/**
 * Identity of a node: kept across restarts, never given to another machine.
 *
 * @param value 1 to {@value #MAX_LENGTH} characters
 */
public record NodeId(String value) implements Comparable<NodeId> {
  /** Longest identity in characters. */
  public static final int MAX_LENGTH = 128;

  /**
   * Checks the length.
   *
   * @throws IllegalArgumentException when the value is blank or too long
   */
  public NodeId {
    if (value.isBlank() || value.length() > MAX_LENGTH) {
      throw new IllegalArgumentException(
          "a node's identity has 1 to " + MAX_LENGTH + " characters, not '" + value + "'");
    }
  }

  /** Orders by the value's characters. */
  @Override
  public int compareTo(NodeId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
