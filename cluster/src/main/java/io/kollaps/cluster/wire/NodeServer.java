package io.kollaps.cluster.wire;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.nio.NioEventLoopGroup;
import io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslProvider;
import io.grpc.netty.shaded.io.netty.util.concurrent.DefaultThreadFactory;
import io.grpc.stub.StreamObserver;
import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.connection.Connections;
import io.kollaps.cluster.generated.AdmissionGrpc;
import io.kollaps.cluster.generated.AnnounceRequest;
import io.kollaps.cluster.generated.JoinReply;
import io.kollaps.cluster.generated.JoinRequest;
import io.kollaps.cluster.generated.ManageReply;
import io.kollaps.cluster.generated.ManageRequest;
import io.kollaps.cluster.generated.MembershipGrpc;
import io.kollaps.cluster.generated.Outcome;
import io.kollaps.cluster.generated.RenewReply;
import io.kollaps.cluster.generated.RenewRequest;
import io.kollaps.cluster.generated.ReportReply;
import io.kollaps.cluster.generated.ReportRequest;
import io.kollaps.cluster.generated.StepRequest;
import io.kollaps.cluster.generated.TakeAuthorityRequest;
import io.kollaps.cluster.security.ClusterTrust;
import io.kollaps.cluster.security.NodeKeys;
import io.kollaps.cluster.security.Refusals;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves the calls of other nodes over TLS. */
public final class NodeServer implements AutoCloseable {
  /** Largest message either way; a document of the state fits with room to spare. */
  public static final int MAX_MESSAGE_BYTES = 1024 * 1024;

  private static final int MAX_HEADER_BYTES = 8 * 1024;
  private static final int MAX_CALLS_PER_CONNECTION = 32;
  private static final long HANDSHAKE_SECONDS = 10;
  private static final long IDLE_MINUTES = 10;
  private static final long CLOSE_SECONDS = 2;
  private static final int THREADS = 2;

  /** Streams that the other side resets in {@link #RESETS_SECONDS}: more than any node does. */
  private static final int MAX_RESETS = 200;

  private static final int RESETS_SECONDS = 30;
  private static final Logger LOG = LoggerFactory.getLogger(NodeServer.class);

  private final Server server;
  private final ExecutorService threads;
  private final NioEventLoopGroup loops;
  private final ConnectionLog connectionLog;
  private final Connections connections;
  private final Predicate<NodeId> member;

  private NodeServer(
      Server server,
      ExecutorService threads,
      NioEventLoopGroup loops,
      ConnectionLog connectionLog,
      Connections connections,
      Predicate<NodeId> member) {
    this.server = server;
    this.threads = threads;
    this.loops = loops;
    this.connectionLog = connectionLog;
    this.connections = connections;
    this.member = member;
  }

  /**
   * Begins to serve at every address of this machine.
   *
   * @param port TCP port
   * @param keys shows this node's certificate
   * @param trust checks those of callers
   * @param member who may call, but for a join
   * @param calls what is answered
   * @param more further services; their calls are let through as those of members are, and find who
   *     calls by {@link #caller}
   * @param refusals is told of what was refused
   * @throws IOException when the port cannot be listened on
   */
  public static NodeServer start(
      int port,
      NodeKeys keys,
      ClusterTrust trust,
      Predicate<NodeId> member,
      NodeCalls calls,
      List<BindableService> more,
      Refusals refusals)
      throws IOException {
    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    NioEventLoopGroup loops =
        new NioEventLoopGroup(THREADS, new DefaultThreadFactory("kollaps-calls", true));
    Connections connections = new Connections(refusals, System::nanoTime);
    NettyServerBuilder builder =
        NettyServerBuilder.forPort(port)
            .sslContext(
                GrpcSslContexts.configure(SslContextBuilder.forServer(keys), SslProvider.JDK)
                    .trustManager(trust)
                    .clientAuth(ClientAuth.OPTIONAL)
                    .build())
            .channelFactory(() -> new LimitedAcceptor(connections))
            .bossEventLoopGroup(loops)
            .workerEventLoopGroup(loops)
            .executor(threads)
            .intercept(new Callers(member, refusals, connections))
            .addService(readLate(new Admission(calls)))
            .addService(readLate(new Membership(calls)))
            .maxRstFramesPerWindow(MAX_RESETS, RESETS_SECONDS)
            .maxInboundMessageSize(MAX_MESSAGE_BYTES)
            .maxInboundMetadataSize(MAX_HEADER_BYTES)
            .maxConcurrentCallsPerConnection(MAX_CALLS_PER_CONNECTION)
            .handshakeTimeout(HANDSHAKE_SECONDS, TimeUnit.SECONDS)
            .maxConnectionIdle(IDLE_MINUTES, TimeUnit.MINUTES);
    more.forEach(service -> builder.addService(readLate(service)));
    Server server = builder.build();
    ConnectionLog connectionLog = ConnectionLog.install(refusals);
    try {
      return new NodeServer(server.start(), threads, loops, connectionLog, connections, member);
    } catch (IOException e) {
      threads.shutdown();
      var _ = loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
      connectionLog.close();
      throw new IOException(
          "cannot listen on TCP port "
              + port
              + " ("
              + e.getMessage()
              + "); end what uses it, or choose another --port",
          e);
    }
  }

  /** A service whose messages are read behind the interceptors, which see those that are none. */
  private static ServerServiceDefinition readLate(BindableService service) {
    return ServerInterceptors.useInputStreamMessages(service.bindService());
  }

  /**
   * Ends the connections of nodes that are no members any more, and those of strangers that are
   * older than any join. To be called every now and then, and when a member goes.
   */
  public void cut() {
    connections.cut(member);
  }

  /** The member whose call is being served on this thread. */
  public static NodeId caller() {
    return Callers.CALLER.get();
  }

  /** Lets calls that are under way end for a moment, then stops. */
  @Override
  public void close() {
    server.shutdown();
    try {
      if (!server.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        server.shutdownNow();
      }
    } catch (InterruptedException e) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    }
    threads.shutdownNow();
    var _ = loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    connectionLog.close();
  }

  /**
   * Answers a call by what a method gives: a message that a record refuses is the caller's mistake,
   * anything else is told and logged as this node's.
   */
  public static <R> void answer(StreamObserver<R> to, Supplier<R> call) {
    R answer;
    try {
      answer = call.get();
    } catch (IllegalArgumentException e) {
      // a record refused what the message holds
      String why = Refusals.plain(String.valueOf(e.getMessage()));
      Callers.REFUSALS.get().refused("call", String.valueOf(Callers.ADDRESS.get()), why);
      to.onError(Status.INVALID_ARGUMENT.withDescription(why).asRuntimeException());
      return;
    } catch (RuntimeException e) {
      LOG.error("a call from {} failed", Callers.ADDRESS.get(), e);
      to.onError(
          Status.INTERNAL
              .withDescription("it failed on the other node; its log says why")
              .asRuntimeException());
      return;
    }
    to.onNext(answer);
    to.onCompleted();
  }

  private static final class Admission extends AdmissionGrpc.AdmissionImplBase
      implements BindableService {
    private final NodeCalls calls;

    Admission(NodeCalls calls) {
      this.calls = calls;
    }

    @Override
    public void join(JoinRequest request, StreamObserver<JoinReply> to) {
      String address = Callers.ADDRESS.get();
      answer(to, () -> calls.join(request, address));
    }

    @Override
    public void step(StepRequest request, StreamObserver<JoinReply> to) {
      String address = Callers.ADDRESS.get();
      answer(to, () -> calls.step(request, address));
    }
  }

  private static final class Membership extends MembershipGrpc.MembershipImplBase {
    private final NodeCalls calls;

    Membership(NodeCalls calls) {
      this.calls = calls;
    }

    @Override
    public void announce(AnnounceRequest request, StreamObserver<Outcome> to) {
      NodeId caller = Callers.CALLER.get();
      answer(to, () -> calls.announce(caller, request));
    }

    @Override
    public void renewCertificate(RenewRequest request, StreamObserver<RenewReply> to) {
      NodeId caller = Callers.CALLER.get();
      answer(to, () -> calls.renew(caller, request));
    }

    @Override
    public void takeAuthority(TakeAuthorityRequest request, StreamObserver<Outcome> to) {
      NodeId caller = Callers.CALLER.get();
      answer(to, () -> calls.takeAuthority(caller, request));
    }

    @Override
    public void manage(ManageRequest request, StreamObserver<ManageReply> to) {
      NodeId caller = Callers.CALLER.get();
      answer(to, () -> calls.manage(caller, request));
    }

    @Override
    public void report(ReportRequest request, StreamObserver<ReportReply> to) {
      NodeId caller = Callers.CALLER.get();
      answer(to, () -> calls.report(caller));
    }
  }
}
