package io.kollaps.topology;

/** How much of a path's traffic may wait for its rate before packets are dropped at the tail. */
public sealed interface QueueLimit {

  /** What a link has that says nothing: 50 ms, see the spike figures in ARCHITECTURE.md. */
  QueueLimit DEFAULT = new Time(50_000_000L);

  /**
   * Limit as time at the rate of the moment; two full packets always fit.
   *
   * @param nanos longest wait, at least 0
   */
  record Time(long nanos) implements QueueLimit {}

  /**
   * Limit in bytes as the rate counts them; two full packets always fit.
   *
   * @param bytes most bytes waiting, at least 0
   */
  record Bytes(long bytes) implements QueueLimit {}
}
