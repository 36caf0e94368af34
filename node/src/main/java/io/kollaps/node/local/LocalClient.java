package io.kollaps.node.local;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

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
      return LocalConnection.open(
          LocalSocket.wire(connect(socket), LocalConnection.LONGEST_REPLY),
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
   * Connects, and waits for room when many commands wait for the daemon already. Only a platform
   * thread waits for it: to a virtual one the kernel says that the daemon's queue is full.
   *
   * @throws IOException when nobody listens there, or there is no room within {@link
   *     Patience#OF_COMMAND}
   */
  private static SocketChannel connect(Path socket) throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    FutureTask<Boolean> connecting =
        new FutureTask<>(() -> channel.connect(UnixDomainSocketAddress.of(socket)));
    boolean connected = false;
    try (Patience _ = new Patience(channel, Patience.OF_COMMAND)) {
      Thread.ofPlatform().daemon().name("kollaps-connect").start(connecting);
      connected = connecting.get();
      return channel;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ClosedByInterruptException();
    } catch (ExecutionException e) {
      throw whyNot(e.getCause());
    } finally {
      if (!connected) {
        channel.close(); // which also ends a thread that waits in it
      }
    }
  }

  private static IOException whyNot(@Nullable Throwable thrown) {
    return switch (thrown) {
      case AsynchronousCloseException e ->
          new IOException(
              "too many commands wait for it; none of them ended within "
                  + Patience.OF_COMMAND.toSeconds()
                  + " s",
              e);
      case IOException e -> e;
      case null, default -> throw new IllegalStateException("connecting failed", thrown);
    };
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
