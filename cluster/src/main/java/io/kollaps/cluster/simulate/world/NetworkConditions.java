package io.kollaps.cluster.simulate.world;

/**
 * How a network treats messages, alike between all hosts.
 *
 * @param loss probability that a message is lost, 0 to below 1. A lost part of a call is sent again
 *     after a while, as TCP does
 * @param duplication probability that a datagram comes twice, 0 to 1
 * @param leastDelayNanos the least time that a message takes
 * @param meanExtraNanos mean of an exponential time on top: later messages overtake earlier ones
 * @param stragglers probability that a message takes {@link #stragglerNanos} more, 0 to 1
 * @param stragglerNanos what these take more
 * @param brokenCalls probability that a call's connection breaks after the request was handled and
 *     before the answer is back, 0 to 1
 */
public record NetworkConditions(
    double loss,
    double duplication,
    long leastDelayNanos,
    long meanExtraNanos,
    double stragglers,
    long stragglerNanos,
    double brokenCalls) {
  private static final long MICRO = 1_000;
  private static final long MILLI = 1_000_000;

  /** A local network on a good day: 50 us and a little more, nothing lost. */
  public static final NetworkConditions GOOD =
      new NetworkConditions(0, 0, 50 * MICRO, 100 * MICRO, 0, 0, 0);

  /**
   * A bad day: 20 % lost, 5 % twice, 10 ms on average, 2 % of all messages half a second late, 2 %
   * of the calls break.
   */
  public static final NetworkConditions BAD =
      new NetworkConditions(0.2, 0.05, MILLI, 9 * MILLI, 0.02, 500 * MILLI, 0.02);

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException naming the value and its range
   */
  public NetworkConditions {
    check(loss >= 0 && loss < 1, "loss", "0 to below 1");
    check(duplication >= 0 && duplication <= 1, "duplication", "0 to 1");
    check(leastDelayNanos >= 0 && meanExtraNanos >= 0 && stragglerNanos >= 0, "delay", "0 or more");
    check(stragglers >= 0 && stragglers <= 1, "share of stragglers", "0 to 1");
    check(brokenCalls >= 0 && brokenCalls <= 1, "share of broken calls", "0 to 1");
  }

  private static void check(boolean good, String what, String range) {
    if (!good) {
      throw new IllegalArgumentException("a network's " + what + " must be " + range);
    }
  }

  /** The same with another loss. */
  public NetworkConditions withLoss(double probability) {
    return new NetworkConditions(
        probability,
        duplication,
        leastDelayNanos,
        meanExtraNanos,
        stragglers,
        stragglerNanos,
        brokenCalls);
  }
}
