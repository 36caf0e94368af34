package io.kollaps.runtime.process;

import io.kollaps.linux.LinuxException;
import io.kollaps.linux.ListeningSockets;
import io.kollaps.linux.NetworkNamespace;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * On which TCP ports processes of an endpoint listen. The kernel is asked for listening sockets
 * alone; its tables in /proc, the way where it cannot be asked so, hold all sockets, and a look at
 * them takes 5 ms on a machine with much memory (half a million hash buckets), however few sockets
 * there are.
 */
final class ListeningPorts implements AutoCloseable {
  private final NetworkNamespace namespace;
  private @Nullable ListeningSockets sockets;
  private boolean refused;
  private boolean closed;

  ListeningPorts(NetworkNamespace namespace) {
    this.namespace = namespace;
  }

  /**
   * True when somebody listens.
   *
   * @param init a process of the endpoint
   */
  synchronized boolean contains(int port, Optional<ProcessHandle> init) {
    if (closed) {
      return false;
    }
    try {
      if (!refused) {
        return opened().contains(port);
      }
    } catch (LinuxException e) {
      // a kernel without INET_DIAG, or one that did not answer: /proc says the same, only slower
      refused = true;
    }
    return init.map(process -> ProcFiles.listens(process.pid(), port)).orElse(false);
  }

  private ListeningSockets opened() throws LinuxException {
    ListeningSockets open = sockets;
    if (open == null) {
      open = namespace.inside(ListeningSockets::open);
      sockets = open;
    }
    return open;
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (sockets != null) {
      sockets.close();
      sockets = null;
    }
  }
}
