package io.kollaps.node.daemon;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;

/** How a command asks the daemon of its machine. */
public final class LocalClient {
  private static final int LONGEST_REPLY = 16 * 1024 * 1024;

  private LocalClient() {}

  /**
   * Asks and waits for the answer.
   *
   * @param folder of the daemon's node
   * @throws DaemonFailure when no daemon answers there, or it refuses
   */
  public static LocalReply ask(Path folder, LocalRequest request) throws DaemonFailure {
    Path socket = NodeFolder.socketIn(folder);
    if (!Files.exists(socket)) {
      throw DaemonFailure.failed(
          "no node runs on this machine in "
              + folder
              + "; start one with 'kollaps node start', or name its --node-folder");
    }
    LocalReply reply;
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
        Patience _ = new Patience(channel)) {
      byte[] line = LocalServer.MAPPER.writeValueAsBytes(request);
      ByteBuffer out = ByteBuffer.allocate(line.length + 1).put(line).put((byte) '\n').flip();
      while (out.hasRemaining()) {
        channel.write(out);
      }
      byte[] answer = Channels.newInputStream(channel).readNBytes(LONGEST_REPLY);
      reply = LocalServer.MAPPER.readValue(answer, LocalReply.class);
    } catch (ClosedChannelException e) {
      throw DaemonFailure.failed(
          "the node's daemon did not answer at "
              + socket
              + " within "
              + Patience.LIMIT.toSeconds()
              + " s; look at its log, and start it again");
    } catch (IOException | JacksonException e) {
      throw DaemonFailure.failed(
          "the node's daemon does not answer at "
              + socket
              + " ("
              + e.getMessage()
              + "); is it running, and is this its user?");
    }
    if (!reply.problem().isEmpty()) {
      throw DaemonFailure.failed(reply.problem());
    }
    return reply;
  }
}
