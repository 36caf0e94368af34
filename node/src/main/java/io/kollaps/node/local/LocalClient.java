package io.kollaps.node.local;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** How a command asks the daemon of its machine. */
public final class LocalClient {
  private LocalClient() {}

  /**
   * Asks, and leaves the answer to be read.
   *
   * @param folder of the daemon's node
   * @throws LocalFailure when no daemon answers there
   */
  public static <Q, R> LocalConnection<R> open(Path folder, LocalAction<Q, R> action, Q request)
      throws LocalFailure {
    Path socket = LocalSocket.in(folder);
    if (!Files.exists(socket)) {
      throw LocalFailure.failed(
          "no node runs on this machine in "
              + folder
              + "; start one with 'kollaps node start', or name its --node-folder");
    }
    try {
      SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
      return LocalConnection.open(
          LocalSocket.wire(channel, LocalConnection.LONGEST_REPLY),
          socket.toString(),
          action,
          request);
    } catch (IOException e) {
      throw LocalFailure.failed(
          "the node's daemon does not answer at "
              + socket
              + " ("
              + e.getMessage()
              + "); is it running, and is this its user?");
    }
  }

  /**
   * Asks and waits for an answer of one line.
   *
   * @param folder of the daemon's node
   * @throws LocalFailure when no daemon answers there, or it refuses
   */
  public static <Q, R> R ask(Path folder, LocalAction<Q, R> action, Q request) throws LocalFailure {
    return new CommandChannel.Local(folder).ask(action, request);
  }
}
