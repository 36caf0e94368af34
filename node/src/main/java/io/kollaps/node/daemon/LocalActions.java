package io.kollaps.node.daemon;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.generated.LeaderAt;
import io.kollaps.cluster.generated.ManageReply;
import io.kollaps.cluster.generated.ManageRequest;
import io.kollaps.cluster.generated.NodeReport;
import io.kollaps.cluster.generated.ReportReply;
import io.kollaps.cluster.generated.ReportRequest;
import io.kollaps.cluster.state.ControlState;
import io.kollaps.cluster.state.Member;
import io.kollaps.cluster.wire.NodeClient;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does what the command on this machine asks for, at the leader where it must be. */
final class LocalActions {
  /** While a leader changes, a request is tried again this long. */
  private static final long PATIENCE_SECONDS = 30;

  private static final long RETRY_MILLIS = 200;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final Logger LOG = LoggerFactory.getLogger(LocalActions.class);

  private final ClusterNode node;
  private final NodeAnswers own;

  LocalActions(ClusterNode node) {
    this.node = node;
    own = new NodeAnswers(node);
  }

  LocalReply handle(LocalRequest request) throws InterruptedException {
    if (request.version() != LocalRequest.VERSION) {
      return LocalReply.problem(
          "the command speaks version "
              + request.version()
              + " of the local protocol, the daemon "
              + LocalRequest.VERSION
              + "; restart the daemon with the version of Kollaps that is installed");
    }
    String target = request.node().isEmpty() ? node.self().value() : request.node();
    ManageRequest.Builder manage = ManageRequest.newBuilder();
    return switch (request.action()) {
      case NODES -> nodes();
      case LEAVE ->
          managed(manage.setLeave(ManageRequest.Leave.newBuilder().setNode(target)).build());
      case DRAIN -> managed(manage.setDrain(drain(target, true)).build());
      case UNDRAIN -> managed(manage.setDrain(drain(target, false)).build());
      case BAN ->
          managed(
              manage
                  .setBan(
                      ManageRequest.Ban.newBuilder().setNode(target).setReason(request.reason()))
                  .build());
      case ROTATE_TOKEN -> managed(manage.setRotateToken(rotate(request)).build());
    };
  }

  private static ManageRequest.Drain drain(String target, boolean drained) {
    return ManageRequest.Drain.newBuilder().setNode(target).setDrained(drained).build();
  }

  private ManageRequest.RotateToken rotate(LocalRequest request) {
    long millis =
        request.hours() > 0
            ? TimeUnit.HOURS.toMillis(request.hours())
            : node.settings().tokenLife().toMillis();
    return ManageRequest.RotateToken.newBuilder()
        .setLifetimeMillis(millis)
        .setUses(request.uses() > 0 ? request.uses() : node.settings().tokenUses())
        .setKeepOthers(request.keep())
        .build();
  }

  /** Asks the leader, whoever it is, until one answers. */
  private LocalReply managed(ManageRequest request) throws InterruptedException {
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
          return LocalReply.done();
        }
        case TOKEN -> {
          return LocalReply.token(reply.getToken(), address());
        }
        case REFUSED -> {
          return LocalReply.problem(reply.getRefused());
        }
        case LEADER_AT, RESULT_NOT_SET -> {}
      }
      next =
          Optional.of(reply.getLeaderAt())
              .filter(at -> !at.getId().isEmpty() && !at.getId().equals(node.self().value()));
      Thread.sleep(RETRY_MILLIS);
    }
    return LocalReply.problem(problem + "; see 'kollaps nodes'");
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

  private String address() {
    Member self = node.state().members().get(node.self());
    return self == null ? "" : self.host() + ":" + self.port();
  }

  private LocalReply nodes() {
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
    List<LocalReply.NodeRow> rows = new ArrayList<>();
    for (Member member : state.membersByAdmission()) {
      NodeReport each = reports.get(member.id().value());
      rows.add(row(member, each == null ? NodeReport.getDefaultInstance() : each, fresh));
    }
    return new LocalReply(
        LocalRequest.VERSION,
        "",
        "",
        address(),
        state.cluster(),
        node.self().value(),
        leader.map(member -> member.id().value()).orElse(""),
        fresh,
        rows);
  }

  private static LocalReply.NodeRow row(Member member, NodeReport report, boolean fresh) {
    String condition = !fresh ? "unknown" : report.getLost() ? "lost" : "alive";
    return new LocalReply.NodeRow(
        member.id().value(),
        member.name(),
        member.host(),
        member.port(),
        report.getLeader() ? "leader" : report.getVoter() ? "voter" : "listener",
        member.mode().name().toLowerCase(Locale.ROOT),
        condition,
        report.hasSilentNanos() ? report.getSilentNanos() / 1_000_000 : -1,
        report.getLeader() || report.hasBoundNanos(),
        report.getOffsetNanos() / NANOS_PER_MILLI,
        report.getBoundNanos() / NANOS_PER_MILLI,
        report.getRevision(),
        member.software());
  }
}
