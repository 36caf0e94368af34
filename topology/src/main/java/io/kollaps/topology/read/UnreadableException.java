package io.kollaps.topology.read;

import io.kollaps.topology.Problem;
import io.kollaps.topology.SourcePosition;

/** The text is not what its format asks for, so that nothing after that place can be judged. */
final class UnreadableException extends Exception {
  private static final long serialVersionUID = 1L;
  private final transient Problem problem;

  UnreadableException(SourcePosition position, String message, String remedy) {
    super(message);
    this.problem = new Problem(position, message, remedy);
  }

  Problem problem() {
    return problem;
  }
}
