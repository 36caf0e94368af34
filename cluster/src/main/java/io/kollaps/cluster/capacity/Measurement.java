package io.kollaps.cluster.capacity;

/**
 * What one capacity probe found.
 *
 * @param forwardBitsPerSecond received by the second node of the pair from the first
 * @param backwardBitsPerSecond received by the first node from the second
 * @param atNanos when it ended, on the leader's clock
 */
public record Measurement(long forwardBitsPerSecond, long backwardBitsPerSecond, long atNanos) {
  /**
   * Checks the rates.
   *
   * @throws IllegalArgumentException for a negative rate
   */
  public Measurement {
    if (forwardBitsPerSecond < 0 || backwardBitsPerSecond < 0) {
      throw new IllegalArgumentException(
          "measured rates are not negative: "
              + forwardBitsPerSecond
              + ", "
              + backwardBitsPerSecond);
    }
  }

  /** The same in both directions. */
  public static Measurement symmetric(long bitsPerSecond, long atNanos) {
    return new Measurement(bitsPerSecond, bitsPerSecond, atNanos);
  }

  /** The same measurement told from the other node. */
  public Measurement reversed() {
    return new Measurement(backwardBitsPerSecond, forwardBitsPerSecond, atNanos);
  }

  /** The same with no rate above a limit that nothing passes: what is above it is noise. */
  Measurement atMost(double limitBitsPerSecond) {
    return new Measurement(
        (long) Math.min((double) forwardBitsPerSecond, limitBitsPerSecond),
        (long) Math.min((double) backwardBitsPerSecond, limitBitsPerSecond),
        atNanos);
  }

  /** True when the directions differ by more than two errors of this bound explain. */
  boolean asymmetric(double relativeNoise) {
    return !Span.of((double) forwardBitsPerSecond, relativeNoise)
        .overlaps(Span.of((double) backwardBitsPerSecond, relativeNoise));
  }

  /**
   * The capacity that the dendrogram holds: the smaller direction, or the mean where they are the
   * same but for noise. The smaller direction of every link makes an undirected tree, so that these
   * values are ultrametric also where links are asymmetric.
   */
  double both(double relativeNoise) {
    return asymmetric(relativeNoise)
        ? (double) Math.min(forwardBitsPerSecond, backwardBitsPerSecond)
        : (forwardBitsPerSecond + backwardBitsPerSecond) / 2.0;
  }
}
