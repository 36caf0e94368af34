package io.kollaps.node.daemon;

/** Something that a user can mend; the message says what happened and what to do. */
public final class DaemonFailure extends Exception {
  private static final long serialVersionUID = 1L;

  private final boolean badInput;

  private DaemonFailure(String message, boolean badInput) {
    super(message);
    this.badInput = badInput;
  }

  /** What was given cannot be used. */
  public static DaemonFailure badInput(String message) {
    return new DaemonFailure(message, true);
  }

  /** It did not work. */
  public static DaemonFailure failed(String message) {
    return new DaemonFailure(message, false);
  }

  /** Whether what was given cannot be used. */
  public boolean badInput() {
    return badInput;
  }
}
