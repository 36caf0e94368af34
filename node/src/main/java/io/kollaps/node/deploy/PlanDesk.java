package io.kollaps.node.deploy;

import io.kollaps.node.control.Submission;
import io.kollaps.node.generated.CallReply;
import io.kollaps.node.generated.PlanMessage;
import io.kollaps.node.generated.PlanReply;
import io.kollaps.node.generated.SeatMessage;
import io.kollaps.node.generated.TightCutMessage;
import io.kollaps.node.local.RunActions;
import io.kollaps.placement.Placement;
import java.util.List;
import java.util.Optional;

/** Says, as the leader, where the endpoints of an experiment would run. */
final class PlanDesk {
  private static final double NANOS_PER_MILLI = 1e6;

  private final ClusterAccess cluster;
  private final Placing placing;

  PlanDesk(ClusterAccess cluster, Placing placing) {
    this.cluster = cluster;
    this.placing = placing;
  }

  PlanReply plan(Submission submission) {
    if (!cluster.status().leading()) {
      return PlanReply.newBuilder()
          .setNotLeading(CallReply.NotLeading.getDefaultInstance())
          .build();
    }
    return switch (placing.plan(submission)) {
      case Placing.Planned(Placement answer, List<String> notices) ->
          PlanReply.newBuilder().setPlan(message(answer, notices)).build();
      case Placing.Unusable(String reason, List<String> problems) ->
          PlanReply.newBuilder()
              .setRefused(CallReply.Refused.newBuilder().setReason(reason).addAllProblems(problems))
              .build();
    };
  }

  private static PlanMessage message(Placement answer, List<String> notices) {
    PlanMessage.Builder message =
        PlanMessage.newBuilder()
            .setSoundness(answer.soundness().name())
            .setSearchNanos(answer.searchNanos())
            .addAllNotices(notices);
    switch (answer) {
      case Placement.Placed placed -> {
        message.setPlaced(true).setProved(true);
        placed
            .seats()
            .forEach(
                seat ->
                    message.addSeats(
                        SeatMessage.newBuilder()
                            .setEndpoint(seat.endpoint())
                            .setNode(seat.node())
                            .setWhy(seat.why())));
      }
      case Placement.Refused refused -> {
        message.setProved(refused.proved()).setReason(refused.reason());
        refused
            .tightest()
            .ifPresent(
                cut ->
                    message.setTightest(
                        TightCutMessage.newBuilder()
                            .setName(cut.name())
                            .setCapacityBps(cut.capacityBitsPerSecond())
                            .setLeftBps(cut.leftBitsPerSecond())
                            .setNeededBps(cut.neededBitsPerSecond())));
      }
    }
    return message.build();
  }

  /** A plan as commands get it. */
  static RunActions.Plan read(PlanMessage message) {
    TightCutMessage cut = message.getTightest();
    return new RunActions.Plan(
        message.getPlaced(),
        message.getSeatsList().stream()
            .map(seat -> new RunActions.Seat(seat.getEndpoint(), seat.getNode(), seat.getWhy()))
            .toList(),
        message.getProved(),
        message.getReason(),
        message.hasTightest()
            ? Optional.of(
                new RunActions.Cut(
                    cut.getName(), cut.getCapacityBps(), cut.getLeftBps(), cut.getNeededBps()))
            : Optional.empty(),
        message.getSoundness(),
        message.getSearchNanos() / NANOS_PER_MILLI,
        List.copyOf(message.getNoticesList()));
  }
}
