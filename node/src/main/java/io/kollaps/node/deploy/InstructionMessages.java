package io.kollaps.node.deploy;

import io.kollaps.cluster.NodeId;
import io.kollaps.linux.ownership.RunId;
import io.kollaps.node.control.EndKind;
import io.kollaps.node.control.Instruction;
import io.kollaps.node.control.Order;
import io.kollaps.node.control.PartAddress;
import io.kollaps.node.control.PartDescription;
import io.kollaps.node.control.PartKey;
import io.kollaps.node.control.RunNode;
import io.kollaps.node.generated.InstructionMessage;
import io.kollaps.node.generated.PartKeyMessage;
import io.kollaps.node.generated.PlaceOfNode;
import io.kollaps.node.load.FileContent;
import java.util.Optional;
import java.util.function.Function;

/** Instructions as they travel. */
final class InstructionMessages {
  private InstructionMessages() {}

  static PartKeyMessage key(PartKey key) {
    return PartKeyMessage.newBuilder().setRun(key.run().value()).setAttempt(key.attempt()).build();
  }

  static PartKey key(PartKeyMessage message) {
    return new PartKey(new RunId(message.getRun()), message.getAttempt());
  }

  static InstructionMessage message(Instruction instruction) {
    InstructionMessage.Builder message =
        InstructionMessage.newBuilder()
            .setLeader(instruction.leader().value())
            .setTerm(instruction.term())
            .setSequence(instruction.sequence())
            .setIncarnation(instruction.incarnation());
    switch (instruction.order()) {
      case Order.Ask() -> message.setAsk(InstructionMessage.Ask.getDefaultInstance());
      case Order.Deploy deploy -> message.setDeploy(deploy(deploy));
      case Order.Link link -> message.setLink(link(link));
      case Order.BeginAgreement(PartKey key, NodeId clock) ->
          message.setBeginAgreement(
              InstructionMessage.BeginAgreement.newBuilder()
                  .setKey(key(key))
                  .setClock(clock.value()));
      case Order.End(PartKey key, EndKind why, String reason) ->
          message.setEnd(
              InstructionMessage.End.newBuilder()
                  .setKey(key(key))
                  .setWhy(why.name())
                  .setReason(reason));
      case Order.Forget forget -> {
        InstructionMessage.Forget.Builder keys = InstructionMessage.Forget.newBuilder();
        forget.keys().forEach(key -> keys.addKeys(key(key)));
        message.setForget(keys);
      }
      case Order.Heard(long sequence) ->
          message.setReportHeard(InstructionMessage.ReportHeard.newBuilder().setSequence(sequence));
    }
    return message.build();
  }

  private static InstructionMessage.Deploy deploy(Order.Deploy deploy) {
    PartDescription part = deploy.part();
    InstructionMessage.Deploy.Builder message =
        InstructionMessage.Deploy.newBuilder()
            .setKey(key(deploy.key()))
            .setFileName(part.fileName())
            .setSeed(part.seed())
            .setFabric(part.fabric())
            .setVni(part.vni())
            .setEndpointMtu(part.endpointMtu())
            .addAllHomes(part.homes())
            .setSelf(part.self());
    part.nodes()
        .forEach(
            node ->
                message.addNodes(
                    PlaceOfNode.newBuilder()
                        .setId(node.id().value())
                        .setName(node.name())
                        .setHost(node.host())));
    return message.build();
  }

  private static InstructionMessage.Link link(Order.Link link) {
    InstructionMessage.Link.Builder message =
        InstructionMessage.Link.newBuilder().setKey(key(link.key()));
    link.overlays()
        .forEach(
            overlay ->
                message.addOverlays(
                    InstructionMessage.Address.newBuilder()
                        .setHost(overlay.host())
                        .setPort(overlay.port())));
    return message.build();
  }

  /**
   * Reads one.
   *
   * @param files the experiment of a run, where it is known here already
   * @return empty when its run's file is not known yet: it will be said again
   * @throws IllegalArgumentException when it cannot be read
   */
  static Optional<Instruction> read(
      InstructionMessage message, Function<RunId, Optional<FileContent>> files) {
    return order(message, files)
        .map(
            order ->
                new Instruction(
                    new NodeId(message.getLeader()),
                    message.getTerm(),
                    message.getSequence(),
                    message.getIncarnation(),
                    order));
  }

  private static Optional<Order> order(
      InstructionMessage message, Function<RunId, Optional<FileContent>> files) {
    return switch (message.getOrderCase()) {
      case ASK -> Optional.of(new Order.Ask());
      case DEPLOY -> deploy(message.getDeploy(), files);
      case LINK ->
          Optional.of(
              new Order.Link(
                  key(message.getLink().getKey()),
                  message.getLink().getOverlaysList().stream()
                      .map(each -> new PartAddress(each.getHost(), each.getPort()))
                      .toList()));
      case BEGIN_AGREEMENT ->
          Optional.of(
              new Order.BeginAgreement(
                  key(message.getBeginAgreement().getKey()),
                  new NodeId(message.getBeginAgreement().getClock())));
      case END ->
          Optional.of(
              new Order.End(
                  key(message.getEnd().getKey()),
                  EndKind.valueOf(message.getEnd().getWhy()),
                  message.getEnd().getReason()));
      case FORGET ->
          Optional.of(
              new Order.Forget(
                  message.getForget().getKeysList().stream()
                      .map(InstructionMessages::key)
                      .toList()));
      case REPORT_HEARD -> Optional.of(new Order.Heard(message.getReportHeard().getSequence()));
      case ORDER_NOT_SET ->
          throw new IllegalArgumentException(
              "this node does not know what is ordered; use one version of Kollaps on all nodes");
    };
  }

  private static Optional<Order> deploy(
      InstructionMessage.Deploy deploy, Function<RunId, Optional<FileContent>> files) {
    PartKey key = key(deploy.getKey());
    return files
        .apply(key.run())
        .map(
            file ->
                new Order.Deploy(
                    key,
                    new PartDescription(
                        deploy.getFileName(),
                        file,
                        deploy.getSeed(),
                        deploy.getFabric(),
                        deploy.getVni(),
                        deploy.getEndpointMtu(),
                        deploy.getNodesList().stream()
                            .map(
                                node ->
                                    new RunNode(
                                        new NodeId(node.getId()), node.getName(), node.getHost()))
                            .toList(),
                        deploy.getHomesList(),
                        deploy.getSelf())));
  }
}
