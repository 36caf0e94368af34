package io.kollaps.cluster;

import java.util.HexFormat;
import java.util.random.RandomGenerator;

/**
 * Identity of a node: kept across restarts and changes of address, never given to another machine.
 * Those of real nodes have 16 lower-case hexadecimal digits.
 *
 * @param value 1 to {@value #MAX_LENGTH} characters
 */
public record NodeId(String value) implements Comparable<NodeId> {
  /** Longest identity in characters. */
  public static final int MAX_LENGTH = 128;

  private static final int DIGITS = 16;

  /**
   * Checks the length.
   *
   * @throws IllegalArgumentException when the value is blank or too long
   */
  public NodeId {
    if (value.isBlank() || value.length() > MAX_LENGTH) {
      throw new IllegalArgumentException(
          "a node's identity has 1 to " + MAX_LENGTH + " characters, not " + value.length());
    }
  }

  /** A new identity. */
  public static NodeId random(RandomGenerator random) {
    return of(random.nextLong());
  }

  /** The identity with these bits. */
  public static NodeId of(long bits) {
    return new NodeId(HexFormat.of().toHexDigits(bits));
  }

  /** Whether it has the form of real nodes' identities, and so has bits. */
  public boolean hasBits() {
    return value.length() == DIGITS
        && value.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
  }

  /**
   * Its bits, for compact messages.
   *
   * @throws IllegalStateException when it has none
   */
  public long bits() {
    if (!hasBits()) {
      throw new IllegalStateException("the identity '" + value + "' has no bits");
    }
    return HexFormat.fromHexDigitsToLong(value);
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
