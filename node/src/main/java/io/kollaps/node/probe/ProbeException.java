package io.kollaps.node.probe;

/** A probe that this machine cannot run; the message says why and what to do. */
public final class ProbeException extends Exception {
  private static final long serialVersionUID = 1L;

  /** With a message for people. */
  public ProbeException(String message) {
    super(message);
  }

  /** With a message for people and what is behind it. */
  public ProbeException(String message, Throwable cause) {
    super(message, cause);
  }
}
