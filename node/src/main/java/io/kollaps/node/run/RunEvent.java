package io.kollaps.node.run;

import io.kollaps.runtime.ExitStatus;

/** What happens to a run. Times are offsets from its start in nanoseconds. */
sealed interface RunEvent {

  /** When it happened. */
  long atNanos();

  /** Time has come this far: everything planned up to here is due. */
  record TimePassed(long atNanos) implements RunEvent {}

  /** What an endpoint waited for is there. */
  record ConditionHeld(long atNanos, int endpoint) implements RunEvent {}

  /** What an endpoint waited for did not come in time. */
  record ConditionTimedOut(long atNanos, int endpoint, String missing) implements RunEvent {}

  /** A program could not be started. */
  record StartFailed(long atNanos, int endpoint, String why) implements RunEvent {}

  /** A program ended. */
  record ProgramEnded(long atNanos, int endpoint, ExitStatus status) implements RunEvent {}

  /** Whoever holds the part wants it to end now. */
  record EndAsked(long atNanos, PartEnd why) implements RunEvent {}
}
