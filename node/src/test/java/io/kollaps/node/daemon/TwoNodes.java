package io.kollaps.node.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.kollaps.node.local.CommandChannel;
import io.kollaps.node.local.LocalClient;
import io.kollaps.node.local.LocalSocket;
import io.kollaps.node.local.NodeActions;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;

/** Two real nodes of one cluster in this process, on the loopback device. */
final class TwoNodes implements AutoCloseable {
  private static final long BOUND_NANOS = 60_000_000_000L;
  private static final String HOST = "127.0.0.1";

  private final Path folder;
  private final InstantSource clock;
  private final int discoveryPort;
  private final int remotePort;
  private final int[] ports = new int[3];
  private final Log log = new Log();
  private final Map<Integer, NodeDaemon> daemons = new HashMap<>();

  /** What the daemons log, each line with its level. */
  static final class Log extends AppenderBase<ILoggingEvent> {
    private final Queue<String> lines = new ConcurrentLinkedQueue<>();

    @Override
    protected void append(ILoggingEvent event) {
      lines.add(event.getLevel() + " " + event.getFormattedMessage());
    }

    Stream<String> stream() {
      return lines.stream();
    }

    java.util.List<String> toList() {
      return java.util.List.copyOf(lines);
    }
  }

  private TwoNodes(Path folder, InstantSource clock) throws IOException {
    this.folder = folder;
    this.clock = clock;
    ports[1] = freePort(0);
    ports[2] = freePort(ports[1]);
    try (ServerSocket free = new ServerSocket(0)) {
      remotePort = free.getLocalPort();
    }
    try (DatagramSocket free = new DatagramSocket(0)) {
      discoveryPort = free.getLocalPort();
    }
    Logger logger = (Logger) LoggerFactory.getLogger("io.kollaps");
    logger.setLevel(Level.INFO);
    log.setContext(logger.getLoggerContext());
    log.start();
    logger.addAppender(log);
  }

  /** Starts both, and returns when both are alive. */
  static TwoNodes start(Path folder, InstantSource clock) throws Exception {
    TwoNodes nodes = new TwoNodes(folder, clock);
    try {
      nodes.daemons.put(1, nodes.daemon(1, true, Optional.empty()));
      nodes.daemons.put(2, nodes.daemon(2, false, Optional.of(nodes.token())));
      nodes.awaitBothAlive();
      return nodes;
    } catch (Exception | AssertionError e) {
      nodes.close();
      throw e;
    }
  }

  private static int freePort(int not) throws IOException {
    for (int i = 0; i < 100; i++) {
      try (ServerSocket first = new ServerSocket(0);
          ServerSocket second = new ServerSocket(first.getLocalPort() + 1);
          DatagramSocket datagrams = new DatagramSocket(first.getLocalPort())) {
        if (Math.abs(first.getLocalPort() - not) > 1 && second.isBound() && datagrams.isBound()) {
          return first.getLocalPort();
        }
      } catch (IOException e) {
        // one of them is taken
      }
    }
    throw new IOException("no two free ports side by side");
  }

  private NodeDaemon daemon(int node, boolean bootstrap, Optional<String> token) throws Exception {
    NodeSettings settings =
        NodeSettings.read(
            Map.of(
                Setting.NODE_FOLDER,
                nodeFolder(node).toString(),
                Setting.NAME,
                "n" + node,
                Setting.ADDRESS,
                HOST,
                Setting.PORT,
                Integer.toString(ports[node]),
                Setting.DISCOVERY_PORT,
                Integer.toString(node == 1 ? discoveryPort : 0),
                Setting.REMOTE_PORT,
                Integer.toString(node == 1 ? remotePort : 0),
                Setting.PROBE,
                "off"),
            Map.of(),
            Optional.empty());
    return NodeDaemon.start(
        new NodeDaemon.Request(
            settings,
            bootstrap,
            token,
            token.isPresent() ? Optional.of(HOST + ":" + ports[1]) : Optional.empty(),
            "test"),
        new NodeClock(clock));
  }

  private Path nodeFolder(int node) {
    return folder.resolve("n" + node);
  }

  ClusterNode first() {
    return daemons.get(1).node();
  }

  ClusterNode second() {
    return daemons.get(2).node();
  }

  int port(int node) {
    return ports[node];
  }

  int discoveryPort() {
    return discoveryPort;
  }

  int remotePort() {
    return remotePort;
  }

  CommandChannel local(int node) {
    return new CommandChannel.Local(nodeFolder(node));
  }

  Path socket(int node) {
    return LocalSocket.in(nodeFolder(node));
  }

  Log log() {
    return log;
  }

  long refusals() {
    return first().refusals().total();
  }

  /** A token that the other tokens do not end with. */
  String token() throws Exception {
    return LocalClient.ask(
            nodeFolder(1), NodeActions.ROTATE_TOKEN, new NodeActions.RotateToken(0, 0, true))
        .token();
  }

  void restartSecond() throws Exception {
    daemons.remove(2).close();
    daemons.put(2, daemon(2, false, Optional.empty()));
    awaitBothAlive();
  }

  void awaitBothAlive() throws Exception {
    long deadline = System.nanoTime() + BOUND_NANOS;
    NodeActions.Nodes reply;
    do {
      reply = LocalClient.ask(nodeFolder(2), NodeActions.NODES, NodeActions.Nothing.NOTHING);
      if (reply.fresh()
          && reply.nodes().stream().filter(node -> node.condition().equals("alive")).count() == 2) {
        return;
      }
      Thread.sleep(50);
    } while (System.nanoTime() < deadline);
    assertThat(reply.nodes()).as("both nodes alive").isNull();
  }

  @Override
  public void close() throws Exception {
    ((Logger) LoggerFactory.getLogger("io.kollaps")).detachAppender(log);
    for (NodeDaemon daemon : daemons.values()) {
      daemon.close();
    }
    daemons.clear();
  }
}
