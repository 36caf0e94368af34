package io.kollaps.cluster.state;

import io.kollaps.cluster.connection.Connections;
import java.net.InetSocketAddress;
import java.util.List;
import org.apache.ratis.thirdparty.io.netty.channel.Channel;
import org.apache.ratis.thirdparty.io.netty.channel.socket.nio.NioServerSocketChannel;

/**
 * Accepts connections of the replication as long as there are not too many; its libraries have a
 * Netty of their own.
 */
final class LimitedAcceptor extends NioServerSocketChannel {
  private final Connections connections;

  LimitedAcceptor(Connections connections) {
    this.connections = connections;
  }

  @Override
  protected int doReadMessages(List<Object> accepted) throws Exception {
    int count = super.doReadMessages(accepted);
    if (count < 1 || !(accepted.getLast() instanceof Channel channel)) {
      return count;
    }
    if (!(channel.remoteAddress() instanceof InetSocketAddress from)
        || !connections.opened(from, () -> close(channel))) {
      accepted.removeLast();
      channel.unsafe().closeForcibly();
      return 0; // what waits behind it is told by the next look at the socket
    }
    var _ = channel.closeFuture().addListener(closed -> connections.closed(from));
    return count;
  }

  private static void close(Channel channel) {
    var _ = channel.close();
  }
}
