package io.kollaps.node.local;

/** Something that the user of a command can mend; the message says what happened and what to do. */
public final class LocalFailure extends Exception {
  private static final long serialVersionUID = 1L;

  private final boolean badInput;

  private LocalFailure(String message, boolean badInput) {
    super(message);
    this.badInput = badInput;
  }

  /** What was given cannot be used. */
  public static LocalFailure badInput(String message) {
    return new LocalFailure(message, true);
  }

  /** It did not work. */
  public static LocalFailure failed(String message) {
    return new LocalFailure(message, false);
  }

  /** Whether what was given cannot be used. */
  public boolean badInput() {
    return badInput;
  }
}
