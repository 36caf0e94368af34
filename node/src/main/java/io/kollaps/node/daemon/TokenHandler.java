package io.kollaps.node.daemon;

import io.kollaps.cluster.generated.ManageRequest;
import io.kollaps.cluster.state.Member;
import io.kollaps.node.local.Exchange;
import io.kollaps.node.local.LocalFailure;
import io.kollaps.node.local.LocalHandler;
import io.kollaps.node.local.NodeActions;
import java.util.concurrent.TimeUnit;

/** Makes a new join token. */
final class TokenHandler implements LocalHandler<NodeActions.RotateToken, NodeActions.Token> {
  private final ClusterNode node;
  private final LeaderCalls leader;

  TokenHandler(ClusterNode node, LeaderCalls leader) {
    this.node = node;
    this.leader = leader;
  }

  @Override
  public void answer(NodeActions.RotateToken request, Exchange<NodeActions.Token> exchange)
      throws LocalFailure, InterruptedException {
    long millis =
        request.hours() > 0
            ? TimeUnit.HOURS.toMillis(request.hours())
            : node.settings().tokenLife().toMillis();
    String token =
        leader.manage(
            ManageRequest.newBuilder()
                .setRotateToken(
                    ManageRequest.RotateToken.newBuilder()
                        .setLifetimeMillis(millis)
                        .setUses(request.uses() > 0 ? request.uses() : node.settings().tokenUses())
                        .setKeepOthers(request.keep()))
                .build());
    exchange.tell(new NodeActions.Token(token, address()));
  }

  private String address() {
    Member self = node.state().members().get(node.self());
    return self == null ? "" : self.host() + ":" + self.port();
  }
}
