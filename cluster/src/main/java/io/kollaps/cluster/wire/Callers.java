package io.kollaps.cluster.wire;

import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCallListener;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.connection.Connections;
import io.kollaps.cluster.generated.AdmissionGrpc;
import io.kollaps.cluster.security.Certificates;
import io.kollaps.cluster.security.Refusals;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * Looks at each call before it is served: does the caller speak our protocol, and is it a member?
 * Only joins are served without a certificate, and only so many at a time: until its message is
 * whole, a call costs memory. A ban takes effect with the next call, also on a connection that was
 * there before it.
 */
final class Callers implements ServerInterceptor {
  static final Context.Key<NodeId> CALLER = Context.key("caller");
  static final Context.Key<String> ADDRESS = Context.key("address");
  static final Context.Key<Refusals> REFUSALS = Context.key("refusals");

  /** Calls of strangers at a time; each may hold a message of full size. */
  static final int MAX_JOINS = 32;

  /** Calls of strangers from one address at a time. */
  static final int MAX_JOINS_FROM_ADDRESS = 8;

  private final Predicate<NodeId> member;
  private final Refusals refusals;
  private final Connections connections;
  private final Map<String, Integer> joins = new HashMap<>();
  private int joinsInAll;

  Callers(Predicate<NodeId> member, Refusals refusals, Connections connections) {
    this.member = member;
    this.refusals = refusals;
    this.connections = connections;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    String address = address(call);
    Optional<NodeId> caller = caller(call);
    if (call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR)
        instanceof InetSocketAddress from) {
      caller.ifPresentOrElse(
          node -> connections.belongsTo(from, node), () -> connections.served(from));
    }
    String range = Optional.ofNullable(headers.get(Protocol.RANGE)).orElse("");
    Optional<String> mismatch = Protocol.mismatch(range, "the caller at " + address);
    if (mismatch.isPresent()) {
      return refuse(call, address, Status.FAILED_PRECONDITION, mismatch.get());
    }
    boolean joining =
        AdmissionGrpc.SERVICE_NAME.equals(call.getMethodDescriptor().getServiceName());
    if (!joining && caller.isEmpty()) {
      return refuse(
          call, address, Status.UNAUTHENTICATED, "this call needs a certificate of the cluster");
    }
    if (!joining && !member.test(caller.get())) {
      return refuse(
          call,
          address,
          Status.PERMISSION_DENIED,
          "node " + caller.get() + " is no member of the cluster any more");
    }
    Context context = Context.current().withValues(ADDRESS, address, REFUSALS, refusals);
    if (caller.isPresent()) {
      context = context.withValue(CALLER, caller.get());
    }
    if (!joining) {
      return new Reading<>(Contexts.interceptCall(context, call, headers, next), call, address);
    }
    if (!join(address)) {
      return refuse(
          call,
          address,
          Status.UNAVAILABLE, // another try soon may do
          "too many joins are under way from there, or in all; try again later");
    }
    return new Joining<>(
        new Reading<>(Contexts.interceptCall(context, call, headers, next), call, address),
        address);
  }

  private synchronized boolean join(String address) {
    int known = joins.getOrDefault(address, 0);
    if (known >= MAX_JOINS_FROM_ADDRESS || joinsInAll >= MAX_JOINS) {
      return false;
    }
    joins.put(address, known + 1);
    joinsInAll++;
    return true;
  }

  private synchronized void joined(String address) {
    joinsInAll--;
    joins.computeIfPresent(address, (key, count) -> count > 1 ? count - 1 : null);
  }

  /** A join under way; it ends once, either way. */
  private final class Joining<Q>
      extends ForwardingServerCallListener.SimpleForwardingServerCallListener<Q> {
    private final String address;

    Joining(ServerCall.Listener<Q> next, String address) {
      super(next);
      this.address = address;
    }

    @Override
    public void onComplete() {
      joined(address);
      super.onComplete();
    }

    @Override
    public void onCancel() {
      joined(address);
      super.onCancel();
    }
  }

  /**
   * A call whose message may be none: gRPC would write a stack trace to the log for each of them,
   * and who sends them would fill it. Needs a service whose messages are read behind the
   * interceptors; see {@link NodeServer}.
   */
  private final class Reading<Q>
      extends ForwardingServerCallListener.SimpleForwardingServerCallListener<Q> {
    private final ServerCall<Q, ?> call;
    private final String address;
    private boolean refused;

    Reading(ServerCall.Listener<Q> next, ServerCall<Q, ?> call, String address) {
      super(next);
      this.call = call;
      this.address = address;
    }

    @Override
    public void onMessage(Q message) {
      try {
        super.onMessage(message);
      } catch (StatusRuntimeException e) {
        if (!(e.getCause() instanceof InvalidProtocolBufferException)) {
          throw e;
        }
        refused = true;
        var _ = refuse(call, address, Status.INVALID_ARGUMENT, "its message cannot be read");
      }
    }

    @Override
    public void onHalfClose() {
      if (!refused) { // it is answered then
        super.onHalfClose();
      }
    }
  }

  private <Q, R> ServerCall.Listener<Q> refuse(
      ServerCall<Q, R> call, String address, Status status, String why) {
    refusals.refused("call", address, why);
    call.close(status.withDescription(Refusals.plain(why)), new Metadata());
    return new ServerCall.Listener<>() {};
  }

  private static Optional<NodeId> caller(ServerCall<?, ?> call) {
    SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
    if (session == null) {
      return Optional.empty();
    }
    try {
      Certificate[] chain = session.getPeerCertificates();
      return chain.length > 0 && chain[0] instanceof X509Certificate certificate
          ? Certificates.nodeOf(certificate)
          : Optional.empty();
    } catch (SSLPeerUnverifiedException e) {
      return Optional.empty(); // a joiner shows none
    }
  }

  private static String address(ServerCall<?, ?> call) {
    SocketAddress remote = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
    return remote instanceof InetSocketAddress inet
        ? inet.getAddress().getHostAddress()
        : String.valueOf(remote);
  }
}
