package io.kollaps.node.run;

/** The part is to end before it came to its start. */
final class PartEndedException extends Exception {
  private static final long serialVersionUID = 1L;

  PartEndedException() {
    super("the part is to end");
  }
}
