package io.kollaps.node.daemon;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.capacity.NodeProfile;
import io.kollaps.cluster.join.Applicant;
import io.kollaps.cluster.security.ClusterAuthority;
import io.kollaps.cluster.security.CredentialStore;
import io.kollaps.cluster.security.JoinToken;
import io.kollaps.cluster.security.NodeCredentials;
import io.kollaps.cluster.security.NodeKey;
import io.kollaps.cluster.security.NodeKeys;
import io.kollaps.cluster.security.SecurityFailure;
import io.kollaps.cluster.state.Member;
import io.kollaps.cluster.wire.Protocol;
import io.kollaps.node.local.LocalActions;
import io.kollaps.node.local.LocalServer;
import io.kollaps.node.local.RemoteServer;
import io.kollaps.node.probe.IperfProbe;
import io.kollaps.node.probe.ProbeException;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The daemon: one node of a cluster, from its start to its end. */
public final class NodeDaemon implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NodeDaemon.class);

  private final NodeFolder folder;
  private final CompletableFuture<End> end = new CompletableFuture<>();
  private final ClusterNode node;
  private final LocalServer local;
  private final Optional<RemoteServer> remote;
  private final boolean founded;

  /**
   * Why a node ended.
   *
   * @param why for people
   * @param left whether it left the cluster
   * @param asked whether the process was asked to stop
   */
  public record End(String why, boolean left, boolean asked) {}

  /**
   * How to start.
   *
   * @param settings of the node
   * @param bootstrap whether to make a cluster, where the node is in none
   * @param token to join with, where the node is in none
   * @param via {@code HOST} or {@code HOST:PORT} of a node to ask; empty: by broadcast
   * @param software version of Kollaps
   */
  public record Request(
      NodeSettings settings,
      boolean bootstrap,
      Optional<String> token,
      Optional<String> via,
      String software) {}

  private NodeDaemon(NodeFolder folder, Request request, NodeClock clock)
      throws DaemonFailure, IOException, InterruptedException {
    this.folder = folder;
    IperfProbe probe = new IperfProbe(request.settings().measuring().probePort());
    ProbeStation station = new ProbeStation(probe);
    Origin origin;
    try {
      origin = new Beginning(folder, request, clock, probe, station).origin();
      founded = origin.kind() == Origin.Kind.BOOTSTRAP;
      node =
          ClusterNode.start(
              request.settings(),
              folder,
              clock,
              origin,
              station,
              (why, left) -> end.complete(new End(why, left, false)));
    } catch (DaemonFailure | IOException | InterruptedException | RuntimeException e) {
      station.close();
      throw e;
    }
    AccessTokens access = new AccessTokens(node);
    LocalActions actions =
        access.addTo(node.deployment().addTo(new NodeHandlers(node).addTo(new LocalActions())));
    try {
      remote = remote(request.settings().remotePort(), actions, access);
      local = LocalServer.start(folder.path(), actions);
    } catch (IOException e) {
      node.close();
      throw e;
    }
    LOG.info(
        "node {} ({}) serves at {} port {}; cluster {}",
        origin.self().name(),
        origin.self().id(),
        origin.self().host(),
        origin.self().port(),
        origin.credentials().cluster());
  }

  private Optional<RemoteServer> remote(int port, LocalActions actions, AccessTokens access)
      throws IOException {
    return port == 0
        ? Optional.empty()
        : Optional.of(
            RemoteServer.start(
                port, new NodeKeys(node::credentials), actions, access, node.refusals()));
  }

  /**
   * Starts a node, and returns when it serves.
   *
   * @throws DaemonFailure when it does not come to that; the message says what to do
   */
  public static NodeDaemon start(Request request)
      throws DaemonFailure, IOException, InterruptedException {
    return start(request, new NodeClock());
  }

  static NodeDaemon start(Request request, NodeClock clock)
      throws DaemonFailure, IOException, InterruptedException {
    QuietLibraries.install();
    NodeFolder folder = NodeFolder.take(request.settings().folder());
    try {
      return new NodeDaemon(folder, request, clock);
    } catch (DaemonFailure | IOException | InterruptedException | RuntimeException e) {
      folder.close();
      throw e;
    }
  }

  ClusterNode node() {
    return node;
  }

  /** Whether the node has made a new cluster. */
  public boolean founded() {
    return founded;
  }

  /** Waits until the node ends by itself, if it does. */
  public End await() throws InterruptedException {
    try {
      return end.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("the end of the node is not told by an exception", e);
    }
  }

  /** Ends the waiting: the process was asked to stop. */
  public void stop(String why) {
    end.complete(new End(why, false, true));
  }

  /** Stops serving; the node stays a member unless it left. */
  @Override
  public void close() throws IOException {
    if (remote.isPresent()) {
      remote.get().close();
    }
    local.close();
    node.close();
    boolean left = end.isDone() && !end.isCompletedExceptionally() && end.join().left();
    if (left) {
      folder.forgetCluster();
    }
    folder.close();
  }

  /** Decides how a node begins, and makes or finds what it needs for it. */
  private static final class Beginning {
    private final NodeFolder folder;
    private final Request request;
    private final NodeClock clock;
    private final CredentialStore store;
    private final IperfProbe probe;
    private final ProbeStation station;
    private final SecureRandom random = new SecureRandom();

    Beginning(
        NodeFolder folder, Request request, NodeClock clock, IperfProbe probe, ProbeStation station)
        throws IOException {
      this.folder = folder;
      this.request = request;
      this.clock = clock;
      this.probe = probe;
      this.station = station;
      store = folder.credentials();
    }

    Origin origin() throws DaemonFailure, IOException, InterruptedException {
      if (folder.isForming()) {
        beginAnew();
      }
      Optional<NodeCredentials> known = known(store::load);
      if (known.isPresent()) {
        missingPrograms().ifPresent(problem -> LOG.warn("{}", problem));
        return returned(known.get());
      }
      if (request.bootstrap() || request.token().isPresent()) {
        Optional<String> missing = missingPrograms();
        if (missing.isPresent()) {
          throw DaemonFailure.failed(missing.get());
        }
      }
      if (request.bootstrap()) {
        return bootstrap();
      }
      if (request.token().isPresent()) {
        return join(request.token().get());
      }
      throw DaemonFailure.badInput(
          "this node is in no cluster yet: make one with --bootstrap, or join one with --join"
              + " TOKEN");
    }

    /** What of a cluster was made before the process ended, nobody else has seen: it goes. */
    private void beginAnew() throws DaemonFailure, IOException {
      if (!request.bootstrap()) {
        throw DaemonFailure.failed(
            "the cluster that was begun in "
                + request.settings().folder()
                + " was not formed to the end; start this node with --bootstrap again, or remove"
                + " that folder");
      }
      LOG.info("the cluster that was begun here was not formed to the end; it is begun anew");
      folder.forgetCluster();
      var _ = folder.credentials(); // its folder is needed again
      folder.formed();
    }

    private Optional<String> missingPrograms() {
      if (!request.settings().measuring().on()) {
        return Optional.empty();
      }
      try {
        probe.require();
        return Optional.empty();
      } catch (ProbeException e) {
        return Optional.of(String.valueOf(e.getMessage()));
      }
    }

    private Origin returned(NodeCredentials credentials) throws DaemonFailure, IOException {
      Instant until = credentials.certificate().getNotAfter().toInstant();
      if (clock.wall().instant().isAfter(until)) {
        throw DaemonFailure.failed(
            "this node's certificate counted until "
                + until
                + "; remove "
                + request.settings().folder()
                + " and join again");
      }
      if (request.bootstrap() || request.token().isPresent()) {
        LOG.info("this node is a member of cluster {} and goes back to it", credentials.cluster());
      }
      return new Origin(
          Origin.Kind.RETURNED,
          self(credentials.node(), Optional.empty()),
          credentials,
          known(store::loadAuthority),
          Optional.empty(),
          Set.of(),
          folder.admission());
    }

    private Origin bootstrap() throws DaemonFailure, IOException {
      NodeId id = folder.identity();
      Instant now = clock.wall().instant();
      ClusterAuthority authority =
          ClusterAuthority.create(UUID.randomUUID().toString(), now, random);
      NodeKey key = NodeKey.create(random);
      try {
        NodeCredentials credentials =
            NodeCredentials.of(
                key.secret(),
                authority.certify(
                    key.signingRequest(id), id, now, request.settings().certificateLife(), random),
                authority.certificate());
        folder.forming();
        store.saveAuthority(authority);
        store.save(credentials);
        return new Origin(
            Origin.Kind.BOOTSTRAP,
            self(id, Optional.empty()),
            credentials,
            Optional.of(authority),
            Optional.empty(),
            Set.of(),
            0);
      } catch (SecurityFailure e) {
        throw new IllegalStateException("a new authority refuses its first node", e);
      }
    }

    private Origin join(String text) throws DaemonFailure, IOException, InterruptedException {
      JoinToken token;
      try {
        token = JoinToken.parse(text);
      } catch (SecurityFailure e) {
        throw DaemonFailure.badInput(String.valueOf(e.getMessage()));
      }
      Optional<InetSocketAddress> via = Optional.empty();
      if (request.via().isPresent()) {
        via = Optional.of(address(request.via().get(), request.settings().port()));
      } else if (request.settings().discoveryPort() == 0) {
        throw DaemonFailure.badInput(
            "with --discovery-port 0 nobody is looked for; name a node with --via HOST");
      }
      Member self = self(folder.identity(), via);
      NodeProfile profile =
          Interfaces.profile(
              self.id(), self.host(), request.settings().measuring().nicBitsPerSecond());
      return new Joiner(
              request.settings(),
              token,
              via,
              new Applicant(self, token.id(), profile),
              folder.nextSession(System.currentTimeMillis()),
              folder,
              station,
              clock.wall())
          .join();
    }

    private Member self(NodeId id, Optional<InetSocketAddress> towards) throws DaemonFailure {
      NodeSettings settings = request.settings();
      String host = settings.address().orElseGet(() -> ownAddress(towards));
      try {
        return new Member(
            id,
            settings.name(),
            host,
            settings.port(),
            0,
            Member.Mode.ACTIVE,
            Protocol.OLDEST,
            Protocol.NEWEST,
            request.software());
      } catch (IllegalArgumentException e) {
        throw DaemonFailure.badInput(String.valueOf(e.getMessage()));
      }
    }

    @FunctionalInterface
    private interface Load<T> {
      Optional<T> load() throws IOException, SecurityFailure;
    }

    private static <T> Optional<T> known(Load<T> load) throws DaemonFailure, IOException {
      try {
        return load.load();
      } catch (SecurityFailure e) {
        throw DaemonFailure.failed(String.valueOf(e.getMessage()));
      }
    }
  }

  private static InetSocketAddress address(String via, int standardPort) throws DaemonFailure {
    int colon = via.lastIndexOf(':');
    boolean withPort = colon > 0 && (via.indexOf(':') == colon || via.charAt(colon - 1) == ']');
    String host = withPort ? via.substring(0, colon) : via;
    try {
      int port = withPort ? Integer.parseInt(via.substring(colon + 1)) : standardPort;
      return InetSocketAddress.createUnresolved(host.replaceAll("[\\[\\]]", ""), port);
    } catch (IllegalArgumentException e) {
      throw DaemonFailure.badInput("--via is HOST or HOST:PORT, not '" + via + "'");
    }
  }

  /** The address that this machine uses towards a node, or its first one that is no loopback. */
  private static String ownAddress(Optional<InetSocketAddress> towards) {
    if (towards.isPresent()) {
      try (DatagramSocket probe = new DatagramSocket()) {
        // for UDP this sends nothing: the kernel picks the route and with it the address
        probe.connect(
            new InetSocketAddress(towards.get().getHostString(), towards.get().getPort()));
        InetAddress local = probe.getLocalAddress();
        if (!local.isAnyLocalAddress()) {
          return local.getHostAddress();
        }
      } catch (IOException | RuntimeException e) {
        LOG.debug("no route towards {}: {}", towards.get(), e.getMessage());
      }
    }
    try {
      return NetworkInterface.networkInterfaces()
          .filter(NodeDaemon::usable)
          .sorted(Comparator.comparingInt(NetworkInterface::getIndex))
          .map(NetworkInterface::getInterfaceAddresses)
          .flatMap(List::stream)
          .map(InterfaceAddress::getAddress)
          .filter(address -> address instanceof Inet4Address)
          .map(InetAddress::getHostAddress)
          .findFirst()
          .orElse("127.0.0.1");
    } catch (SocketException e) {
      return "127.0.0.1";
    }
  }

  private static boolean usable(NetworkInterface device) {
    try {
      return device.isUp() && !device.isLoopback();
    } catch (SocketException e) {
      return false;
    }
  }
}
