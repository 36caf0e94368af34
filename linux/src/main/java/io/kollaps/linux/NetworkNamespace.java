package io.kollaps.linux;

/**
 * A network namespace, held by a file descriptor of this process and nothing else: it has no name,
 * and the kernel frees it with its devices when the last process in it and this process are gone,
 * however they end.
 */
public interface NetworkNamespace extends AutoCloseable {

  /** The descriptor that holds it. */
  int fileDescriptor();

  /** A path by which another process can enter it while this one lives: {@code /proc/PID/fd/N}. */
  String path();

  /**
   * Runs a body inside the namespace, on a thread of its own that ends afterwards. The body must
   * not start threads or processes: they would stay inside.
   *
   * @param body what to run
   * @return what the body returned
   * @throws LinuxException when the namespace cannot be entered, or from the body
   */
  <T> T inside(Body<T> body) throws LinuxException;

  /** Closes the descriptor. */
  @Override
  void close();

  /** What runs inside a namespace. */
  @FunctionalInterface
  interface Body<T> {
    /**
     * Runs.
     *
     * @return its result
     * @throws LinuxException when a call fails
     */
    T run() throws LinuxException;
  }
}
