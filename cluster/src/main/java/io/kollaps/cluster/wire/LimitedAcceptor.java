package io.kollaps.cluster.wire;

import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import io.kollaps.cluster.connection.Connections;
import java.net.InetSocketAddress;
import java.util.List;

/** Accepts connections as long as there are not too many. */
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
