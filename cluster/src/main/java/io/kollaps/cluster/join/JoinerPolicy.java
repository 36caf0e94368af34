package io.kollaps.cluster.join;

/**
 * Times and limits of a join at the joining node.
 *
 * @param joinNanos how long a join is tried while no leader accepts it; anew after each beginning
 * @param queueNanos how long it waits for its turn while others join
 * @param retryNanos time between two tries
 * @param lostNanos a leader that does not answer for this long is looked for anew
 * @param maxRedirects how often in a row another node may be named as the leader
 * @param maxRestarts how often a join that was accepted may go back to its beginning
 */
public record JoinerPolicy(
    long joinNanos,
    long queueNanos,
    long retryNanos,
    long lostNanos,
    int maxRedirects,
    int maxRestarts) {
  private static final long SECOND = 1_000_000_000L;

  /** A minute, an hour in the queue, tries half a second apart, another leader after 6 s. */
  public static final JoinerPolicy DEFAULT =
      new JoinerPolicy(60 * SECOND, 3600 * SECOND, SECOND / 2, 6 * SECOND, 5, 10);

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException for a time that is not positive, or no redirect at all
   */
  public JoinerPolicy {
    if (joinNanos < 1 || queueNanos < 1 || retryNanos < 1 || lostNanos < 1 || maxRedirects < 1) {
      throw new IllegalArgumentException("times and redirects of a join are 1 or more");
    }
  }
}
