package io.kollaps.node.local;

import java.util.Optional;

/** The command's end of a request, as its handler sees it. */
public interface Exchange<R> {
  /**
   * Sends a line of the answer; waits while the command does not read.
   *
   * @throws CallerGoneException when the command has gone away: nothing is left to do
   */
  void tell(R line);

  /**
   * Waits for the next line that the command sends after its request.
   *
   * @return empty when there is none any more
   * @throws LocalFailure when it is none of this kind
   */
  <I> Optional<I> next(Class<I> kind) throws LocalFailure, InterruptedException;

  /** Ends a handler whose command has gone away. */
  final class CallerGoneException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CallerGoneException(Throwable cause) {
      super("the command has gone away", cause);
    }
  }
}
