package io.kollaps.cluster.state;

import io.kollaps.cluster.NodeId;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.apache.ratis.RaftConfigKeys;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.grpc.GrpcTlsConfig;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.SetConfigurationRequest;
import org.apache.ratis.protocol.exceptions.LeaderNotReadyException;
import org.apache.ratis.protocol.exceptions.LeaderSteppingDownException;
import org.apache.ratis.server.DivisionInfo;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.server.RaftServerRpcWithProxy;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;

/** {@link Replication} by Apache Ratis. One per process and cluster. */
public final class RatisReplication implements Replication {
  /** A command is safe within milliseconds, or no majority is there. */
  static final Duration SUBMIT_TIMEOUT = Duration.ofSeconds(10);

  /** A new voter first catches up. */
  static final Duration DIVIDE_TIMEOUT = Duration.ofSeconds(30);

  /** Who founds a cluster is its only voter: there is no leader to wait for. */
  private static final TimeDuration FOUNDING_MIN = TimeDuration.valueOf(10, TimeUnit.MILLISECONDS);

  private static final TimeDuration FOUNDING_MAX = TimeDuration.valueOf(30, TimeUnit.MILLISECONDS);

  // A cluster's commands are small and few: small segments and buffers keep the daemon small.
  private static final SizeInBytes SEGMENT = SizeInBytes.valueOf("4MB");
  private static final SizeInBytes PREALLOCATED = SizeInBytes.valueOf("64KB");
  private static final SizeInBytes APPEND = SizeInBytes.valueOf("1MB");
  private static final SizeInBytes WRITE_BUFFER = SizeInBytes.valueOf("2MB");
  private static final SizeInBytes MESSAGE = SizeInBytes.valueOf("4MB");
  private static final int SNAPSHOTS_KEPT = 2;

  private final ReplicationSettings settings;
  private final RaftGroupId group;
  private final RaftPeerId self;
  private final ClientId client = ClientId.randomId();
  private final AtomicLong calls = new AtomicLong();
  private final ControlStateMachine machine;
  private final RaftServer server;
  private final NodesOnly nodesOnly;
  private final CompletableFuture<RaftServer> started = new CompletableFuture<>();

  /** Tells the owner, and before it whoever makes connections. */
  private final class Told implements Listener {
    private final Listener owner;

    /** Where members were last; also those that have left, since they may come back elsewhere. */
    private final Map<NodeId, String> addresses = new ConcurrentHashMap<>();

    Told(Listener owner) {
      this.owner = owner;
    }

    @Override
    public void changed(ControlState state) {
      PeerPlaces.tell(settings.cluster(), state);
      for (Member member : state.members().values()) {
        String address = PeerPlaces.address(settings.cluster(), member);
        if (!address.equals(addresses.put(member.id(), address))) {
          connectAnew(member.id());
        }
      }
      owner.changed(state);
    }

    @Override
    public void leaderChanged(Optional<NodeId> leader) {
      owner.leaderChanged(leader);
    }

    @Override
    public void failed(String why) {
      owner.failed(why);
    }
  }

  private RatisReplication(
      ReplicationSettings settings, Start start, Member member, Listener listener)
      throws IOException {
    this.settings = settings;
    group = RaftGroupId.valueOf(UUID.fromString(settings.cluster()));
    self = RaftPeerId.valueOf(settings.self().value());
    nodesOnly = new NodesOnly(settings);
    machine = new ControlStateMachine(client, new Told(listener));
    RaftServer.Builder builder =
        RaftServer.newBuilder()
            .setServerId(self)
            .setStateMachine(machine)
            .setProperties(properties(start))
            .setParameters(parameters())
            .setOption(RaftStorage.StartupOption.RECOVER);
    switch (start) {
      case FOUND -> builder.setGroup(RaftGroup.valueOf(group, peer(member, false, 0)));
      // a listener must know from the beginning that it is one
      case FOLLOW -> builder.setGroup(RaftGroup.valueOf(group, peer(member, true, 0)));
      case RECOVER -> builder.setGroup(RaftGroup.valueOf(group, List.of()));
    }
    PeerPlaces.open(settings.cluster());
    try {
      server = builder.build();
      server.start();
    } catch (IOException | RuntimeException e) {
      PeerPlaces.close(settings.cluster());
      throw e;
    }
    started.complete(server);
  }

  /**
   * Makes the connection to a member anew, to where it is now. What is under way on the old one
   * fails: a machine that left the network does not end it.
   */
  private void connectAnew(NodeId member) {
    if (member.equals(settings.self())) {
      return;
    }
    // its closing takes its time, the replication's threads have none
    var _ =
        started.thenAcceptAsync(
            running -> {
              if (running.getServerRpc() instanceof RaftServerRpcWithProxy<?, ?> rpc) {
                rpc.getProxies().resetProxy(RaftPeerId.valueOf(member.value()));
              }
            },
            Thread::startVirtualThread);
  }

  private enum Start {
    FOUND,
    FOLLOW,
    RECOVER
  }

  /** Begins a new cluster with this node as its only voter. */
  public static RatisReplication found(ReplicationSettings settings, Member self, Listener listener)
      throws IOException {
    return new RatisReplication(settings, Start.FOUND, self, listener);
  }

  /** Begins to follow a cluster that has admitted this node. */
  public static RatisReplication follow(
      ReplicationSettings settings, Member self, Listener listener) throws IOException {
    return new RatisReplication(settings, Start.FOLLOW, self, listener);
  }

  /** Goes on from the files of an earlier process, in whatever role they say. */
  public static RatisReplication recover(
      ReplicationSettings settings, Member self, Listener listener) throws IOException {
    return new RatisReplication(settings, Start.RECOVER, self, listener);
  }

  @Override
  public ControlState state() {
    return machine.state();
  }

  @Override
  public Status status() {
    try {
      RaftServer.Division division = server.getDivision(group);
      DivisionInfo info = division.getInfo();
      RaftPeerId leader = info.getLeaderId();
      return new Status(
          info.isLeaderReady(),
          leader == null || leader.toString().isEmpty()
              ? Optional.empty()
              : Optional.of(new NodeId(leader.toString())),
          info.getCurrentTerm(),
          new VoterPlan.Roles(
              ids(division.getRaftConf().getCurrentPeers(RaftPeerRole.FOLLOWER)),
              ids(division.getRaftConf().getCurrentPeers(RaftPeerRole.LISTENER))),
          info.isAlive());
    } catch (IOException e) {
      return new Status(
          false, Optional.empty(), 0, new VoterPlan.Roles(new TreeSet<>(), new TreeSet<>()), false);
    }
  }

  private static SortedSet<NodeId> ids(Collection<RaftPeer> peers) {
    SortedSet<NodeId> ids = new TreeSet<>();
    peers.forEach(peer -> ids.add(new NodeId(peer.getId().toString())));
    return ids;
  }

  @Override
  public CompletableFuture<Outcome> submit(ControlCommand command) {
    RaftClientRequest request =
        RaftClientRequest.newBuilder()
            .setClientId(client)
            .setServerId(self)
            .setGroupId(group)
            .setCallId(calls.incrementAndGet())
            .setMessage(Message.valueOf(ByteString.copyFrom(ControlCodec.encode(command))))
            .setType(RaftClientRequest.writeRequestType())
            .build();
    try {
      return server
          .submitClientRequestAsync(request)
          .orTimeout(SUBMIT_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
          .thenApply(RatisReplication::outcome);
    } catch (IOException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private static Outcome outcome(RaftClientReply reply) {
    requireSuccess(reply);
    try {
      return ControlCodec.decodeOutcome(reply.getMessage().getContent().toByteArray());
    } catch (UnknownFormatException e) {
      throw new IllegalStateException("this process' own answer cannot be read", e);
    }
  }

  private static void requireSuccess(RaftClientReply reply) {
    if (reply.isSuccess()) {
      return;
    }
    if (reply.getNotLeaderException() != null
        || reply.getException() instanceof LeaderNotReadyException
        || reply.getException() instanceof LeaderSteppingDownException) {
      throw new NotLeaderException("this node does not lead the cluster now");
    }
    throw new IllegalStateException("the replication failed: " + reply.getException());
  }

  @Override
  public CompletableFuture<Void> divide(VoterPlan.Roles roles, Optional<NodeId> heir) {
    ControlState now = state();
    SetConfigurationRequest.Arguments arguments =
        SetConfigurationRequest.Arguments.newBuilder()
            .setServersInNewConf(peers(now, roles.voters(), false, heir))
            .setListenersInNewConf(peers(now, roles.listeners(), true, Optional.empty()))
            .build();
    try {
      return server
          .setConfigurationAsync(
              new SetConfigurationRequest(client, self, group, calls.incrementAndGet(), arguments))
          .orTimeout(DIVIDE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
          .thenAccept(RatisReplication::requireSuccess);
    } catch (IOException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private List<RaftPeer> peers(
      ControlState state, SortedSet<NodeId> which, boolean listener, Optional<NodeId> heir) {
    return which.stream()
        .flatMap(node -> Stream.ofNullable(state.members().get(node)))
        .map(member -> peer(member, listener, heir.equals(Optional.of(member.id())) ? 1 : 0))
        .toList();
  }

  private RaftPeer peer(Member member, boolean listener, int priority) {
    return RaftPeer.newBuilder()
        .setId(member.id().value())
        .setAddress(PeerPlaces.address(settings.cluster(), member))
        .setPriority(priority)
        .setStartupRole(listener ? RaftPeerRole.LISTENER : RaftPeerRole.FOLLOWER)
        .build();
  }

  @Override
  public void cut() {
    nodesOnly.cut();
  }

  @Override
  public void close() {
    try (nodesOnly) {
      server.close();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException("the replication did not close in order", e);
    } finally {
      PeerPlaces.close(settings.cluster());
    }
  }

  private Parameters parameters() {
    Parameters parameters = new Parameters();
    GrpcConfigKeys.TLS.setConf(
        parameters, new GrpcTlsConfig(settings.keys(), settings.trust(), true));
    GrpcConfigKeys.Server.setServicesCustomizer(parameters, nodesOnly);
    return parameters;
  }

  private RaftProperties properties(Start start) {
    RaftProperties properties = new RaftProperties();
    RaftServerConfigKeys.setStorageDir(properties, List.of(settings.folder().toFile()));
    RaftConfigKeys.Rpc.setType(properties, new CalmListeners());
    GrpcConfigKeys.Server.setPort(properties, settings.port());
    GrpcConfigKeys.setMessageSizeMax(properties, MESSAGE);
    TimeDuration min = duration(settings.electionMin());
    TimeDuration max = duration(settings.electionMax());
    RaftServerConfigKeys.Rpc.setTimeoutMin(properties, min);
    RaftServerConfigKeys.Rpc.setTimeoutMax(properties, max);
    boolean alone = start == Start.FOUND;
    RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMin(properties, alone ? FOUNDING_MIN : min);
    RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMax(properties, alone ? FOUNDING_MAX : max);
    // from one voter to three in one step: they have caught up as listeners before
    RaftServerConfigKeys.LeaderElection.setMemberMajorityAdd(properties, true);
    RaftServerConfigKeys.Log.setSegmentSizeMax(properties, SEGMENT);
    RaftServerConfigKeys.Log.setPreallocatedSize(properties, PREALLOCATED);
    RaftServerConfigKeys.Log.setWriteBufferSize(properties, WRITE_BUFFER);
    RaftServerConfigKeys.Log.Appender.setBufferByteLimit(properties, APPEND);
    RaftServerConfigKeys.Log.setPurgeUptoSnapshotIndex(properties, true);
    RaftServerConfigKeys.Log.setPurgeGap(properties, 1);
    RaftServerConfigKeys.Snapshot.setAutoTriggerEnabled(properties, true);
    RaftServerConfigKeys.Snapshot.setAutoTriggerThreshold(
        properties, settings.snapshotAfterCommands());
    RaftServerConfigKeys.Snapshot.setRetentionFileNum(properties, SNAPSHOTS_KEPT);
    return properties;
  }

  private static TimeDuration duration(Duration duration) {
    return TimeDuration.valueOf(duration.toMillis(), TimeUnit.MILLISECONDS);
  }
}
