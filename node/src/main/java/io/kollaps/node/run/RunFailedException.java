package io.kollaps.node.run;

/**
 * A run could not be made, or broke. The message says what happened, where, and what to do next.
 */
public final class RunFailedException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Without another cause. */
  public RunFailedException(String message) {
    super(message);
  }

  /** With a cause. */
  public RunFailedException(String message, Throwable cause) {
    super(message, cause);
  }
}
