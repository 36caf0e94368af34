package io.kollaps.node.daemon;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Answers the command on this machine over a Unix socket that its owner alone may use: one line of
 * JSON each way, then the connection ends.
 */
final class LocalServer implements AutoCloseable {
  static final JsonMapper MAPPER = JsonMapper.builder().build();

  private static final int LONGEST_REQUEST = 16 * 1024;
  private static final int CALLERS = 16;
  private static final Logger LOG = LoggerFactory.getLogger(LocalServer.class);

  private final ServerSocketChannel listening;
  private final LocalActions actions;
  private final Semaphore callers = new Semaphore(CALLERS);

  private LocalServer(ServerSocketChannel listening, LocalActions actions) {
    this.listening = listening;
    this.actions = actions;
  }

  /** Begins to answer at a path whose folder is private. */
  static LocalServer start(Path socket, LocalActions actions) throws IOException {
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
    try (caller;
        Patience _ = new Patience(caller);
        BufferedReader reader =
            new BufferedReader(
                new InputStreamReader(Channels.newInputStream(caller), StandardCharsets.UTF_8))) {
      byte[] reply = MAPPER.writeValueAsBytes(answer(line(reader)));
      ByteBuffer out = ByteBuffer.allocate(reply.length + 1).put(reply).put((byte) '\n').flip();
      while (out.hasRemaining()) {
        caller.write(out);
      }
    } catch (IOException e) {
      LOG.debug("a command went away: {}", e.getMessage());
    } finally {
      callers.release();
    }
  }

  private LocalReply answer(String line) {
    try {
      return actions.handle(MAPPER.readValue(line, LocalRequest.class));
    } catch (JacksonException e) {
      return LocalReply.problem("the daemon does not understand the request");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return LocalReply.problem("the daemon is stopping");
    } catch (RuntimeException e) {
      LOG.error("a command failed", e);
      return LocalReply.problem("it failed; the daemon's log says why: " + e);
    }
  }

  private static String line(BufferedReader reader) throws IOException {
    StringBuilder line = new StringBuilder();
    int next = reader.read();
    while (next >= 0 && next != '\n' && line.length() < LONGEST_REQUEST) {
      line.append((char) next);
      next = reader.read();
    }
    return line.toString();
  }

  @Override
  public void close() throws IOException {
    listening.close();
  }
}
