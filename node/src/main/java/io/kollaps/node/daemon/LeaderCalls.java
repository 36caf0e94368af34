package io.kollaps.node.daemon;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.generated.LeaderAt;
import io.kollaps.cluster.generated.ManageReply;
import io.kollaps.cluster.generated.ManageRequest;
import io.kollaps.cluster.state.Member;
import io.kollaps.cluster.wire.NodeClient;
import io.kollaps.node.local.LocalFailure;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Asks the leader, whoever it is and wherever, until one answers. */
final class LeaderCalls {
  /** While a leader changes, a request is tried again this long. */
  private static final long PATIENCE_SECONDS = 30;

  private static final long RETRY_MILLIS = 200;

  private final ClusterNode node;
  private final NodeAnswers own;

  LeaderCalls(ClusterNode node, NodeAnswers own) {
    this.node = node;
    this.own = own;
  }

  /**
   * Asks for a change.
   *
   * @return the token, where one was asked for; else empty
   * @throws LocalFailure when the leader refuses, or none answers in time
   */
  String manage(ManageRequest request) throws LocalFailure, InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    String problem = "no node leads the cluster at the moment";
    Optional<LeaderAt> next = Optional.empty();
    while (System.nanoTime() < deadline) {
      ManageReply reply = ManageReply.getDefaultInstance();
      try {
        reply = ask(next, request);
      } catch (NodeClient.CallFailure e) {
        problem = String.valueOf(e.getMessage());
        if (e.answered()) {
          break;
        }
      }
      switch (reply.getResultCase()) {
        case DONE -> {
          return "";
        }
        case TOKEN -> {
          return reply.getToken();
        }
        case REFUSED -> throw LocalFailure.failed(reply.getRefused());
        case LEADER_AT, RESULT_NOT_SET -> {}
      }
      next =
          Optional.of(reply.getLeaderAt())
              .filter(at -> !at.getId().isEmpty() && !at.getId().equals(node.self().value()));
      Thread.sleep(RETRY_MILLIS);
    }
    throw LocalFailure.failed(problem + "; see 'kollaps nodes'");
  }

  private ManageReply ask(Optional<LeaderAt> at, ManageRequest request)
      throws NodeClient.CallFailure {
    if (at.isPresent()) {
      return node.client()
          .call(
              new NodeId(at.get().getId()),
              at.get().getHost(),
              at.get().getPort(),
              stub -> stub.manage(request));
    }
    Optional<Member> leader = node.leader();
    if (leader.isEmpty()) {
      return ManageReply.getDefaultInstance();
    }
    Member to = leader.get();
    return to.id().equals(node.self())
        ? own.manage(node.self(), request)
        : node.client().call(to.id(), to.host(), to.port(), stub -> stub.manage(request));
  }
}
