package io.kollaps.node.local;

/** Answers one action; on a virtual thread for each request, several at a time. */
@FunctionalInterface
public interface LocalHandler<Q, R> {
  /**
   * Answers a request; the answer ends when this returns.
   *
   * @throws LocalFailure when it cannot be done; the command ends with the message
   * @throws InterruptedException when the command has gone away, or the daemon stops
   */
  void answer(Q request, Exchange<R> exchange) throws LocalFailure, InterruptedException;
}
