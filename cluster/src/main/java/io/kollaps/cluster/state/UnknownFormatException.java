package io.kollaps.cluster.state;

/** Bytes of the replicated state that this version of Kollaps cannot read. */
public final class UnknownFormatException extends Exception {
  private static final long serialVersionUID = 1L;

  /** With what was found and what to do. */
  public UnknownFormatException(String message) {
    super(message);
  }
}
