package io.kollaps.node.deploy;

import io.grpc.StatusRuntimeException;
import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.state.Member;
import io.kollaps.cluster.wire.NodeClient;
import io.kollaps.node.control.RunNode;
import io.kollaps.node.control.RunRecord;
import io.kollaps.node.generated.ExecHead;
import io.kollaps.node.generated.ExecInput;
import io.kollaps.node.generated.ExecOutput;
import io.kollaps.node.generated.ExperimentsGrpc;
import io.kollaps.node.generated.FilePiece;
import io.kollaps.node.generated.FlowsReply;
import io.kollaps.node.generated.FlowsRequest;
import io.kollaps.node.generated.LogPiece;
import io.kollaps.node.generated.LogsRequest;
import io.kollaps.node.generated.ResultsRequest;
import io.kollaps.node.local.LocalFailure;
import java.io.IOException;
import java.time.Duration;
import java.util.Iterator;
import java.util.function.Function;

/** Asks a node about its part of a run: this one at hand, others by calls. */
final class PartCalls {
  private static final Duration SHORT = Duration.ofSeconds(5);

  private final ClusterAccess cluster;
  private final PartFiles own;
  private final PartHost ownParts;

  PartCalls(ClusterAccess cluster, PartFiles own, PartHost ownParts) {
    this.cluster = cluster;
    this.own = own;
    this.ownParts = ownParts;
  }

  private Member member(RunNode node) throws LocalFailure {
    return cluster
        .member(node.id())
        .orElseThrow(() -> LocalFailure.failed("node " + node.name() + " is no member any more"));
  }

  /** Asks at hand. */
  @FunctionalInterface
  private interface Own<M> {
    void to(HappeningsStream.Sink<M> sink) throws IOException, InterruptedException;
  }

  private <M> void stream(
      RunNode node,
      Own<M> own,
      Function<ExperimentsGrpc.ExperimentsBlockingStub, Iterator<M>> remote,
      HappeningsStream.Sink<M> to)
      throws LocalFailure, InterruptedException {
    if (node.id().equals(cluster.self())) {
      try {
        own.to(to);
      } catch (IOException e) {
        throw LocalFailure.failed("node " + node.name() + ": " + e.getMessage());
      }
      return;
    }
    Member member = member(node);
    try {
      Iterator<M> answers =
          remote.apply(
              ExperimentsGrpc.newBlockingStub(
                  cluster.client().streams(member.id(), member.host(), member.port())));
      while (answers.hasNext()) {
        to.accept(answers.next());
      }
    } catch (StatusRuntimeException e) {
      if (Thread.currentThread().isInterrupted()) {
        throw new InterruptedException("the command has gone away");
      }
      throw LocalFailure.failed(
          "node "
              + node.name()
              + ": "
              + String.valueOf(NodeClient.failure(member.id(), e).getMessage()));
    }
  }

  /** All files of a part's results. */
  void results(RunRecord record, RunNode node, HappeningsStream.Sink<FilePiece> to)
      throws LocalFailure, InterruptedException {
    ResultsRequest request =
        ResultsRequest.newBuilder().setKey(InstructionMessages.key(record.key())).build();
    stream(node, sink -> own.results(record.key(), sink), stub -> stub.results(request), to);
  }

  /** Logs of a part's endpoints. */
  void logs(
      RunRecord record,
      RunNode node,
      String endpoint,
      boolean follow,
      HappeningsStream.Sink<LogPiece> to)
      throws LocalFailure, InterruptedException {
    LogsRequest request =
        LogsRequest.newBuilder()
            .setKey(InstructionMessages.key(record.key()))
            .setEndpoint(endpoint)
            .setFollow(follow)
            .build();
    stream(
        node,
        sink -> own.logs(request, sink, () -> Thread.currentThread().isInterrupted()),
        stub -> stub.logs(request),
        to);
  }

  /**
   * What the flows of a node's parts do.
   *
   * @throws NodeClient.CallFailure when it does not answer
   */
  FlowsReply flows(NodeId node) throws NodeClient.CallFailure {
    if (node.equals(cluster.self())) {
      return own.flows();
    }
    Member member = cluster.state().members().get(node);
    if (member == null) {
      return FlowsReply.getDefaultInstance();
    }
    return cluster
        .client()
        .call(
            node,
            member.host(),
            member.port(),
            ExperimentsGrpc::newBlockingStub,
            SHORT,
            stub -> stub.flows(FlowsRequest.getDefaultInstance()));
  }

  /** Runs a command inside an endpoint. */
  void exec(RunNode node, ExecHead head, PartExec.Input input, HappeningsStream.Sink<ExecOutput> to)
      throws LocalFailure, InterruptedException {
    if (node.id().equals(cluster.self())) {
      new PartExec(ownParts, to).run(head, input);
      return;
    }
    Member member = member(node);
    var call =
        io.grpc.stub.ClientCalls.blockingBidiStreamingCall(
            cluster.client().streams(member.id(), member.host(), member.port()),
            ExperimentsGrpc.getExecMethod(),
            io.grpc.CallOptions.DEFAULT);
    Thread feeding =
        Thread.ofVirtual()
            .unstarted(
                () -> {
                  try {
                    var next = input.next();
                    while (next.isPresent() && call.write(next.get())) {
                      next = input.next();
                    }
                    call.halfClose();
                  } catch (InterruptedException | io.grpc.StatusException e) {
                    Thread.currentThread().interrupt(); // the command has ended
                  }
                });
    try {
      call.write(ExecInput.newBuilder().setHead(head).build());
      feeding.start();
      ExecOutput next = call.read();
      while (next != null) {
        to.accept(next);
        next = call.read();
      }
    } catch (io.grpc.StatusException e) {
      throw LocalFailure.failed("node " + node.name() + ": " + e.getStatus().getDescription());
    } finally {
      feeding.interrupt();
      call.cancel("the command is over", null);
    }
  }
}
