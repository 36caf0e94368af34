package io.kollaps.fabric;

/**
 * A fabric cannot do what it was asked. The message says what happened, where, and what to do next.
 */
public final class FabricException extends Exception {
  private static final long serialVersionUID = 1L;

  public FabricException(String message) {
    super(message);
  }

  public FabricException(String message, Throwable cause) {
    super(message, cause);
  }
}
