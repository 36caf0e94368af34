package io.kollaps.fabric;

/** Receives what a path did since the last reading. */
@FunctionalInterface
public interface UsageSink {
  /**
   * One path's usage.
   *
   * @param pathId dense path id
   * @param servedBytes IP bytes that passed the rate (with the framing's overhead, as the rate
   *     counts them)
   * @param droppedPackets packets dropped for any reason
   * @param backlogged true when packets waited for the rate during the whole time since the last
   *     reading
   */
  void usage(int pathId, long servedBytes, long droppedPackets, boolean backlogged);
}
