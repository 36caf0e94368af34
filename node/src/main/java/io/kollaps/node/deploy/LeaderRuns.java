package io.kollaps.node.deploy;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.BlockingClientCall;
import io.kollaps.cluster.state.Member;
import io.kollaps.cluster.wire.NodeClient;
import io.kollaps.linux.ownership.RunId;
import io.kollaps.node.control.Submission;
import io.kollaps.node.generated.CallReply;
import io.kollaps.node.generated.ExperimentsGrpc;
import io.kollaps.node.generated.PlanReply;
import io.kollaps.node.generated.RunsReply;
import io.kollaps.node.generated.RunsRequest;
import io.kollaps.node.generated.StopRequest;
import io.kollaps.node.generated.SubmitPiece;
import io.kollaps.node.local.LocalFailure;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Asks the leader about runs, whoever it is, until one answers. */
final class LeaderRuns {
  /** While a leader changes, a request is tried again this long. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final Duration DEADLINE = Duration.ofSeconds(75);
  private static final Duration SHORT = Duration.ofSeconds(5);
  private static final long RETRY_MILLIS = 200;

  private final ClusterAccess cluster;
  private final LeaderDesk own;
  private final PlanDesk ownPlans;

  LeaderRuns(ClusterAccess cluster, LeaderDesk own, PlanDesk ownPlans) {
    this.cluster = cluster;
    this.own = own;
    this.ownPlans = ownPlans;
  }

  /** One try at the leader; an answer, or empty when it does not lead or wants another try. */
  @FunctionalInterface
  private interface Attempt<R> {
    Optional<R> at(Member leader) throws NodeClient.CallFailure, InterruptedException;
  }

  private static final class Tries {
    private String problem = "no node leads the cluster at the moment";
  }

  private <R> R tried(Tries tries, Attempt<R> attempt) throws LocalFailure, InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    do {
      Optional<Member> leader = cluster.leader();
      if (leader.isPresent()) {
        try {
          Optional<R> answer = attempt.at(leader.get());
          if (answer.isPresent()) {
            return answer.get();
          }
        } catch (NodeClient.CallFailure e) {
          tries.problem = String.valueOf(e.getMessage());
          if (e.answered()) {
            break;
          }
        }
      }
      Thread.sleep(RETRY_MILLIS);
    } while (System.nanoTime() < deadline);
    throw LocalFailure.failed(tries.problem + "; see 'kollaps nodes'");
  }

  /**
   * Lets an experiment run.
   *
   * @throws LocalFailure when it does not run, with the reason
   */
  RunId submit(Submission submission) throws LocalFailure, InterruptedException {
    Tries tries = new Tries();
    CallReply reply =
        tried(
            tries,
            leader ->
                decided(
                    tries,
                    isSelf(leader)
                        ? own.submit(submission)
                        : streamed(leader, submission, ExperimentsGrpc.getSubmitMethod())));
    return switch (reply.getResultCase()) {
      case ACCEPTED -> new RunId(reply.getAccepted());
      case REFUSED -> throw refused(reply.getRefused());
      default -> throw LocalFailure.failed("the leader answered something that is no answer");
    };
  }

  /** Says where the endpoints of an experiment would run. */
  PlanReply plan(Submission submission) throws LocalFailure, InterruptedException {
    Tries tries = new Tries();
    PlanReply reply =
        tried(
            tries,
            leader -> {
              PlanReply answer =
                  isSelf(leader)
                      ? ownPlans.plan(submission)
                      : streamed(leader, submission, ExperimentsGrpc.getPlanMethod());
              if (answer.getResultCase() == PlanReply.ResultCase.TRY_AGAIN) {
                tries.problem = answer.getTryAgain();
              }
              return Optional.of(answer)
                  .filter(
                      each ->
                          each.getResultCase() == PlanReply.ResultCase.PLAN
                              || each.getResultCase() == PlanReply.ResultCase.REFUSED);
            });
    if (reply.getResultCase() == PlanReply.ResultCase.REFUSED) {
      throw refused(reply.getRefused());
    }
    return reply;
  }

  private static LocalFailure refused(CallReply.Refused refused) {
    if (refused.getProblemsCount() == 0) {
      return LocalFailure.failed(refused.getReason());
    }
    return LocalFailure.badInput(
        refused.getReason() + "\n" + String.join("\n", refused.getProblemsList()));
  }

  /** Ends a run, or all. */
  CallReply stop(Optional<RunId> run) throws LocalFailure, InterruptedException {
    Tries tries = new Tries();
    StopRequest request = StopRequest.newBuilder().setRun(run.map(RunId::value).orElse("")).build();
    CallReply reply =
        tried(
            tries,
            leader ->
                decided(
                    tries,
                    isSelf(leader)
                        ? own.stop(run)
                        : called(leader, DEADLINE, stub -> stub.stop(request))));
    if (reply.getResultCase() == CallReply.ResultCase.REFUSED) {
      throw refused(reply.getRefused());
    }
    return reply;
  }

  /** What the leader knows of all runs; empty when it cannot be asked now. */
  Optional<RunsReply> runs() {
    Optional<Member> leader = cluster.leader();
    if (leader.isEmpty()) {
      return Optional.empty();
    }
    try {
      RunsReply reply =
          isSelf(leader.get())
              ? own.runs()
              : called(leader.get(), SHORT, stub -> stub.runs(RunsRequest.getDefaultInstance()));
      return reply.getLeading() ? Optional.of(reply) : Optional.empty();
    } catch (NodeClient.CallFailure e) {
      return Optional.empty(); // which the command tells
    }
  }

  private boolean isSelf(Member member) {
    return member.id().equals(cluster.self());
  }

  private static Optional<CallReply> decided(Tries tries, CallReply reply) {
    return switch (reply.getResultCase()) {
      case ACCEPTED, REFUSED, STOPPING -> Optional.of(reply);
      case TRY_AGAIN -> {
        tries.problem = reply.getTryAgain();
        yield Optional.empty();
      }
      case NOT_LEADING, RESULT_NOT_SET -> Optional.empty();
    };
  }

  private <R> R called(
      Member leader, Duration deadline, Function<ExperimentsGrpc.ExperimentsBlockingStub, R> call)
      throws NodeClient.CallFailure {
    return cluster
        .client()
        .call(
            leader.id(),
            leader.host(),
            leader.port(),
            ExperimentsGrpc::newBlockingStub,
            deadline,
            call);
  }

  private <R> R streamed(
      Member leader, Submission submission, io.grpc.MethodDescriptor<SubmitPiece, R> method)
      throws NodeClient.CallFailure, InterruptedException {
    try {
      BlockingClientCall<SubmitPiece, R> call =
          io.grpc.stub.ClientCalls.blockingBidiStreamingCall(
              cluster.client().streams(leader.id(), leader.host(), leader.port()),
              method,
              io.grpc.CallOptions.DEFAULT.withDeadlineAfter(
                  DEADLINE.toSeconds(), TimeUnit.SECONDS));
      for (SubmitPiece piece : SubmitMessages.pieces(submission)) {
        if (!call.write(piece)) {
          break; // the answer says why it does not want the rest
        }
      }
      call.halfClose();
      R answer = call.read();
      if (answer == null) {
        throw io.grpc.Status.UNAVAILABLE
            .withDescription("the leader ended the call")
            .asRuntimeException();
      }
      return answer;
    } catch (io.grpc.StatusException e) {
      throw NodeClient.failure(
          leader.id(), new StatusRuntimeException(e.getStatus(), e.getTrailers()));
    } catch (StatusRuntimeException e) {
      throw NodeClient.failure(leader.id(), e);
    }
  }
}
