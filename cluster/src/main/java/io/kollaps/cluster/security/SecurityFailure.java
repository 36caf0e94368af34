package io.kollaps.cluster.security;

/** Something that was to prove trust cannot be used; the message says what and what to do. */
public final class SecurityFailure extends Exception {
  private static final long serialVersionUID = 1L;

  /** With what happened. */
  public SecurityFailure(String message) {
    super(message);
  }

  /** With what happened and why. */
  public SecurityFailure(String message, Throwable cause) {
    super(message, cause);
  }
}
