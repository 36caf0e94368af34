package io.kollaps.node.run;

/**
 * What a part of a run wants done. {@code plannedNanos} is the offset at which it should have been
 * done.
 */
sealed interface RunCommand {

  /** The paths of this epoch hold from now on. */
  record ApplyEpoch(long plannedNanos, int epoch) implements RunCommand {}

  /** Watch what the endpoint waits for, and tell. */
  record AwaitCondition(long plannedNanos, int endpoint) implements RunCommand {}

  /** The endpoint waits no longer: it leaves, or the part is over. */
  record GiveUpWaiting(long plannedNanos, int endpoint, Why why) implements RunCommand {}

  /** Prepare the endpoint for another start. */
  record Prepare(long plannedNanos, int endpoint) implements RunCommand {}

  /** Start the endpoint's program. */
  record Start(long plannedNanos, int endpoint) implements RunCommand {}

  /** A join cannot be done. */
  record Refuse(long plannedNanos, int endpoint, String why) implements RunCommand {}

  /** Ask the endpoint's program to end. */
  record Leave(long plannedNanos, int endpoint) implements RunCommand {}

  /** Kill the endpoint's program. */
  record Crash(long plannedNanos, int endpoint) implements RunCommand {}

  /** Cut the endpoint's network, or restore it; also that of an endpoint of another part. */
  record SetConnected(long plannedNanos, int endpoint, boolean connected) implements RunCommand {}

  /** Say that no awaited program of this part runs or is still to join. */
  record TellIdle(long plannedNanos) implements RunCommand {}

  /** The part is over. */
  record End(long plannedNanos, EndReason reason, String detail) implements RunCommand {}

  /** Why an endpoint waits no longer for what never held. */
  enum Why {
    /** The timeline lets it leave. */
    LEAVES,
    /** The timeline lets it crash. */
    CRASHES,
    /** The part is over. */
    OVER
  }

  /** Why a part ended. */
  enum EndReason {
    /** All programs for which the run waits have ended, and none is still to join. */
    PROGRAMS_ENDED,
    /** The duration or a stop event. */
    TIME,
    /** Somebody wanted it. */
    STOPPED,
    /** The run failed elsewhere, or whoever holds the part gave it up. */
    ABORTED
  }
}
