package io.kollaps.node.daemon;

import io.grpc.stub.StreamObserver;
import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.generated.EndProbeReply;
import io.kollaps.cluster.generated.EndProbeRequest;
import io.kollaps.cluster.generated.ProbeOrderMessage;
import io.kollaps.cluster.generated.ProbeOutcomeMessage;
import io.kollaps.cluster.generated.ProbesGrpc;
import io.kollaps.cluster.generated.ServeProbeReply;
import io.kollaps.cluster.generated.ServeProbeRequest;
import io.kollaps.cluster.join.Contact;
import io.kollaps.cluster.join.JoinMessages;
import io.kollaps.cluster.join.ProbeOutcome;
import io.kollaps.cluster.wire.NodeServer;
import io.kollaps.node.probe.ProbeException;
import java.util.Optional;
import java.util.function.Supplier;

/** Serves and begins probes when the leader says so. */
final class ProbesService extends ProbesGrpc.ProbesImplBase {
  private static final String NOT_LEADER =
      "probes are the leader's to order, and this node knows another leader or none";

  private final ProbeStation station;
  private final Supplier<Optional<NodeId>> leader;

  ProbesService(ProbeStation station, Supplier<Optional<NodeId>> leader) {
    this.station = station;
    this.leader = leader;
  }

  private boolean fromLeader() {
    return leader.get().equals(Optional.of(NodeServer.caller()));
  }

  @Override
  public void serve(ServeProbeRequest request, StreamObserver<ServeProbeReply> to) {
    boolean allowed = fromLeader();
    NodeServer.answer(to, () -> allowed ? serve(request) : refused(NOT_LEADER));
  }

  private ServeProbeReply serve(ServeProbeRequest request) {
    try {
      Contact at =
          station.serve(
              request.getProbe(),
              JoinMessages.secret(request.getSecret()),
              JoinMessages.plan(request.getPlan()),
              "here");
      return ServeProbeReply.newBuilder().setPort(at.port()).build();
    } catch (ProbeException e) {
      return refused(String.valueOf(e.getMessage()));
    }
  }

  private static ServeProbeReply refused(String why) {
    return ServeProbeReply.newBuilder().setRefused(why).build();
  }

  @Override
  public void run(ProbeOrderMessage request, StreamObserver<ProbeOutcomeMessage> to) {
    boolean allowed = fromLeader();
    NodeServer.answer(
        to,
        () ->
            JoinMessages.encode(
                allowed
                    ? station.run(JoinMessages.order(request))
                    : new ProbeOutcome.Failed(NOT_LEADER)));
  }

  @Override
  public void end(EndProbeRequest request, StreamObserver<EndProbeReply> to) {
    boolean allowed = fromLeader();
    NodeServer.answer(
        to,
        () -> {
          if (allowed) {
            station.end(request.getProbe());
          }
          return EndProbeReply.getDefaultInstance();
        });
  }
}
