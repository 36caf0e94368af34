package io.kollaps.node.daemon;

import com.google.protobuf.ByteString;
import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.capacity.NodeProfile;
import io.kollaps.cluster.clock.ClockOffset;
import io.kollaps.cluster.generated.Admitted;
import io.kollaps.cluster.generated.AnnounceRequest;
import io.kollaps.cluster.generated.JoinReply;
import io.kollaps.cluster.generated.JoinRequest;
import io.kollaps.cluster.generated.LeaderAt;
import io.kollaps.cluster.generated.ManageReply;
import io.kollaps.cluster.generated.ManageRequest;
import io.kollaps.cluster.generated.NodeReport;
import io.kollaps.cluster.generated.Outcome;
import io.kollaps.cluster.generated.RenewReply;
import io.kollaps.cluster.generated.RenewRequest;
import io.kollaps.cluster.generated.ReportReply;
import io.kollaps.cluster.generated.StepRequest;
import io.kollaps.cluster.generated.TakeAuthorityRequest;
import io.kollaps.cluster.join.Applicant;
import io.kollaps.cluster.join.JoinAnswer;
import io.kollaps.cluster.join.JoinCall;
import io.kollaps.cluster.join.JoinMessages;
import io.kollaps.cluster.security.Certificates;
import io.kollaps.cluster.security.ClusterAuthority;
import io.kollaps.cluster.security.ClusterKey;
import io.kollaps.cluster.security.JoinToken;
import io.kollaps.cluster.security.Refusals;
import io.kollaps.cluster.security.SecurityFailure;
import io.kollaps.cluster.state.ControlCodec;
import io.kollaps.cluster.state.ControlCommand;
import io.kollaps.cluster.state.ControlRules;
import io.kollaps.cluster.state.ControlState;
import io.kollaps.cluster.state.Member;
import io.kollaps.cluster.state.Replication;
import io.kollaps.cluster.state.TokenRecord;
import io.kollaps.cluster.wire.NodeCalls;
import io.kollaps.cluster.wire.Protocol;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a node answers to other nodes; most of it only while it leads. */
final class NodeAnswers implements NodeCalls {
  private static final int LONGEST_REASON = 200;
  private static final long AUTHORITY_POLL_NANOS = 200_000_000L;
  private static final long WAIT_NANOS = 500_000_000L;

  /** As the command's and the setting's ranges: a year, and as many members as there may be. */
  private static final long LONGEST_TOKEN_MILLIS = Duration.ofDays(365).toMillis();

  private static final Logger LOG = LoggerFactory.getLogger(NodeAnswers.class);

  private final ClusterNode node;

  NodeAnswers(ClusterNode node) {
    this.node = node;
  }

  // ---- join ------------------------------------------------------------------------------

  @Override
  public JoinReply join(JoinRequest request, String address) {
    if (!node.replication().status().leading()) {
      return leaderAt()
          .map(leader -> JoinReply.newBuilder().setLeaderAt(leader).build())
          .orElseGet(() -> wait("no leader is known at the moment"));
    }
    Optional<String> refusal = tokenRefusal(request);
    if (refusal.isPresent()) {
      node.refusals().refused("join", address, refusal.get());
      return refused(refusal.get());
    }
    try {
      return let(request, address);
    } catch (SecurityFailure | IllegalArgumentException e) {
      String why = Refusals.plain(String.valueOf(e.getMessage()));
      node.refusals().refused("join", address, why);
      return refused(why);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return wait("this node is stopping");
    }
  }

  private Optional<String> tokenRefusal(JoinRequest request) {
    TokenRecord token = node.state().tokens().get(request.getTokenId());
    byte[] expected = token == null ? new byte[0] : HexFormat.of().parseHex(token.secretHashHex());
    byte[] given = JoinToken.hash(request.getTokenSecret().toByteArray());
    return MessageDigest.isEqual(expected, given)
        ? Optional.empty()
        : Optional.of(
            "the token is not valid here (any more); 'kollaps token rotate' on a member prints a"
                + " new one");
  }

  private JoinReply let(JoinRequest request, String address)
      throws SecurityFailure, InterruptedException {
    Member member = memberOf(request, address);
    Optional<String> mismatch =
        Protocol.mismatch(
            member.oldestProtocol() + "-" + member.newestProtocol(), "node " + member.name());
    if (mismatch.isPresent()) {
      node.refusals().refused("join", address, mismatch.get());
      return refused(mismatch.get());
    }
    if (member.newestProtocol() < Protocol.STEPS) {
      return refused(
          "node "
              + member.name()
              + " joins as older versions of Kollaps did, without being measured; install the"
              + " version of the cluster on it");
    }
    Optional<ClusterAuthority> authority = node.authority();
    if (authority.isEmpty()) {
      return wait("the leader does not have the authority's key yet");
    }
    // what will be refused at the end is refused now, before anything is measured
    var _ = certificate(authority.get(), request.getSigningRequest(), member.id());
    ControlCommand admission =
        new ControlCommand.AdmitMember(member, request.getTokenId(), node.clock().millis());
    if (ControlRules.apply(node.state(), admission).outcome()
        instanceof io.kollaps.cluster.state.Outcome.Refused(String reason)) {
      node.refusals().refused("join", address, reason);
      return refused(reason);
    }
    NodeProfile profile =
        new NodeProfile(
            member.id(),
            request.hasNicBitsPerSecond()
                ? OptionalLong.of(request.getNicBitsPerSecond())
                : OptionalLong.empty(),
            Interfaces.other(member.id(), member.host()).address());
    Applicant applicant = new Applicant(member, request.getTokenId(), profile);
    return JoinMessages.encode(
        node.joins().answer(new JoinCall.Join(applicant, request.getAttempt())));
  }

  private X509Certificate certificate(
      ClusterAuthority authority, ByteString signingRequest, NodeId id) throws SecurityFailure {
    return authority.certify(
        signingRequest.toByteArray(),
        id,
        node.clock().wall().instant(),
        node.settings().certificateLife(),
        node.random());
  }

  @Override
  public JoinReply step(StepRequest request, String address) {
    if (!node.replication().status().leading()) {
      return leaderAt()
          .map(leader -> JoinReply.newBuilder().setLeaderAt(leader).build())
          .orElseGet(() -> wait("no leader is known at the moment"));
    }
    try {
      JoinCall call = JoinMessages.decode(request);
      JoinAnswer answer = node.joins().answer(call);
      Optional<ClusterAuthority> authority = node.authority();
      if (!(answer instanceof JoinAnswer.Admitted)) {
        return JoinMessages.encode(answer);
      }
      return authority.isEmpty()
          ? JoinMessages.encode(new JoinAnswer.Hold(AUTHORITY_POLL_NANOS))
          : JoinReply.newBuilder()
              .setAdmitted(
                  admitted(certificate(authority.get(), request.getSigningRequest(), call.node())))
              .build();
    } catch (SecurityFailure | IllegalArgumentException e) {
      String why = Refusals.plain(String.valueOf(e.getMessage()));
      node.refusals().refused("join", address, why);
      return refused(why);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return wait("this node is stopping");
    }
  }

  private static Member memberOf(JoinRequest request, String address) {
    var message = request.getMember();
    Member member =
        ControlCodec.member(
            message.getHost().isEmpty() ? message.toBuilder().setHost(address).build() : message);
    if (!member.id().hasBits()) {
      throw new IllegalArgumentException("the joiner's identity is not that of a node");
    }
    return member.in(Member.Mode.ACTIVE);
  }

  private Admitted admitted(X509Certificate certificate) {
    ControlState state = node.state();
    Admitted.Builder admitted =
        Admitted.newBuilder()
            .setCertificate(ByteString.copyFrom(Certificates.der(certificate)))
            .setAuthority(ByteString.copyFrom(Certificates.der(node.credentials().authority())))
            .setCluster(state.cluster());
    state.members().values().forEach(each -> admitted.addMembers(ControlCodec.toMessage(each)));
    state.key().ifPresent(key -> admitted.setKey(ControlCodec.toMessage(key)));
    return admitted.build();
  }

  private static JoinReply refused(String why) {
    return JoinReply.newBuilder().setRefused(why).build();
  }

  private static JoinReply wait(String why) {
    return JoinMessages.encode(new JoinAnswer.Wait(why, false, WAIT_NANOS));
  }

  // ---- members ---------------------------------------------------------------------------

  @Override
  public Outcome announce(NodeId caller, AnnounceRequest request) {
    Member member = ControlCodec.member(request.getMember());
    if (!member.id().equals(caller)) {
      return Outcome.newBuilder().setRefused("a node announces itself only").build();
    }
    Optional<String> mismatch =
        Protocol.mismatch(
            member.oldestProtocol() + "-" + member.newestProtocol(), "node " + member.name());
    if (mismatch.isPresent()) {
      return Outcome.newBuilder().setRefused(mismatch.get()).build();
    }
    return changed(() -> node.leadership().submit(new ControlCommand.UpdateMember(member)));
  }

  @Override
  public RenewReply renew(NodeId caller, RenewRequest request) {
    Optional<ClusterAuthority> authority = node.authority();
    if (!node.replication().status().leading() || authority.isEmpty()) {
      return leaderAt()
          .map(leader -> RenewReply.newBuilder().setLeaderAt(leader).build())
          .orElseGet(() -> RenewReply.newBuilder().setRefused("no leader is known").build());
    }
    try {
      X509Certificate certificate =
          authority
              .get()
              .certify(
                  request.getSigningRequest().toByteArray(),
                  caller,
                  node.clock().wall().instant(),
                  node.settings().certificateLife(),
                  node.random());
      return RenewReply.newBuilder()
          .setCertificate(ByteString.copyFrom(Certificates.der(certificate)))
          .build();
    } catch (SecurityFailure e) {
      return RenewReply.newBuilder().setRefused(String.valueOf(e.getMessage())).build();
    }
  }

  @Override
  public Outcome takeAuthority(NodeId caller, TakeAuthorityRequest request) {
    if (!node.replication().status().leader().equals(Optional.of(caller))) {
      return Outcome.newBuilder()
          .setRefused("the key comes from the leader, and this node knows another or none")
          .build();
    }
    try {
      node.takeAuthority(
          ClusterAuthority.of(
              node.credentials().authority(),
              Certificates.parseKey(request.getPrivateKey().toByteArray())));
      return Outcome.newBuilder().setDone("taken").build();
    } catch (SecurityFailure | IOException e) {
      LOG.warn("the authority's key could not be taken: {}", e.getMessage());
      return Outcome.newBuilder().setRefused(String.valueOf(e.getMessage())).build();
    }
  }

  /** A change of the state by the leader. */
  @FunctionalInterface
  private interface Change {
    io.kollaps.cluster.state.Outcome apply() throws InterruptedException;
  }

  private Outcome changed(Change change) {
    ManageReply reply = managed(change);
    return switch (reply.getResultCase()) {
      case LEADER_AT -> Outcome.newBuilder().setLeaderAt(reply.getLeaderAt()).build();
      case REFUSED -> Outcome.newBuilder().setRefused(reply.getRefused()).build();
      default -> Outcome.newBuilder().setDone("done").build();
    };
  }

  // ---- management ------------------------------------------------------------------------

  @Override
  public ManageReply manage(NodeId caller, ManageRequest request) {
    if (!node.replication().status().leading()) {
      return notLeading();
    }
    return switch (request.getActionCase()) {
      case LEAVE -> leave(request.getLeave().getNode());
      case DRAIN -> drain(request.getDrain());
      case BAN -> ban(request.getBan());
      case ROTATE_TOKEN -> rotate(request.getRotateToken());
      case WRITE ->
          managed(() -> node.leadership().submit(ControlCodec.put(request.getWrite().getPut())));
      case REMOVE ->
          managed(
              () ->
                  node.leadership()
                      .submit(
                          new ControlCommand.RemoveDocument(
                              request.getRemove().getRoom(), request.getRemove().getKey())));
      case ACTION_NOT_SET ->
          refusedManage(
              "this node does not know what is asked; use one version of Kollaps on all nodes");
    };
  }

  private ManageReply leave(String name) {
    return withMember(
        name,
        member -> {
          if (node.state().members().size() == 1) {
            return refusedManage(
                "it is the only member; stop it with Ctrl-C or systemctl, and remove its folder if"
                    + " the cluster is to be gone");
          }
          if (member.id().equals(node.self())) {
            return handOver();
          }
          return managed(() -> node.leadership().release(member));
        });
  }

  private ManageReply handOver() {
    try {
      return node.leadership()
          .handOver()
          .map(heir -> node.state().members().get(heir))
          .map(member -> ManageReply.newBuilder().setLeaderAt(at(member)).build())
          .orElseGet(
              () ->
                  refusedManage(
                      "no other node could take over the lead; look at 'kollaps nodes' and try"
                          + " again when another node is alive"));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return refusedManage("the node is stopping");
    }
  }

  private ManageReply drain(ManageRequest.Drain drain) {
    Member.Mode mode = drain.getDrained() ? Member.Mode.DRAINED : Member.Mode.ACTIVE;
    return withMember(
        drain.getNode(),
        member ->
            managed(() -> node.leadership().submit(new ControlCommand.SetMode(member.id(), mode))));
  }

  private ManageReply ban(ManageRequest.Ban ban) {
    if (ban.getReason().length() > LONGEST_REASON
        || ban.getReason().chars().anyMatch(Character::isISOControl)) {
      return refusedManage(
          "a reason has at most " + LONGEST_REASON + " characters, and only printable ones");
    }
    return withMember(
        ban.getNode(),
        member -> {
          if (member.id().equals(node.self())) {
            return refusedManage(
                "it leads the cluster; let it leave, or stop it, so that another leads, and ban it"
                    + " then");
          }
          int generation = node.state().key().map(ClusterKey::generation).orElse(0) + 1;
          ClusterKey key = ClusterKey.create(generation, node.random());
          return managed(
              () ->
                  node.leadership()
                      .remove(
                          new ControlCommand.BanNode(
                              member.id(), ban.getReason(), node.clock().millis(), key)));
        });
  }

  private ManageReply rotate(ManageRequest.RotateToken rotate) {
    if (rotate.getLifetimeMillis() < 1
        || rotate.getLifetimeMillis() > LONGEST_TOKEN_MILLIS
        || rotate.getUses() < 1
        || rotate.getUses() > ControlRules.MAX_MEMBERS) {
      return refusedManage(
          "a token counts for at most a year, and for 1 to " + ControlRules.MAX_MEMBERS + " nodes");
    }
    JoinToken token = JoinToken.create(node.credentials().authority(), node.random());
    TokenRecord kept =
        new TokenRecord(
            token.id(),
            HexFormat.of().formatHex(JoinToken.hash(token.secret())),
            node.clock().millis() + rotate.getLifetimeMillis(),
            rotate.getUses());
    ManageReply reply =
        managed(
            () ->
                node.leadership()
                    .submit(new ControlCommand.AddToken(kept, !rotate.getKeepOthers())));
    return reply.getResultCase() == ManageReply.ResultCase.DONE
        ? ManageReply.newBuilder().setToken(token.text()).build()
        : reply;
  }

  @FunctionalInterface
  private interface MemberAction {
    ManageReply on(Member member);
  }

  private ManageReply withMember(String name, MemberAction action) {
    Optional<Member> member = node.state().find(name);
    return member.isPresent()
        ? action.on(member.get())
        : refusedManage("no node is called '" + Refusals.plain(name) + "'; see 'kollaps nodes'");
  }

  private ManageReply managed(Change change) {
    try {
      return switch (change.apply()) {
        case io.kollaps.cluster.state.Outcome.Done done ->
            ManageReply.newBuilder().setDone("done").build();
        case io.kollaps.cluster.state.Outcome.Refused refused -> refusedManage(refused.reason());
      };
    } catch (Replication.NotLeaderException e) {
      return notLeading();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return refusedManage("the node is stopping");
    }
  }

  private static ManageReply refusedManage(String why) {
    return ManageReply.newBuilder().setRefused(why).build();
  }

  /** An address of the leader, or one without an id: nobody leads at the moment. */
  private ManageReply notLeading() {
    return ManageReply.newBuilder()
        .setLeaderAt(leaderAt().orElse(LeaderAt.getDefaultInstance()))
        .build();
  }

  private Optional<LeaderAt> leaderAt() {
    return node.leader().filter(leader -> !leader.id().equals(node.self())).map(NodeAnswers::at);
  }

  private static LeaderAt at(Member member) {
    return LeaderAt.newBuilder()
        .setId(member.id().value())
        .setHost(member.host())
        .setPort(member.port())
        .build();
  }

  // ---- report ----------------------------------------------------------------------------

  @Override
  public ReportReply report(NodeId caller) {
    return report();
  }

  /** How things are, as this node sees them. */
  ReportReply report() {
    Replication.Status status = node.replication().status();
    ControlState state = node.state();
    long now = System.nanoTime();
    ReportReply.Builder reply = ReportReply.newBuilder();
    for (Member member : state.membersByAdmission()) {
      boolean self = member.id().equals(node.self());
      NodeReport.Builder report =
          NodeReport.newBuilder()
              .setId(member.id().value())
              .setLeader(status.leader().equals(Optional.of(member.id())))
              .setVoter(status.roles().voters().contains(member.id()));
      if (self) {
        report.setRevision(state.revision());
        node.clockOffset().ifPresent(offset -> set(report, offset));
      } else if (status.leading()) {
        report.setLost(node.members().isLost(member.id()));
        node.members()
            .last(member.id())
            .ifPresent(
                heard -> {
                  report.setSilentNanos(node.members().silentNanos(member.id(), now));
                  report.setRevision(heard.revision());
                  heard.clock().ifPresent(offset -> set(report, offset));
                });
      }
      reply.addNodes(report);
    }
    return reply.build();
  }

  private static void set(NodeReport.Builder report, ClockOffset offset) {
    report
        .setOffsetNanos(offset.offsetNanos())
        .setBoundNanos(offset.boundNanos())
        .setRoundTripNanos(offset.roundTripNanos());
  }
}
