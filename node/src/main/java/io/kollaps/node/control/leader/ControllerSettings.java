package io.kollaps.node.control.leader;

/**
 * Bounds of {@link ExperimentController}.
 *
 * @param tickNanos how often time is told
 * @param repeatNanos after this long an instruction or a record is repeated
 * @param prepareWaitNanos longest wait until all parts are made
 * @param linkWaitNanos longest wait until all ways between parts are tried
 * @param agreementWaitNanos longest wait until all parts have started
 * @param endWaitNanos longest wait until all parts are taken down
 * @param placeWaitNanos longest wait until a run is placed, from its submission or replacement
 * @param silenceWaitNanos a node that tells nothing for this long, though it is not given up, has
 *     lost its parts
 * @param maxWaiting submissions that wait to be placed
 * @param maxWaitingBytes bytes of their files
 * @param maxCallsPerRequest calls that wait for the same request
 * @param maxLiveRuns runs that have not ended
 * @param maxEndedRecords runs that have ended and are kept
 * @param maxFileBytes largest file of an experiment
 * @param maxAttempts starts of one run
 */
public record ControllerSettings(
    long tickNanos,
    long repeatNanos,
    long prepareWaitNanos,
    long linkWaitNanos,
    long agreementWaitNanos,
    long endWaitNanos,
    long placeWaitNanos,
    long silenceWaitNanos,
    int maxWaiting,
    long maxWaitingBytes,
    int maxCallsPerRequest,
    int maxLiveRuns,
    int maxEndedRecords,
    int maxFileBytes,
    int maxAttempts) {
  private static final long SECOND = 1_000_000_000L;
  private static final int MEBIBYTE = 1024 * 1024;

  /**
   * Ticks of 100 ms, repetition after 1 s. Parts have 5 minutes to be made (a thousand endpoints
   * take half a minute, images may have to be loaded), a start may lie a minute ahead when the
   * leader changes meanwhile, the rest has a minute each. 64 submissions wait, 256 runs live, 512
   * are remembered. A file has at most 2 MiB: it lies in the memory of every node while its run
   * lives.
   */
  public static final ControllerSettings DEFAULT =
      new ControllerSettings(
          SECOND / 10,
          SECOND,
          300 * SECOND,
          60 * SECOND,
          150 * SECOND,
          60 * SECOND,
          300 * SECOND,
          90 * SECOND,
          64,
          32L * MEBIBYTE,
          16,
          256,
          512,
          2 * MEBIBYTE,
          4);

  /**
   * Checks that everything is positive.
   *
   * @throws IllegalArgumentException when it is not
   */
  public ControllerSettings {
    boolean positive =
        Math.min(Math.min(tickNanos, repeatNanos), Math.min(prepareWaitNanos, linkWaitNanos)) > 0
            && Math.min(agreementWaitNanos, endWaitNanos) > 0
            && Math.min(placeWaitNanos, silenceWaitNanos) > 0
            && Math.min(Math.min(maxWaiting, maxCallsPerRequest), maxLiveRuns) > 0
            && Math.min(Math.min(maxEndedRecords, maxFileBytes), maxAttempts) > 0
            && maxWaitingBytes > 0;
    if (!positive) {
      throw new IllegalArgumentException("every bound of the controller is above 0: " + this);
    }
  }
}
