package io.kollaps.cluster;

import java.util.HexFormat;
import java.util.Locale;
import java.util.random.RandomGenerator;

/**
 * Identity of a node for as long as its state folder lives: it stays the same over restarts and
 * changes of address.
 *
 * @param value 16 lower-case hexadecimal digits
 */
public record NodeId(String value) implements Comparable<NodeId> {
  private static final int DIGITS = 16;

  /** Refuses anything but 16 lower-case hexadecimal digits. */
  public NodeId {
    if (value.length() != DIGITS || !value.chars().allMatch(NodeId::isLowerHex)) {
      throw new IllegalArgumentException(
          "a node id has " + DIGITS + " lower-case hexadecimal digits, not '" + value + "'");
    }
  }

  /** A new identity. */
  public static NodeId random(RandomGenerator random) {
    return of(random.nextLong());
  }

  /** The identity with these bits. */
  public static NodeId of(long bits) {
    return new NodeId(HexFormat.of().toHexDigits(bits).toLowerCase(Locale.ROOT));
  }

  /** Its bits, for compact messages. */
  public long bits() {
    return HexFormat.fromHexDigitsToLong(value);
  }

  @Override
  public int compareTo(NodeId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }

  private static boolean isLowerHex(int c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  }
}
