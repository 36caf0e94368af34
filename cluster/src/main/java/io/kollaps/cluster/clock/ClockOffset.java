package io.kollaps.cluster.clock;

/**
 * How far the leader's clock is from the local one.
 *
 * @param offsetNanos leader's clock minus the local one
 * @param boundNanos the true offset is at most this far from it
 * @param roundTripNanos of the exchange that it comes from
 */
public record ClockOffset(long offsetNanos, long boundNanos, long roundTripNanos) {

  /** The leader's clock at a local time, within the bound. */
  public long leaderNanos(long localNanos) {
    return localNanos + offsetNanos;
  }

  /** The local time of an instant on the leader's clock, within the bound. */
  public long localNanos(long leaderNanos) {
    return leaderNanos - offsetNanos;
  }
}
