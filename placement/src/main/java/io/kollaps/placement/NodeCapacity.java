package io.kollaps.placement;

/**
 * What a node of the cluster can take.
 *
 * @param name unique in the cluster
 * @param maxEndpoints most endpoints of all experiments together
 * @param milliCpus processors, in thousandths; {@link #UNLIMITED} when they do not count
 * @param memoryBytes memory; {@link #UNLIMITED} when it does not count
 * @param unreliability 0 for a node that never failed or left; nodes with more come later, whatever
 *     their load. How failures add up and are forgotten is the caller's decision.
 */
public record NodeCapacity(
    String name, int maxEndpoints, long milliCpus, long memoryBytes, int unreliability) {

  /** An amount that does not count. */
  public static final long UNLIMITED = Long.MAX_VALUE / 2;

  /**
   * Checks the amounts.
   *
   * @throws IllegalArgumentException when one is below 0
   */
  public NodeCapacity {
    if (maxEndpoints < 0 || milliCpus < 0 || memoryBytes < 0 || unreliability < 0) {
      throw new IllegalArgumentException("node " + name + " has an amount below 0");
    }
  }
}
