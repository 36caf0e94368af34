package io.kollaps.cluster.wire;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.generated.AdmissionGrpc;
import io.kollaps.cluster.security.Certificates;
import io.kollaps.cluster.security.Refusals;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.function.Predicate;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * Looks at each call before it is served: does the caller speak our protocol, and is it a member?
 * Only a join is served without a certificate. A ban takes effect with the next call, also on a
 * connection that was there before it.
 */
final class Callers implements ServerInterceptor {
  static final Context.Key<NodeId> CALLER = Context.key("caller");
  static final Context.Key<String> ADDRESS = Context.key("address");

  private final Predicate<NodeId> member;
  private final Refusals refusals;

  Callers(Predicate<NodeId> member, Refusals refusals) {
    this.member = member;
    this.refusals = refusals;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    String address = address(call);
    Optional<NodeId> caller = caller(call);
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
    Context context = Context.current().withValue(ADDRESS, address);
    if (caller.isPresent()) {
      context = context.withValue(CALLER, caller.get());
    }
    return Contexts.interceptCall(context, call, headers, next);
  }

  private <Q, R> ServerCall.Listener<Q> refuse(
      ServerCall<Q, R> call, String address, Status status, String why) {
    refusals.refused("call", address, why);
    call.close(status.withDescription(why), new Metadata());
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
