package io.kollaps.cluster.capacity;

import java.util.OptionalDouble;

/**
 * What is known of one direction.
 *
 * @param bitsPerSecond the capacity, or what it is at least
 * @param exact true when it is the capacity but for noise
 */
record DirectedCapacity(double bitsPerSecond, boolean exact) {

  /**
   * Infers the capacity from a to c where links differ by direction.
   *
   * <p>When a to b carries less than c to b, its limit is not on the part that both share; so a
   * reaches the branching point with that much, and c with it too unless b to c is narrower. The
   * second rule is the same seen from c. The rule for symmetric links, applied to each direction,
   * is wrong in almost half of all cases.
   *
   * @param ab from a to b
   * @param ba from b to a
   * @param bc from b to c
   * @param cb from c to b
   * @param relativeNoise what may be equal within it is not told apart
   * @return bits per second, or empty when the other three do not tell
   */
  static OptionalDouble inferred(
      DirectedCapacity ab,
      DirectedCapacity ba,
      DirectedCapacity bc,
      DirectedCapacity cb,
      double relativeNoise) {
    if (ab.limitsBefore(cb, relativeNoise) && ab.atMost(bc, relativeNoise)) {
      return OptionalDouble.of(ab.bitsPerSecond);
    }
    if (bc.limitsBefore(ba, relativeNoise) && bc.atMost(ab, relativeNoise)) {
      return OptionalDouble.of(bc.bitsPerSecond);
    }
    return OptionalDouble.empty();
  }

  private boolean limitsBefore(DirectedCapacity other, double relativeNoise) {
    return exact
        && Span.of(bitsPerSecond, relativeNoise).below(Span.of(other.bitsPerSecond, relativeNoise));
  }

  private boolean atMost(DirectedCapacity other, double relativeNoise) {
    return Span.of(bitsPerSecond, relativeNoise).low()
        <= Span.of(other.bitsPerSecond, relativeNoise).high();
  }
}
