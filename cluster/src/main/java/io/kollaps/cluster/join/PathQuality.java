package io.kollaps.cluster.join;

/**
 * What an exchange of datagrams between two nodes found.
 *
 * @param roundTripNanos median of the round-trip times
 * @param jitterNanos mean difference of successive round-trip times (RFC 3550, 6.4.1, without its
 *     smoothing)
 * @param loss share of the datagrams that did not come back, 0 to 1
 */
public record PathQuality(long roundTripNanos, long jitterNanos, double loss) {
  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException for a negative time, or a loss that is no share
   */
  public PathQuality {
    if (roundTripNanos < 0 || jitterNanos < 0 || !(loss >= 0 && loss <= 1)) {
      throw new IllegalArgumentException(
          "times are 0 or more and a loss 0 to 1, not "
              + roundTripNanos
              + ", "
              + jitterNanos
              + ", "
              + loss);
    }
  }
}
