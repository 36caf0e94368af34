package io.kollaps.topology;

/**
 * The random part of a delay.
 *
 * @param deviationNanos standard deviation of the delay, at least 0
 * @param distribution shape
 * @param reorders true when a packet may overtake an earlier one of the same path
 */
public record Jitter(long deviationNanos, Distribution distribution, boolean reorders) {

  /** No jitter. */
  public static final Jitter NONE = new Jitter(0, Distribution.NORMAL, false);

  /** Shape of the random delay; the deviation is the standard deviation for both. */
  public enum Distribution {
    /** Gaussian, cut where the delay would be negative. */
    NORMAL,
    /** Uniform over latency plus or minus sqrt(3) times the deviation. */
    UNIFORM
  }
}
