package io.kollaps.node.deploy;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.wire.NodeServer;
import io.kollaps.linux.ownership.RunId;
import io.kollaps.node.control.Instruction;
import io.kollaps.node.control.NodeReport;
import io.kollaps.node.control.Submission;
import io.kollaps.node.generated.CallReply;
import io.kollaps.node.generated.ExecInput;
import io.kollaps.node.generated.ExecOutput;
import io.kollaps.node.generated.ExperimentsGrpc;
import io.kollaps.node.generated.FilePiece;
import io.kollaps.node.generated.FlowsReply;
import io.kollaps.node.generated.FlowsRequest;
import io.kollaps.node.generated.HappeningMessage;
import io.kollaps.node.generated.HappeningsRequest;
import io.kollaps.node.generated.Heard;
import io.kollaps.node.generated.InstructionMessage;
import io.kollaps.node.generated.LogPiece;
import io.kollaps.node.generated.LogsRequest;
import io.kollaps.node.generated.NodeReportMessage;
import io.kollaps.node.generated.PlanReply;
import io.kollaps.node.generated.ResultsRequest;
import io.kollaps.node.generated.RunsReply;
import io.kollaps.node.generated.RunsRequest;
import io.kollaps.node.generated.StopRequest;
import io.kollaps.node.generated.SubmitPiece;
import java.util.Optional;
import java.util.function.Function;

/** Serves the calls of other members about runs. */
final class ExperimentsService extends ExperimentsGrpc.ExperimentsImplBase {
  private final Deployment deployment;

  ExperimentsService(Deployment deployment) {
    this.deployment = deployment;
  }

  @Override
  public void instruct(InstructionMessage request, StreamObserver<Heard> to) {
    NodeId caller = NodeServer.caller();
    NodeServer.answer(
        to,
        () -> {
          requireSelf(caller, request.getLeader());
          Optional<Instruction> instruction =
              InstructionMessages.read(request, deployment.store()::file);
          instruction.ifPresent(deployment.manager()::instructed);
          return Heard.getDefaultInstance();
        });
  }

  @Override
  public void report(NodeReportMessage request, StreamObserver<Heard> to) {
    NodeId caller = NodeServer.caller();
    NodeServer.answer(
        to,
        () -> {
          requireSelf(caller, request.getNode());
          NodeReport report = ReportMessages.read(request);
          var _ = deployment.controller().said(report);
          return Heard.getDefaultInstance();
        });
  }

  private static void requireSelf(NodeId caller, String named) {
    if (!caller.value().equals(named)) {
      throw new IllegalArgumentException("a node speaks for itself only");
    }
  }

  @Override
  public StreamObserver<SubmitPiece> submit(StreamObserver<CallReply> to) {
    return new Submitting<>(to, submission -> deployment.desk().submit(submission));
  }

  @Override
  public StreamObserver<SubmitPiece> plan(StreamObserver<PlanReply> to) {
    return new Submitting<>(to, submission -> deployment.planDesk().plan(submission));
  }

  @Override
  public void stop(StopRequest request, StreamObserver<CallReply> to) {
    NodeServer.answer(
        to,
        () ->
            deployment
                .desk()
                .stop(
                    request.getRun().isEmpty()
                        ? Optional.empty()
                        : Optional.of(new RunId(request.getRun()))));
  }

  @Override
  public void runs(RunsRequest request, StreamObserver<RunsReply> to) {
    NodeServer.answer(to, deployment.desk()::runs);
  }

  @Override
  public void happenings(HappeningsRequest request, StreamObserver<HappeningMessage> to) {
    var _ =
        StreamServer.serve(
            to,
            stream -> deployment.happeningsStream().send(request, stream::send, stream::isOver));
  }

  @Override
  public void results(ResultsRequest request, StreamObserver<FilePiece> to) {
    var _ =
        StreamServer.serve(
            to,
            stream ->
                deployment
                    .partFiles()
                    .results(InstructionMessages.key(request.getKey()), stream::send));
  }

  @Override
  public void logs(LogsRequest request, StreamObserver<LogPiece> to) {
    var _ =
        StreamServer.serve(
            to, stream -> deployment.partFiles().logs(request, stream::send, stream::isOver));
  }

  @Override
  public void flows(FlowsRequest request, StreamObserver<FlowsReply> to) {
    NodeServer.answer(to, deployment.partFiles()::flows);
  }

  @Override
  public StreamObserver<ExecInput> exec(StreamObserver<ExecOutput> to) {
    return PartExec.serve(deployment.parts(), to);
  }

  /** Takes a submission piece by piece, and answers when it is complete. */
  private final class Submitting<R> implements StreamObserver<SubmitPiece> {
    private final StreamObserver<R> to;
    private final Function<Submission, R> answer;
    private final SubmitMessages.Joining joining =
        new SubmitMessages.Joining(deployment.controller().settings().maxFileBytes());

    Submitting(StreamObserver<R> to, Function<Submission, R> answer) {
      this.to = to;
      this.answer = answer;
    }

    @Override
    public void onNext(SubmitPiece piece) {
      joining.add(piece);
    }

    @Override
    public void onError(Throwable gone) {
      to.onError(Status.CANCELLED.withCause(gone).asRuntimeException());
    }

    @Override
    public void onCompleted() {
      NodeServer.answer(to, () -> answer.apply(joining.submission()));
    }
  }
}
