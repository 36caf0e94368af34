package io.kollaps.node.results;

/**
 * How well the sharing loop kept its period.
 *
 * @param rounds number of rounds
 * @param latenessP99Nanos 99th percentile of actual minus planned begin of a round
 * @param latenessMaxNanos worst
 */
public record LoopHealth(long rounds, long latenessP99Nanos, long latenessMaxNanos) {
  /** Nothing observed. */
  public static final LoopHealth NONE = new LoopHealth(0, 0, 0);
}
