package io.kollaps.fabric;

import io.kollaps.topology.Jitter;
import io.kollaps.topology.LinkProperties.Framing;
import io.kollaps.topology.QueueLimit;
import io.kollaps.topology.path.CollapsedPath;

/**
 * What a fabric does to the packets of a path: loss, then a bounded queue served at the rate, then
 * the delay.
 *
 * @param latencyNanos one-way delay
 * @param jitter random part of the delay
 * @param lossProbability chance for each packet (each segment of a super-packet) to be lost, in [0,
 *     1]
 * @param rateBitsPerSecond service rate; {@code LinkProperties.UNLIMITED_RATE} for none
 * @param framing what the rate counts
 * @param queueLimit bound of the queue
 */
public record PathShape(
    long latencyNanos,
    Jitter jitter,
    double lossProbability,
    long rateBitsPerSecond,
    Framing framing,
    QueueLimit queueLimit) {

  /** What a fabric has to do to emulate a collapsed path at the path's own rate. */
  public static PathShape of(CollapsedPath path) {
    return new PathShape(
        path.latencyNanos(),
        path.jitter(),
        path.lossProbability(),
        path.rateBitsPerSecond(),
        path.framing(),
        path.queueLimit());
  }

  /**
   * The same at another rate.
   *
   * @param bitsPerSecond service rate
   */
  public PathShape withRate(long bitsPerSecond) {
    return new PathShape(latencyNanos, jitter, lossProbability, bitsPerSecond, framing, queueLimit);
  }

  /**
   * The same with a latency that is shorter, down to 0.
   *
   * @param nanos what is taken off, at least 0
   */
  public PathShape sooner(long nanos) {
    return new PathShape(
        Math.max(0, latencyNanos - nanos),
        jitter,
        lossProbability,
        rateBitsPerSecond,
        framing,
        queueLimit);
  }
}
