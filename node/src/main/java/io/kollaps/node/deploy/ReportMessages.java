package io.kollaps.node.deploy;

import io.kollaps.cluster.NodeId;
import io.kollaps.node.control.EndKind;
import io.kollaps.node.control.NodeReport;
import io.kollaps.node.control.PartReport;
import io.kollaps.node.control.PartResult;
import io.kollaps.node.control.PartState;
import io.kollaps.node.generated.NodeReportMessage;
import io.kollaps.node.generated.PartReportMessage;
import io.kollaps.node.generated.PartStateMessage;
import io.kollaps.node.results.Verdict;
import java.util.List;

/** Reports of nodes as they travel. */
final class ReportMessages {
  private ReportMessages() {}

  static NodeReportMessage message(NodeReport report) {
    NodeReportMessage.Builder message =
        NodeReportMessage.newBuilder()
            .setNode(report.node().value())
            .setIncarnation(report.incarnation())
            .setSequence(report.sequence())
            .setHeardTerm(report.heardTerm())
            .setHeardSequence(report.heardSequence());
    report
        .parts()
        .forEach(
            part ->
                message.addParts(
                    PartReportMessage.newBuilder()
                        .setKey(InstructionMessages.key(part.key()))
                        .setState(state(part.state()))));
    return message.build();
  }

  /**
   * Reads one.
   *
   * @throws IllegalArgumentException when it cannot be read
   */
  static NodeReport read(NodeReportMessage message) {
    return new NodeReport(
        new NodeId(message.getNode()),
        message.getIncarnation(),
        message.getSequence(),
        message.getHeardTerm(),
        message.getHeardSequence(),
        message.getPartsList().stream()
            .map(
                part ->
                    new PartReport(InstructionMessages.key(part.getKey()), state(part.getState())))
            .toList());
  }

  static PartStateMessage state(PartState state) {
    PartStateMessage.Builder message = PartStateMessage.newBuilder();
    switch (state) {
      case PartState.Preparing() ->
          message.setPreparing(PartStateMessage.Preparing.getDefaultInstance());
      case PartState.Prepared(int port) ->
          message.setPrepared(PartStateMessage.Prepared.newBuilder().setOverlayPort(port));
      case PartState.Linking(int port) ->
          message.setLinking(PartStateMessage.Linking.newBuilder().setOverlayPort(port));
      case PartState.Ready(int port) ->
          message.setReady(PartStateMessage.Ready.newBuilder().setOverlayPort(port));
      case PartState.Agreeing(NodeId clock) ->
          message.setAgreeing(PartStateMessage.Agreeing.newBuilder().setClock(clock.value()));
      case PartState.Agreed(NodeId clock, long instant) ->
          message.setAgreed(
              PartStateMessage.Agreed.newBuilder()
                  .setClock(clock.value())
                  .setInstantNanos(instant));
      case PartState.Running(NodeId clock, long instant, long lateness, boolean idle) ->
          message.setRunning(
              PartStateMessage.Running.newBuilder()
                  .setClock(clock.value())
                  .setInstantNanos(instant)
                  .setLatenessNanos(lateness)
                  .setIdle(idle));
      case PartState.Ending(EndKind why, String reason) ->
          message.setEnding(
              PartStateMessage.Ending.newBuilder().setWhy(why.name()).setReason(reason));
      case PartState.Ended(EndKind why, String reason, PartResult result) ->
          message.setEnded(
              PartStateMessage.Ended.newBuilder()
                  .setWhy(why.name())
                  .setReason(reason)
                  .setGrade(result.grade().name())
                  .addAllReasons(result.reasons()));
    }
    return message.build();
  }

  /**
   * Reads a state.
   *
   * @throws IllegalArgumentException when it cannot be read
   */
  static PartState state(PartStateMessage message) {
    return switch (message.getStateCase()) {
      case PREPARING -> new PartState.Preparing();
      case PREPARED -> new PartState.Prepared(message.getPrepared().getOverlayPort());
      case LINKING -> new PartState.Linking(message.getLinking().getOverlayPort());
      case READY -> new PartState.Ready(message.getReady().getOverlayPort());
      case AGREEING -> new PartState.Agreeing(new NodeId(message.getAgreeing().getClock()));
      case AGREED ->
          new PartState.Agreed(
              new NodeId(message.getAgreed().getClock()), message.getAgreed().getInstantNanos());
      case RUNNING -> {
        PartStateMessage.Running running = message.getRunning();
        yield new PartState.Running(
            new NodeId(running.getClock()),
            running.getInstantNanos(),
            running.getLatenessNanos(),
            running.getIdle());
      }
      case ENDING ->
          new PartState.Ending(
              EndKind.valueOf(message.getEnding().getWhy()), message.getEnding().getReason());
      case ENDED -> {
        PartStateMessage.Ended ended = message.getEnded();
        yield new PartState.Ended(
            EndKind.valueOf(ended.getWhy()),
            ended.getReason(),
            new PartResult(
                Verdict.Grade.valueOf(ended.getGrade()), List.copyOf(ended.getReasonsList())));
      }
      case STATE_NOT_SET ->
          throw new IllegalArgumentException(
              "this node does not know the state of a part; use one version of Kollaps on all"
                  + " nodes");
    };
  }
}
