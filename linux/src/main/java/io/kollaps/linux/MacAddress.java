package io.kollaps.linux;

import java.util.HexFormat;

/**
 * A device's hardware address.
 *
 * @param value its six bytes as a number, the first byte the most significant
 */
public record MacAddress(long value) {
  private static final int BYTES = 6;

  /**
   * Checks the value.
   *
   * @throws IllegalArgumentException when it has more than 48 bits
   */
  public MacAddress {
    if (value >>> (8 * BYTES) != 0) {
      throw new IllegalArgumentException("a hardware address has 48 bits, got " + value);
    }
  }

  /**
   * A locally administered unicast address, 02:00 and the number.
   *
   * @param number any
   */
  public static MacAddress local(int number) {
    return new MacAddress(0x0200L << 32 | Integer.toUnsignedLong(number));
  }

  byte[] bytes() {
    byte[] bytes = new byte[BYTES];
    for (int i = 0; i < BYTES; i++) {
      bytes[i] = (byte) (value >>> (8 * (BYTES - 1 - i)));
    }
    return bytes;
  }

  @Override
  public String toString() {
    return HexFormat.ofDelimiter(":").formatHex(bytes());
  }
}
