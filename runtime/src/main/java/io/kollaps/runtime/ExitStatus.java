package io.kollaps.runtime;

/**
 * How a program ended.
 *
 * @param code its exit code, 128 + N when signal N ended it
 * @param cause why it ended
 */
public record ExitStatus(int code, Cause cause) {
  /** Why a program ended. */
  public enum Cause {
    /** By itself. */
    ENDED,
    /** It was asked to leave. */
    LEFT,
    /** It did not leave within its grace and was killed. */
    KILLED_AFTER_GRACE,
    /** A crash event. */
    CRASHED
  }
}
