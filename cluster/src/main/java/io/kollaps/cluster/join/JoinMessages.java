package io.kollaps.cluster.join;

import com.google.protobuf.ByteString;
import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.generated.Accepted;
import io.kollaps.cluster.generated.Admitted;
import io.kollaps.cluster.generated.JoinReply;
import io.kollaps.cluster.generated.LeaderAt;
import io.kollaps.cluster.generated.ProbeMeasured;
import io.kollaps.cluster.generated.ProbeOrderMessage;
import io.kollaps.cluster.generated.ProbeOutcomeMessage;
import io.kollaps.cluster.generated.ProbePlanMessage;
import io.kollaps.cluster.generated.ProbeReportMessage;
import io.kollaps.cluster.generated.ServeProbeRequest;
import io.kollaps.cluster.generated.StepRequest;
import java.util.Optional;

/**
 * Messages of join.proto and cluster.proto as what they mean. Reading one that holds values which
 * nothing has throws an {@link IllegalArgumentException}.
 */
public final class JoinMessages {
  private JoinMessages() {}

  /** An answer; what comes with an admission is left to be filled in. */
  public static JoinReply encode(JoinAnswer answer) {
    JoinReply.Builder reply = JoinReply.newBuilder();
    switch (answer) {
      case JoinAnswer.Accepted(Secret lease, long renewNanos) ->
          reply.setAccepted(
              Accepted.newBuilder()
                  .setLease(ByteString.copyFrom(lease.bytes()))
                  .setRenewNanos(renewNanos));
      case JoinAnswer.Wait(String why, boolean queued, long againNanos) ->
          reply.setWait(why).setQueued(queued).setAgainNanos(againNanos);
      case JoinAnswer.LeaderAt(Contact at) ->
          reply.setLeaderAt(LeaderAt.newBuilder().setHost(at.host()).setPort(at.port()));
      case JoinAnswer.Refused(String why) -> reply.setRefused(why);
      case JoinAnswer.Probe(ProbeOrder order) -> reply.setProbe(encode(order));
      case JoinAnswer.Hold(long againNanos) -> reply.setHold(againNanos);
      case JoinAnswer.Admitted _ -> reply.setAdmitted(Admitted.getDefaultInstance());
      case JoinAnswer.Aborted(String why) -> reply.setAborted(why);
    }
    return reply.build();
  }

  /** Reads an answer; empty when it is of a kind that this version does not know. */
  public static Optional<JoinAnswer> decode(JoinReply reply) {
    return switch (reply.getResultCase()) {
      case ACCEPTED ->
          Optional.of(
              new JoinAnswer.Accepted(
                  secret(reply.getAccepted().getLease()), reply.getAccepted().getRenewNanos()));
      case WAIT ->
          Optional.of(
              new JoinAnswer.Wait(reply.getWait(), reply.getQueued(), reply.getAgainNanos()));
      case LEADER_AT ->
          Optional.of(
              new JoinAnswer.LeaderAt(
                  new Contact(reply.getLeaderAt().getHost(), reply.getLeaderAt().getPort())));
      case REFUSED -> Optional.of(new JoinAnswer.Refused(reply.getRefused()));
      case PROBE -> Optional.of(new JoinAnswer.Probe(order(reply.getProbe())));
      case HOLD -> Optional.of(new JoinAnswer.Hold(reply.getHold()));
      case ADMITTED -> Optional.of(new JoinAnswer.Admitted());
      case ABORTED -> Optional.of(new JoinAnswer.Aborted(reply.getAborted()));
      case RESULT_NOT_SET -> Optional.empty();
    };
  }

  /** A step or an abort, with the request for the certificate. */
  public static StepRequest encode(JoinCall.Step step, byte[] signingRequest) {
    StepRequest.Builder request =
        StepRequest.newBuilder()
            .setNode(step.node().value())
            .setLease(ByteString.copyFrom(step.lease().bytes()))
            .setSigningRequest(ByteString.copyFrom(signingRequest));
    step.last()
        .ifPresent(
            report ->
                request.setLast(
                    ProbeReportMessage.newBuilder()
                        .setProbe(report.probe())
                        .setOutcome(encode(report.outcome()))));
    return request.build();
  }

  /** An abort. */
  public static StepRequest encode(JoinCall.Abort abort) {
    return StepRequest.newBuilder()
        .setNode(abort.node().value())
        .setLease(ByteString.copyFrom(abort.lease().bytes()))
        .setAbort(abort.why())
        .build();
  }

  /** Reads a step or an abort. */
  public static JoinCall decode(StepRequest request) {
    NodeId node = new NodeId(request.getNode());
    Secret lease = secret(request.getLease());
    if (!request.getAbort().isEmpty()) {
      return new JoinCall.Abort(node, lease, request.getAbort());
    }
    return new JoinCall.Step(
        node,
        lease,
        request.hasLast()
            ? Optional.of(
                new ProbeReport(
                    request.getLast().getProbe(), outcome(request.getLast().getOutcome())))
            : Optional.empty());
  }

  /** An order to begin a probe. */
  public static ProbeOrderMessage encode(ProbeOrder order) {
    return ProbeOrderMessage.newBuilder()
        .setProbe(order.probe())
        .setWith(order.with().value())
        .setHost(order.at().host())
        .setPort(order.at().port())
        .setSecret(ByteString.copyFrom(order.secret().bytes()))
        .setPlan(encode(order.plan()))
        .build();
  }

  /** Reads an order. */
  public static ProbeOrder order(ProbeOrderMessage message) {
    return new ProbeOrder(
        message.getProbe(),
        new NodeId(message.getWith()),
        new Contact(message.getHost(), message.getPort()),
        secret(message.getSecret()),
        plan(message.getPlan()));
  }

  /** An order to serve a probe. */
  public static ServeProbeRequest encode(LeaderCommand.ServeProbe serve) {
    return ServeProbeRequest.newBuilder()
        .setProbe(serve.probe())
        .setClient(serve.client().value())
        .setSecret(ByteString.copyFrom(serve.secret().bytes()))
        .setPlan(encode(serve.plan()))
        .build();
  }

  /** How a probe measures. */
  public static ProbePlanMessage encode(ProbePlan plan) {
    return ProbePlanMessage.newBuilder()
        .setDurationNanos(plan.durationNanos())
        .setStableShare(plan.stableShare())
        .setDatagrams(plan.datagrams())
        .build();
  }

  /** Reads how a probe measures. */
  public static ProbePlan plan(ProbePlanMessage message) {
    return new ProbePlan(
        message.getDurationNanos(), message.getStableShare(), message.getDatagrams());
  }

  /** What a probe came to. */
  public static ProbeOutcomeMessage encode(ProbeOutcome outcome) {
    ProbeOutcomeMessage.Builder message = ProbeOutcomeMessage.newBuilder();
    switch (outcome) {
      case ProbeOutcome.Measured(long forward, long backward, Optional<PathQuality> quality) -> {
        ProbeMeasured.Builder measured =
            ProbeMeasured.newBuilder()
                .setForwardBitsPerSecond(forward)
                .setBackwardBitsPerSecond(backward);
        quality.ifPresent(found -> measured.setQuality(CapacityCodec.encode(found)));
        message.setMeasured(measured);
      }
      case ProbeOutcome.Failed(String why) -> message.setFailed(why);
    }
    return message.build();
  }

  /** Reads what a probe came to. */
  public static ProbeOutcome outcome(ProbeOutcomeMessage message) {
    if (message.getResultCase() == ProbeOutcomeMessage.ResultCase.MEASURED) {
      ProbeMeasured measured = message.getMeasured();
      return new ProbeOutcome.Measured(
          measured.getForwardBitsPerSecond(),
          measured.getBackwardBitsPerSecond(),
          measured.hasQuality()
              ? Optional.of(CapacityCodec.decode(measured.getQuality()))
              : Optional.empty());
    }
    return new ProbeOutcome.Failed(
        message.getFailed().isEmpty() ? "it gave no reason" : message.getFailed());
  }

  /** Reads a secret. */
  public static Secret secret(ByteString bytes) {
    return Secret.of(bytes.toByteArray());
  }
}
