package io.kollaps.node.control.manager;

import io.kollaps.emulation.start.StartSettings;

/**
 * Bounds of {@link EmulationManager}.
 *
 * @param tickNanos how often time is told
 * @param repeatNanos after this long a report that nobody acknowledged is repeated
 * @param refreshNanos after this long a report is repeated also when it was acknowledged, while the
 *     node has parts
 * @param stepWaitNanos longest that a part waits before its start for what the leader does next
 * @param endWaitNanos longest wait for a part to end
 * @param maxParts parts that have not ended
 * @param maxEndpoints their endpoints together
 * @param maxEnded parts that have ended and are remembered until the leader has their end on record
 */
public record ManagerSettings(
    long tickNanos,
    long repeatNanos,
    long refreshNanos,
    long stepWaitNanos,
    long endWaitNanos,
    int maxParts,
    int maxEndpoints,
    int maxEnded) {
  private static final long SECOND = 1_000_000_000L;

  /**
   * Ticks of 100 ms, repetition after 1 s, refreshment after 10 s. A part that waits to start is
   * ended after 10 minutes without its next step: longer than any wait of the leader. 64 parts,
   * 4096 endpoints, 512 ended parts.
   */
  public static final ManagerSettings DEFAULT =
      new ManagerSettings(
          SECOND / 10, SECOND, 10 * SECOND, 600 * SECOND, 45 * SECOND, 64, 4096, 512);

  /**
   * Bounds of start agreements between nodes: those of {@link StartSettings#DEFAULT}, but a part
   * waits longer for its predecessor, 20 s and 30 s, and a start may lie a minute ahead. When the
   * leader falls after it told some parts to agree, and before it told the others, its successor
   * tells these; until then there may be some seconds without a leader, which the first part takes
   * for a slow turn.
   */
  public static final StartSettings START =
      new StartSettings(
          StartSettings.DEFAULT.leadNanos(),
          StartSettings.DEFAULT.leadPerPartNanos(),
          StartSettings.DEFAULT.marginNanos(),
          StartSettings.DEFAULT.armNanos(),
          60 * SECOND,
          StartSettings.DEFAULT.maxBoundNanos(),
          StartSettings.DEFAULT.resendNanos(),
          StartSettings.DEFAULT.hopTimeoutNanos(),
          20 * SECOND,
          30 * SECOND,
          StartSettings.DEFAULT.maxRounds());

  /**
   * Checks that everything is positive.
   *
   * @throws IllegalArgumentException when it is not
   */
  public ManagerSettings {
    boolean positive =
        Math.min(Math.min(tickNanos, repeatNanos), refreshNanos) > 0
            && Math.min(stepWaitNanos, endWaitNanos) > 0
            && Math.min(maxParts, Math.min(maxEndpoints, maxEnded)) > 0;
    if (!positive) {
      throw new IllegalArgumentException("every bound of the manager is above 0: " + this);
    }
  }
}
