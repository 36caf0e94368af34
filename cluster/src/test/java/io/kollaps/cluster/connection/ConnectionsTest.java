package io.kollaps.cluster.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.security.Refusals;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConnectionsTest {
  private static final NodeId NODE = NodeId.of(1);

  private final List<String> told = new ArrayList<>();
  private final List<Integer> closed = new ArrayList<>();
  private long now;
  private final Connections connections =
      new Connections(new Refusals(told::add, () -> now), () -> now);

  private boolean open(String host, int port) {
    return connections.opened(new InetSocketAddress(host, port), () -> closed.add(port));
  }

  @Test
  void shouldTakeNoMoreFromAnAddressThanItsBoundAndOthersStill() {
    for (int port = 1; port <= Connections.MAX_FROM_ADDRESS; port++) {
      assertThat(open("10.0.0.1", port)).isTrue();
    }

    assertThat(open("10.0.0.1", 9999)).isFalse();
    assertThat(open("10.0.0.1", 9998)).isFalse();
    assertThat(open("10.0.0.2", 1)).isTrue();
    assertThat(told).hasSize(1).first().asString().contains("10.0.0.1");
    connections.closed(new InetSocketAddress("10.0.0.1", 1));
    assertThat(open("10.0.0.1", 9999)).isTrue();
  }

  @Test
  void shouldTakeNoMoreInAllThanItsBound() {
    int taken = 0;
    for (int i = 0; i < Connections.MAX_IN_ALL + 100; i++) {
      taken += open("10.0." + i / 100 % 250 + "." + i % 100, 1 + i) ? 1 : 0;
    }

    assertThat(taken).isEqualTo(Connections.MAX_IN_ALL);
    assertThat(connections.count()).isEqualTo(Connections.MAX_IN_ALL);
  }

  @Test
  void shouldCutNodesThatMayNotStayAndStrangersThatStayTooLong() {
    open("10.0.0.1", 1);
    open("10.0.0.2", 2);
    open("10.0.0.3", 3);
    connections.belongsTo(new InetSocketAddress("10.0.0.1", 1), NODE);
    connections.belongsTo(new InetSocketAddress("10.0.0.2", 2), NodeId.of(2));
    connections.served(new InetSocketAddress("10.0.0.3", 3));

    connections.cut(node -> !node.equals(NODE));
    assertThat(closed).containsExactly(1);

    closed.clear();
    now = Connections.STRANGER_NANOS;
    connections.cut(node -> true);
    assertThat(closed).containsExactly(3);
  }

  @Test
  void shouldTellOfConnectionsThatAskedForNothing() {
    open("10.0.0.1", 1);
    open("10.0.0.2", 2);
    connections.served(new InetSocketAddress("10.0.0.2", 2));

    connections.closed(new InetSocketAddress("10.0.0.1", 1));
    connections.closed(new InetSocketAddress("10.0.0.2", 2));
    connections.closed(new InetSocketAddress("10.0.0.2", 2));

    assertThat(told).hasSize(1).first().asString().contains("10.0.0.1");
    assertThat(connections.count()).isZero();
  }
}
