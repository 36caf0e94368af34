package io.kollaps.node.daemon;

import io.kollaps.cluster.generated.ManageRequest;
import io.kollaps.node.local.CapacityActions;
import io.kollaps.node.local.LocalActions;
import io.kollaps.node.local.NodeActions;

/** The handlers of what commands ask about nodes. */
final class NodeHandlers {
  private final ClusterNode node;
  private final LeaderCalls leader;
  private final NodeAnswers own;

  NodeHandlers(ClusterNode node) {
    this.node = node;
    own = new NodeAnswers(node);
    leader = new LeaderCalls(node, own);
  }

  /** Adds them. */
  LocalActions addTo(LocalActions actions) {
    return actions
        .add(NodeActions.NODES, new NodesHandler(node, own))
        .add(
            NodeActions.LEAVE,
            new ManageHandler<>(
                leader,
                request ->
                    ManageRequest.newBuilder()
                        .setLeave(ManageRequest.Leave.newBuilder().setNode(named(request.node())))
                        .build()))
        .add(NodeActions.DRAIN, new ManageHandler<>(leader, request -> drain(request, true)))
        .add(NodeActions.UNDRAIN, new ManageHandler<>(leader, request -> drain(request, false)))
        .add(
            NodeActions.BAN,
            new ManageHandler<>(
                leader,
                request ->
                    ManageRequest.newBuilder()
                        .setBan(
                            ManageRequest.Ban.newBuilder()
                                .setNode(request.node())
                                .setReason(request.reason()))
                        .build()))
        .add(NodeActions.ROTATE_TOKEN, new TokenHandler(node, leader))
        .add(CapacityActions.CAPACITY, new CapacityHandler(node))
        .add(CapacityActions.DESCRIBE, new DescribeHandler(leader));
  }

  private ManageRequest drain(NodeActions.OfNode request, boolean drained) {
    return ManageRequest.newBuilder()
        .setDrain(
            ManageRequest.Drain.newBuilder().setNode(named(request.node())).setDrained(drained))
        .build();
  }

  /** The daemon's own node where none is named. */
  private String named(String node) {
    return node.isEmpty() ? this.node.self().value() : node;
  }
}
