package io.kollaps.node.run;

/**
 * Lets a part's end come in the middle of its preparations: they ask between their steps, and wait
 * inside {@link #whileWaiting}.
 */
interface Patience {

  /**
   * Asks whether the part is to go on.
   *
   * @throws PartEndedException when it is to end
   */
  void check() throws PartEndedException;

  /**
   * Does something that waits; it is interrupted when the part is to end. It must do nothing that
   * an interrupt could leave half done.
   *
   * @throws PartEndedException when the part is to end
   */
  <E extends Exception> void whileWaiting(Waiting<E> waiting) throws PartEndedException, E;

  /** Something that waits. */
  @FunctionalInterface
  interface Waiting<E extends Exception> {
    /** Waits. */
    void run() throws E, InterruptedException;
  }
}
