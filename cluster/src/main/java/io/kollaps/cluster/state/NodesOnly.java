package io.kollaps.cluster.state;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.connection.Connections;
import io.kollaps.cluster.security.ClusterTrust;
import io.kollaps.cluster.security.Refusals;
import java.net.InetSocketAddress;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.apache.ratis.grpc.server.GrpcServices;
import org.apache.ratis.thirdparty.io.grpc.Grpc;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.ServerCallHandler;
import org.apache.ratis.thirdparty.io.grpc.ServerInterceptor;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyServerBuilder;
import org.apache.ratis.thirdparty.io.netty.channel.nio.NioEventLoopGroup;
import org.apache.ratis.thirdparty.io.netty.util.concurrent.DefaultThreadFactory;

/**
 * Leaves of the replication's services only those by which voters and listeners follow one another,
 * to nodes that may take part. Its client and administration calls, which would let any node change
 * anything, are used inside the leader's process alone.
 */
final class NodesOnly implements GrpcServices.Customizer, ServerInterceptor, AutoCloseable {
  private static final String SERVICE = "ratis.grpc.RaftServerProtocolService";
  private static final int MAX_HEADER_BYTES = 8 * 1024;
  private static final long HANDSHAKE_SECONDS = 10;
  private static final int THREADS = 2;

  /** Streams reset by the other side: more than any node does. */
  private static final int MAX_RESETS = 200;

  private static final int RESETS_SECONDS = 30;

  private final ClusterTrust trust;
  private final Predicate<NodeId> mayTakePart;
  private final Refusals refusals;
  private final Connections connections;
  private final NioEventLoopGroup loops =
      new NioEventLoopGroup(THREADS, new DefaultThreadFactory("kollaps-replication", true));

  NodesOnly(ReplicationSettings settings) {
    this.trust = settings.trust();
    this.mayTakePart = settings.mayTakePart();
    this.refusals = settings.refusals();
    connections = new Connections(settings.refusals(), System::nanoTime);
  }

  @Override
  public NettyServerBuilder customize(
      NettyServerBuilder builder, EnumSet<GrpcServices.Type> types) {
    return builder
        .channelFactory(() -> new LimitedAcceptor(connections))
        .bossEventLoopGroup(loops)
        .workerEventLoopGroup(loops)
        .handshakeTimeout(HANDSHAKE_SECONDS, TimeUnit.SECONDS)
        .maxInboundMetadataSize(MAX_HEADER_BYTES)
        .maxRstFramesPerWindow(MAX_RESETS, RESETS_SECONDS)
        .intercept(this);
  }

  /** Ends the connections of those who may not take part any more. */
  void cut() {
    connections.cut(mayTakePart);
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    InetSocketAddress from =
        (InetSocketAddress) call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
    if (!SERVICE.equals(call.getMethodDescriptor().getServiceName())) {
      return refuse(call, from, "not offered between nodes");
    }
    try {
      NodeId caller = trust.check(chain(call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION)));
      connections.belongsTo(from, caller);
      return mayTakePart.test(caller)
          ? next.startCall(call, headers)
          : refuse(call, from, "node " + caller + " is no member of the cluster any more");
    } catch (CertificateException e) {
      return refuse(call, from, String.valueOf(e.getMessage()));
    }
  }

  private static X509Certificate[] chain(SSLSession session) throws CertificateException {
    try {
      return Arrays.stream(session.getPeerCertificates())
          .map(X509Certificate.class::cast)
          .toArray(X509Certificate[]::new);
    } catch (SSLPeerUnverifiedException e) {
      throw new CertificateException("no certificate was shown", e);
    }
  }

  private <Q, R> ServerCall.Listener<Q> refuse(
      ServerCall<Q, R> call, InetSocketAddress from, String why) {
    connections.served(from);
    refusals.refused("call of the replication", from.getAddress().getHostAddress(), why);
    call.close(Status.PERMISSION_DENIED.withDescription(why), new Metadata());
    return new ServerCall.Listener<>() {};
  }

  @Override
  public void close() {
    var _ = loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }
}
