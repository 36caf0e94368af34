package io.kollaps.emulation;

/**
 * The numbers that a demand can be: each fits into two bytes, and there is always one less than a
 * thousandth above what is wanted. They are binary floating-point numbers with 10 bits of fraction
 * and 6 of exponent; below 1024 bit/s every whole number.
 *
 * <p>Demands are rounded <em>up</em>, and the part that a flow belongs to uses the rounded number
 * itself: so all parts share by the same numbers, what is set aside for a flow is never less than
 * what it wants, and at most 1/1024 of it is kept from the flows that compete with it.
 */
public final class DemandScale {
  private static final int FRACTION_BITS = 10;
  private static final int ONE = 1 << FRACTION_BITS;

  /** Largest number: 2047 * 2^52, just below {@link FlowTable#UNLIMITED}. */
  public static final long LARGEST = (2L * ONE - 1) << 52;

  /** Code of the largest number. */
  private static final int LARGEST_CODE = (53 << FRACTION_BITS) + ONE - 1;

  private DemandScale() {}

  /**
   * The least number of the scale that is not below a rate; {@link FlowTable#UNLIMITED} for what is
   * above the largest.
   *
   * @param bitsPerSecond at least 0
   */
  public static long roundUp(long bitsPerSecond) {
    if (bitsPerSecond > LARGEST) {
      return FlowTable.UNLIMITED;
    }
    int shift = shift(bitsPerSecond);
    long steps = (bitsPerSecond + (1L << shift) - 1) >> shift;
    return steps << shift;
  }

  private static int shift(long value) {
    return Math.max(0, Long.SIZE - Long.numberOfLeadingZeros(value) - FRACTION_BITS - 1);
  }

  /**
   * Two bytes for a number of the scale.
   *
   * @return 0 to 65535
   * @throws IllegalArgumentException when it is none of the scale
   */
  public static int code(long number) {
    int shift = number < 0 ? 0 : shift(number);
    if (number < 0 || number > LARGEST || number >> shift << shift != number) {
      throw new IllegalArgumentException(
          number + " bit/s is not on the scale of demands; round it up first");
    }
    long steps = number >> shift;
    return steps < ONE ? (int) steps : ((shift + 1) << FRACTION_BITS) + (int) (steps - ONE);
  }

  /**
   * The number of a code.
   *
   * @param code 0 to 65535
   * @return the number, or -1 when no number has this code
   */
  public static long number(int code) {
    if (code < 0 || code > LARGEST_CODE) {
      return -1;
    }
    int exponent = code >> FRACTION_BITS;
    long fraction = code & (ONE - 1);
    return exponent == 0 ? fraction : (ONE + fraction) << (exponent - 1);
  }
}
