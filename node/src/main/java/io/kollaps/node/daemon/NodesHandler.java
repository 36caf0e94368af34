package io.kollaps.node.daemon;

import io.kollaps.cluster.generated.NodeReport;
import io.kollaps.cluster.generated.ReportReply;
import io.kollaps.cluster.generated.ReportRequest;
import io.kollaps.cluster.state.ControlState;
import io.kollaps.cluster.state.Member;
import io.kollaps.cluster.wire.NodeClient;
import io.kollaps.node.local.Exchange;
import io.kollaps.node.local.LocalHandler;
import io.kollaps.node.local.NodeActions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers how the nodes are. */
final class NodesHandler implements LocalHandler<NodeActions.Nothing, NodeActions.Nodes> {
  private static final double NANOS_PER_MILLI = 1e6;
  private static final Logger LOG = LoggerFactory.getLogger(NodesHandler.class);

  private final ClusterNode node;
  private final NodeAnswers own;

  NodesHandler(ClusterNode node, NodeAnswers own) {
    this.node = node;
    this.own = own;
  }

  @Override
  public void answer(NodeActions.Nothing request, Exchange<NodeActions.Nodes> exchange) {
    Optional<Member> leader = node.leader();
    ReportReply report = own.report();
    boolean fresh = leader.isPresent();
    if (leader.isPresent() && !leader.get().id().equals(node.self())) {
      try {
        Member to = leader.get();
        report =
            node.client()
                .call(
                    to.id(),
                    to.host(),
                    to.port(),
                    stub -> stub.report(ReportRequest.getDefaultInstance()));
      } catch (NodeClient.CallFailure e) {
        LOG.debug("the leader does not report: {}", e.getMessage());
        fresh = false; // which the command tells
      }
    }
    ControlState state = node.state();
    Map<String, NodeReport> reports = new HashMap<>();
    report.getNodesList().forEach(each -> reports.put(each.getId(), each));
    List<NodeActions.NodeRow> rows = new ArrayList<>();
    for (Member member : state.membersByAdmission()) {
      NodeReport each = reports.get(member.id().value());
      rows.add(row(member, each == null ? NodeReport.getDefaultInstance() : each, fresh));
    }
    exchange.tell(
        new NodeActions.Nodes(
            state.cluster(),
            node.self().value(),
            leader.map(member -> member.id().value()).orElse(""),
            fresh,
            rows));
  }

  private static NodeActions.NodeRow row(Member member, NodeReport report, boolean fresh) {
    return new NodeActions.NodeRow(
        member.id().value(),
        member.name(),
        member.host(),
        member.port(),
        report.getLeader() ? "leader" : report.getVoter() ? "voter" : "listener",
        member.mode().name().toLowerCase(Locale.ROOT),
        fresh ? condition(report) : "unknown",
        report.hasSilentNanos() ? report.getSilentNanos() / 1_000_000 : -1,
        report.getLeader() || report.hasBoundNanos(),
        report.getOffsetNanos() / NANOS_PER_MILLI,
        report.getBoundNanos() / NANOS_PER_MILLI,
        report.getRevision(),
        member.software());
  }

  private static String condition(NodeReport report) {
    if (report.getLost()) {
      return "lost";
    }
    return report.getLeader() || report.hasSilentNanos() ? "alive" : "starting";
  }
}
