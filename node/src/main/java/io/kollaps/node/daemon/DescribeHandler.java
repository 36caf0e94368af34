package io.kollaps.node.daemon;

import com.google.protobuf.ByteString;
import io.kollaps.cluster.generated.CommandMessage;
import io.kollaps.cluster.generated.ManageRequest;
import io.kollaps.cluster.state.Document;
import io.kollaps.node.local.CapacityActions;
import io.kollaps.node.local.Exchange;
import io.kollaps.node.local.LocalFailure;
import io.kollaps.node.local.LocalHandler;
import io.kollaps.node.local.NodeActions;
import io.kollaps.node.network.CapacityDescription;
import io.kollaps.topology.Problem;
import io.kollaps.topology.read.PhysicalReadResult;
import io.kollaps.topology.read.PhysicalTopologyReader;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Keeps an administrator's description of the physical network in the replicated state. */
final class DescribeHandler
    implements LocalHandler<CapacityActions.Description, NodeActions.Nothing> {
  private final LeaderCalls leader;

  DescribeHandler(LeaderCalls leader) {
    this.leader = leader;
  }

  @Override
  public void answer(CapacityActions.Description request, Exchange<NodeActions.Nothing> exchange)
      throws LocalFailure, InterruptedException {
    byte[] content = request.content().getBytes(StandardCharsets.UTF_8);
    if (content.length > Document.MAX_CONTENT_BYTES) {
      throw LocalFailure.badInput(
          "the description has "
              + content.length
              + " bytes; the cluster keeps at most "
              + Document.MAX_CONTENT_BYTES);
    }
    if (content.length > 0
        && PhysicalTopologyReader.read(content)
            instanceof PhysicalReadResult.Invalid(List<Problem> problems)) {
      Problem first = problems.getFirst();
      throw LocalFailure.badInput(
          "line "
              + first.position().line()
              + ": "
              + first.message()
              + "; "
              + first.remedy()
              + " ("
              + problems.size()
              + " in all)");
    }
    var _ =
        leader.manage(
            ManageRequest.newBuilder()
                .setWrite(
                    ManageRequest.Write.newBuilder()
                        .setPut(
                            CommandMessage.PutDocument.newBuilder()
                                .setRoom(CapacityDescription.ROOM)
                                .setKey(CapacityDescription.KEY)
                                .setContent(ByteString.copyFrom(content))))
                .build());
    exchange.tell(NodeActions.Nothing.NOTHING);
  }
}
