package io.kollaps.node.deploy;

import io.kollaps.linux.ownership.RunId;
import io.kollaps.node.control.Submission;
import io.kollaps.node.control.leader.ControllerCommand.CallAnswer;
import io.kollaps.node.control.leader.RunView;
import io.kollaps.node.generated.CallReply;
import io.kollaps.node.generated.PartViewMessage;
import io.kollaps.node.generated.RunViewMessage;
import io.kollaps.node.generated.RunsReply;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What this node answers about runs as the leader, or that it is not. */
final class LeaderDesk {
  /** Longest that a call waits for the controller's answer: placing takes seconds at most. */
  private static final long ANSWER_SECONDS = 60;

  private final ClusterAccess cluster;
  private final ControllerLoop controller;

  LeaderDesk(ClusterAccess cluster, ControllerLoop controller) {
    this.cluster = cluster;
    this.controller = controller;
  }

  boolean leading() {
    return cluster.status().leading();
  }

  CallReply submit(Submission submission) {
    return leading() ? reply(controller.submit(submission)) : SubmitMessages.notLeading();
  }

  CallReply stop(Optional<RunId> run) {
    return leading() ? reply(controller.stop(run)) : SubmitMessages.notLeading();
  }

  private static CallReply reply(CompletableFuture<CallAnswer> answer) {
    try {
      return SubmitMessages.reply(answer.get(ANSWER_SECONDS, TimeUnit.SECONDS));
    } catch (TimeoutException e) {
      answer.cancel(false);
      return SubmitMessages.reply(
          new CallAnswer.TryAgain(
              "the leader did not decide within " + ANSWER_SECONDS + " s; ask again"));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return SubmitMessages.reply(new CallAnswer.TryAgain("the leader is stopping"));
    } catch (ExecutionException e) {
      throw new IllegalStateException("answers do not fail", e);
    }
  }

  RunsReply runs() {
    RunsReply.Builder reply = RunsReply.newBuilder().setLeading(leading());
    if (leading()) {
      controller.runs().forEach(view -> reply.addRuns(message(view)));
    }
    return reply.build();
  }

  private static RunViewMessage message(RunView view) {
    RunViewMessage.Builder message =
        RunViewMessage.newBuilder()
            .setRun(view.record().run().value())
            .setPhase(view.record().phase().name())
            .setAttempt(view.record().attempt())
            .setExperiment(view.record().experiment())
            .setSubmittedAtMillis(view.record().times().submittedAtMillis())
            .setReason(view.record().reason());
    view.parts()
        .forEach(
            (node, state) ->
                message.addParts(
                    PartViewMessage.newBuilder()
                        .setNode(node.value())
                        .setState(ReportMessages.state(state))));
    return message.build();
  }
}
