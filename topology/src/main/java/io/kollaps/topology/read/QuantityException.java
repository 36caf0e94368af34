package io.kollaps.topology.read;

/** A text is not the quantity that was expected; the message says why. */
public final class QuantityException extends Exception {
  private static final long serialVersionUID = 1L;
  private final String remedy;

  /**
   * Makes the exception.
   *
   * @param message what is wrong
   * @param remedy what to write instead
   */
  QuantityException(String message, String remedy) {
    super(message);
    this.remedy = remedy;
  }

  /** What to write instead. */
  public String remedy() {
    return remedy;
  }

  /** What is wrong. */
  public String problem() {
    return String.valueOf(getMessage());
  }
}
