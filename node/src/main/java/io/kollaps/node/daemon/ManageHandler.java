package io.kollaps.node.daemon;

import io.kollaps.cluster.generated.ManageRequest;
import io.kollaps.node.local.Exchange;
import io.kollaps.node.local.LocalFailure;
import io.kollaps.node.local.LocalHandler;
import io.kollaps.node.local.NodeActions;
import java.util.function.Function;

/** Lets the leader do what is asked, and says no more than that it is done. */
final class ManageHandler<Q> implements LocalHandler<Q, NodeActions.Nothing> {
  private final LeaderCalls leader;
  private final Function<Q, ManageRequest> asked;

  ManageHandler(LeaderCalls leader, Function<Q, ManageRequest> asked) {
    this.leader = leader;
    this.asked = asked;
  }

  @Override
  public void answer(Q request, Exchange<NodeActions.Nothing> exchange)
      throws LocalFailure, InterruptedException {
    var _ = leader.manage(asked.apply(request));
    exchange.tell(NodeActions.Nothing.NOTHING);
  }
}
