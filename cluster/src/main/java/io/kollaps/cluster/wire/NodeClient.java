package io.kollaps.cluster.wire;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ConnectivityState;
import io.grpc.ForwardingClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslProvider;
import io.grpc.stub.AbstractStub;
import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.generated.AdmissionGrpc;
import io.kollaps.cluster.generated.JoinReply;
import io.kollaps.cluster.generated.JoinRequest;
import io.kollaps.cluster.generated.MembershipGrpc;
import io.kollaps.cluster.generated.StepRequest;
import io.kollaps.cluster.security.ClusterTrust;
import io.kollaps.cluster.security.NodeKeys;
import io.kollaps.cluster.security.TokenTrust;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Calls other nodes over mutual TLS. Each call has a deadline. Keeps one connection to each node.
 */
public final class NodeClient implements AutoCloseable {
  /** Longest wait for an answer: a change of the state may take a while when a voter is lost. */
  public static final Duration DEADLINE = Duration.ofSeconds(15);

  /**
   * A connection that could not be made is tried again after this, when somebody calls. Left to
   * itself the library waits up to two minutes, in which every call fails at once: a node that was
   * away would be back for a while before anybody could ask it.
   */
  static final Duration RECONNECT = Duration.ofSeconds(1);

  /** A machine that does not even refuse a connection counts as not reached after this. */
  private static final int CONNECT_MILLIS = 5_000;

  private static final long IDLE_MINUTES = 5;
  private static final long CLOSE_SECONDS = 1;

  private final NodeKeys keys;
  private final ClusterTrust trust;
  private final Map<Target, Connection> connections = new HashMap<>();

  /** Streams have a connection of their own: they must not use up the calls of the other one. */
  private record Target(NodeId node, String host, int port, boolean streams) {}

  private record Connection(ManagedChannel channel, long openedNanos) {
    boolean failed(long nowNanos) {
      return nowNanos - openedNanos > RECONNECT.toNanos()
          && channel.getState(false) == ConnectivityState.TRANSIENT_FAILURE;
    }
  }

  /** With this node's certificate and whom it trusts. */
  public NodeClient(NodeKeys keys, ClusterTrust trust) {
    this.keys = keys;
    this.trust = trust;
  }

  /**
   * Calls a member.
   *
   * @param node who must answer; another node at that address is refused
   * @param call one call on the stub
   * @throws CallFailure when it cannot be reached, refuses, or does not answer in time
   */
  public <R> R call(
      NodeId node, String host, int port, Function<MembershipGrpc.MembershipBlockingStub, R> call)
      throws CallFailure {
    return call(node, host, port, MembershipGrpc::newBlockingStub, DEADLINE, call);
  }

  /**
   * Calls a member by another service.
   *
   * @param node who must answer; another node at that address is refused
   * @param stubs makes the service's stub
   * @param deadline longest wait for the answer
   * @param call one call on the stub
   * @throws CallFailure when it cannot be reached, refuses, or does not answer in time
   */
  public <S extends AbstractStub<S>, R> R call(
      NodeId node,
      String host,
      int port,
      Function<Channel, S> stubs,
      Duration deadline,
      Function<S, R> call)
      throws CallFailure {
    try {
      return call.apply(
          stubs
              .apply(channel(new Target(node, host, port, false)))
              .withDeadlineAfter(deadline.toMillis(), TimeUnit.MILLISECONDS));
    } catch (StatusRuntimeException e) {
      throw CallFailure.of("node " + node + " at " + host + " port " + port, e);
    }
  }

  /**
   * The connection to a member for calls that last: streams. They have no deadline of their own.
   *
   * @param node who must answer; another node at that address is refused
   */
  public Channel streams(NodeId node, String host, int port) {
    return channel(new Target(node, host, port, true));
  }

  /** What became of a stream that failed. */
  public static CallFailure failure(NodeId node, StatusRuntimeException e) {
    return CallFailure.of("node " + node, e);
  }

  private synchronized ManagedChannel channel(Target target) {
    long now = System.nanoTime();
    Connection known = connections.get(target);
    if (known != null && !known.failed(now)) {
      return known.channel();
    }
    if (known != null) {
      known.channel().shutdown(); // no call is on it: it was never made, or has ended
    }
    ManagedChannel fresh = open(target.host(), target.port(), keys, trust.only(target.node()));
    connections.put(target, new Connection(fresh, now));
    return fresh;
  }

  /** Ends the connections to nodes that are not wanted any more. */
  public void retain(Predicate<NodeId> wanted) {
    List<ManagedChannel> unwanted = new ArrayList<>();
    synchronized (this) {
      connections
          .entrySet()
          .removeIf(
              entry -> {
                boolean ends = !wanted.test(entry.getKey().node());
                if (ends) {
                  unwanted.add(entry.getValue().channel());
                }
                return ends;
              });
    }
    unwanted.forEach(ManagedChannel::shutdownNow);
  }

  /**
   * A connection for asking to be let in, without a certificate.
   *
   * @param trust knows the cluster by the token's digest
   */
  public static Admission admission(String host, int port, TokenTrust trust) {
    return new Admission(host, port, open(host, port, null, trust));
  }

  /**
   * Asks once to be let in, without a certificate.
   *
   * @param trust knows the cluster by the token's digest
   * @throws CallFailure when nobody of that cluster answers there, or refuses the call itself
   */
  public static JoinReply join(String host, int port, TokenTrust trust, JoinRequest request)
      throws CallFailure {
    try (Admission admission = admission(host, port, trust)) {
      return admission.join(request);
    }
  }

  /** The calls of a machine that is no member yet. */
  public static final class Admission implements AutoCloseable {
    private final String who;
    private final ManagedChannel channel;

    private Admission(String host, int port, ManagedChannel channel) {
      who = host + " port " + port;
      this.channel = channel;
    }

    /**
     * Asks to be let in.
     *
     * @throws CallFailure when nobody of that cluster answers there, or refuses the call itself
     */
    public JoinReply join(JoinRequest request) throws CallFailure {
      return call(stub -> stub.join(request));
    }

    /**
     * Says where the join stands.
     *
     * @throws CallFailure when nobody of that cluster answers there, or refuses the call itself
     */
    public JoinReply step(StepRequest request) throws CallFailure {
      return call(stub -> stub.step(request));
    }

    private JoinReply call(Function<AdmissionGrpc.AdmissionBlockingStub, JoinReply> call)
        throws CallFailure {
      try {
        return call.apply(
            AdmissionGrpc.newBlockingStub(channel)
                .withDeadlineAfter(DEADLINE.toMillis(), TimeUnit.MILLISECONDS));
      } catch (StatusRuntimeException e) {
        throw CallFailure.of(who, e);
      }
    }

    @Override
    public void close() {
      NodeClient.close(channel);
    }
  }

  private static ManagedChannel open(
      String host, int port, @Nullable KeyManager keys, TrustManager trust) {
    try {
      SslContextBuilder tls =
          GrpcSslContexts.configure(SslContextBuilder.forClient(), SslProvider.JDK)
              .trustManager(trust);
      if (keys != null) {
        tls = tls.keyManager(keys);
      }
      return NettyChannelBuilder.forAddress(new InetSocketAddress(host, port))
          .sslContext(tls.build())
          .intercept(new SendsRange())
          .maxInboundMessageSize(NodeServer.MAX_MESSAGE_BYTES)
          .idleTimeout(IDLE_MINUTES, TimeUnit.MINUTES)
          .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
          .build();
    } catch (SSLException e) {
      throw new IllegalStateException("this Java has no TLS as it is needed", e);
    }
  }

  /** Closes the connections. */
  @Override
  public synchronized void close() {
    connections.values().forEach(connection -> close(connection.channel()));
    connections.clear();
  }

  private static void close(ManagedChannel channel) {
    channel.shutdownNow();
    try {
      var _ = channel.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A call that came to nothing. */
  public static final class CallFailure extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean answered;

    private CallFailure(String message, boolean answered, Throwable cause) {
      super(message, cause);
      this.answered = answered;
    }

    /** True when the other node answered and refused: another try comes to the same. */
    public boolean answered() {
      return answered;
    }

    static CallFailure of(String who, StatusRuntimeException e) {
      Status status = e.getStatus();
      String why = deepest(status);
      return switch (status.getCode()) {
        case FAILED_PRECONDITION,
            UNAUTHENTICATED,
            PERMISSION_DENIED,
            INVALID_ARGUMENT,
            INTERNAL,
            RESOURCE_EXHAUSTED ->
            new CallFailure(who + " refused: " + why, true, e);
        case DEADLINE_EXCEEDED -> new CallFailure(who + " did not answer in time", false, e);
        default -> new CallFailure(who + " cannot be reached: " + why, false, e);
      };
    }

    private static String deepest(Status status) {
      Throwable cause = status.getCause();
      if (cause == null) {
        return String.valueOf(status.getDescription());
      }
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      return String.valueOf(cause.getMessage());
    }
  }

  private static final class SendsRange implements ClientInterceptor {
    @Override
    public <Q, R> ClientCall<Q, R> interceptCall(
        MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
      return new ForwardingClientCall.SimpleForwardingClientCall<>(next.newCall(method, options)) {
        @Override
        public void start(ClientCall.Listener<R> listener, Metadata headers) {
          headers.put(Protocol.RANGE, Protocol.range());
          super.start(listener, headers);
        }
      };
    }
  }
}
