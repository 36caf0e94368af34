package io.kollaps.node.local;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** The Unix socket of a node's folder. */
public final class LocalSocket {
  private static final String NAME = "control.sock";

  private LocalSocket() {}

  /** Where the socket of a folder's daemon is. */
  public static Path in(Path folder) {
    return folder.resolve(NAME);
  }

  static Wire wire(SocketChannel channel, int longestLine) {
    return new Wire(Channels.newInputStream(channel), new Sending(channel), channel, longestLine);
  }

  /** Writes without the lock that the channel's own streams share between both directions. */
  private static final class Sending extends OutputStream {
    private final SocketChannel channel;

    Sending(SocketChannel channel) {
      this.channel = channel;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      ByteBuffer left = ByteBuffer.wrap(bytes, offset, length);
      while (left.hasRemaining()) {
        channel.write(left);
      }
    }
  }
}
