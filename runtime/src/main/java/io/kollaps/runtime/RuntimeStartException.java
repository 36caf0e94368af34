package io.kollaps.runtime;

/**
 * An endpoint cannot be made or started. The message says what happened, where, and what to do
 * next.
 */
public final class RuntimeStartException extends Exception {
  private static final long serialVersionUID = 1L;

  public RuntimeStartException(String message) {
    super(message);
  }

  public RuntimeStartException(String message, Throwable cause) {
    super(message, cause);
  }
}
