package io.kollaps.linux;

/** A Linux call failed. */
public final class LinuxException extends Exception {
  private static final long serialVersionUID = 1L;

  private final int errno;

  /**
   * Describes a failed call.
   *
   * @param message the call, its arguments and the errno's name
   * @param errno the error number, 0 where there is none
   */
  public LinuxException(String message, int errno) {
    super(message);
    this.errno = errno;
  }

  /** The error number, 0 where there is none. */
  public int errno() {
    return errno;
  }
}
