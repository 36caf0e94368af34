package io.kollaps.node.prerequisites;

/**
 * A service needs a program that is not on this machine and was not installed. The message names
 * service, program and what to do, one line for each program; nothing was started.
 */
public final class MissingProgramException extends Exception {
  private static final long serialVersionUID = 1L;

  public MissingProgramException(String message) {
    super(message);
  }
}
