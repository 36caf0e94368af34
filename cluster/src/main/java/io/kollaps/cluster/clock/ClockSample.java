package io.kollaps.cluster.clock;

/**
 * One exchange with the leader. Local times and leader's times are of different clocks.
 *
 * @param sentNanos local clock when the question left
 * @param leaderReceivedNanos leader's clock when the question came
 * @param leaderSentNanos leader's clock when the answer left
 * @param receivedNanos local clock when the answer came
 */
public record ClockSample(
    long sentNanos, long leaderReceivedNanos, long leaderSentNanos, long receivedNanos) {

  /** Time on the network, both ways: what the leader needed to answer does not count. */
  public long roundTripNanos() {
    return (receivedNanos - sentNanos) - (leaderSentNanos - leaderReceivedNanos);
  }

  /** Leader's clock minus the local one, if both ways took the same time. */
  public long offsetNanos() {
    long there = leaderReceivedNanos - sentNanos;
    long back = leaderSentNanos - receivedNanos;
    return there + (back - there) / 2;
  }
}
