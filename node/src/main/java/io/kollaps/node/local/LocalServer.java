package io.kollaps.node.local;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers the commands on this machine over a Unix socket that its owner alone may use. */
public final class LocalServer implements AutoCloseable {
  /** Commands at a time; another one waits until one of them ends. */
  public static final int CALLERS = 64;

  private static final Logger LOG = LoggerFactory.getLogger(LocalServer.class);

  private final ServerSocketChannel listening;
  private final LocalActions actions;
  private final Semaphore callers = new Semaphore(CALLERS);
  private final Conversations conversations = new Conversations();
  private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();

  private LocalServer(ServerSocketChannel listening, LocalActions actions) {
    this.listening = listening;
    this.actions = actions;
  }

  /**
   * Begins to answer.
   *
   * @param folder the node's, private
   */
  public static LocalServer start(Path folder, LocalActions actions) throws IOException {
    Path socket = LocalSocket.in(folder);
    Files.deleteIfExists(socket); // of a process that was killed: the folder's lock is ours
    ServerSocketChannel listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    listening.bind(UnixDomainSocketAddress.of(socket));
    Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
    LocalServer server = new LocalServer(listening, actions);
    Thread.ofPlatform().daemon().name("kollaps-local").start(server::accept);
    return server;
  }

  private void accept() {
    while (listening.isOpen()) {
      try {
        callers.acquire();
        SocketChannel caller = listening.accept();
        open.add(caller);
        Thread.ofVirtual().start(() -> serve(caller));
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException e) {
        LOG.warn("a command could not be heard: {}", e.getMessage());
        callers.release();
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void serve(SocketChannel caller) {
    try {
      conversations.hold(
          new Conversation(LocalSocket.wire(caller, Conversation.LONGEST_REQUEST), actions));
    } finally {
      open.remove(caller);
      callers.release();
    }
  }

  /**
   * Hears no command any more. Those that are under way hear their answer, or that the daemon
   * stops; takes at most some seconds.
   */
  @Override
  public void close() throws IOException {
    listening.close();
    conversations.end();
    for (SocketChannel caller : open) {
      caller.close();
    }
  }
}
