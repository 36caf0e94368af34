package io.kollaps.node.deploy;

import com.google.protobuf.ByteString;
import io.grpc.BindableService;
import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.state.ControlCommand;
import io.kollaps.cluster.state.ControlState;
import io.kollaps.cluster.state.Member;
import io.kollaps.cluster.state.Replication;
import io.kollaps.cluster.wire.NodeClient;
import io.kollaps.node.control.Instruction;
import io.kollaps.node.control.NodeReport;
import io.kollaps.node.control.leader.ControllerSettings;
import io.kollaps.node.control.leader.NodeFact;
import io.kollaps.node.control.leader.PlacementDesk;
import io.kollaps.node.control.manager.ManagerSettings;
import io.kollaps.node.fabric.FabricFactory;
import io.kollaps.node.fabric.Fabrics;
import io.kollaps.node.generated.ExperimentsGrpc;
import io.kollaps.node.local.LocalActions;
import io.kollaps.node.run.PartFactory;
import io.kollaps.placement.PlacementOptions;
import io.kollaps.placement.Placer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything about runs on one node: its parts, what it does while it leads, what it answers to
 * other nodes and to commands. Told by the node's daemon what happens in the cluster.
 */
public final class Deployment implements AutoCloseable {
  private static final Duration CALL = Duration.ofSeconds(5);
  private static final Logger LOG = LoggerFactory.getLogger(Deployment.class);

  private final ClusterAccess cluster;
  private final DeploySettings settings;
  private final RunStore store;
  private final Happenings happenings = new Happenings();
  private final PartHost parts;
  private final Outbox<NodeId, Instruction> instructions;
  private final Outbox<NodeId, NodeReport> reports;
  private final ControllerLoop controller;
  private final ManagerLoop manager;
  private final LeaderDesk desk;
  private final PlanDesk planDesk;
  private final PartFiles partFiles;
  private final HappeningsStream happeningsStream;
  private volatile List<NodeFact> lastFacts = List.of();
  private volatile boolean leads;

  /**
   * Begins: leftovers of earlier daemons are swept, and nothing is run before.
   *
   * @param cluster the node
   * @param settings of the node
   * @param factory makes parts
   */
  public Deployment(ClusterAccess cluster, DeploySettings settings, PartFactory factory) {
    this.cluster = cluster;
    this.settings = settings;
    store = new RunStore(cluster);
    ResultsStore results = new ResultsStore(settings.results(), settings.resultsKept());
    parts = new PartHost(cluster, factory, settings.state(), results);
    instructions = new Outbox<>(this::instruct);
    reports = new Outbox<>(this::report);
    ClusterForPlacing placeable = new ClusterForPlacing(cluster, new StateNetworks());
    controller =
        new ControllerLoop(
            cluster,
            ControllerSettings.DEFAULT,
            store,
            () ->
                new PlacementDesk(
                    placeable,
                    new Placer(System::nanoTime),
                    PlacementOptions.DEFAULT,
                    Fabrics.all().stream().map(FabricFactory::name).collect(Collectors.toSet())),
            happenings,
            new SecureRandom(),
            instructions::send);
    manager =
        new ManagerLoop(
            cluster, settings.incarnation(), ManagerSettings.DEFAULT, parts, reports::send);
    desk = new LeaderDesk(cluster, controller);
    planDesk = new PlanDesk(cluster, new DeskPlacing(controller, placeable));
    partFiles = new PartFiles(parts, results);
    happeningsStream = new HappeningsStream(happenings, cluster);
  }

  // ---- what the node's daemon takes from here -------------------------------------------------

  /** Answers other nodes. */
  public BindableService service() {
    return new ExperimentsService(this);
  }

  /** Adds what commands may ask about runs. */
  public LocalActions addTo(LocalActions actions) {
    LeaderRuns leader = new LeaderRuns(cluster, desk, planDesk);
    RunCatalog catalog = new RunCatalog(store, leader);
    PartCalls calls = new PartCalls(cluster, partFiles, parts);
    new RunHandlers(store, leader, catalog).addTo(actions);
    return new PartHandlers(cluster, catalog, calls, happeningsStream, new EndpointNames(store)::of)
        .addTo(actions);
  }

  RunStore store() {
    return store;
  }

  ManagerLoop manager() {
    return manager;
  }

  ControllerLoop controller() {
    return controller;
  }

  LeaderDesk desk() {
    return desk;
  }

  PlanDesk planDesk() {
    return planDesk;
  }

  PartFiles partFiles() {
    return partFiles;
  }

  PartHost parts() {
    return parts;
  }

  HappeningsStream happeningsStream() {
    return happeningsStream;
  }

  // ---- what it is told -----------------------------------------------------------------------

  /** This node leads from now on, and has applied all that was committed before. */
  public void led(long term) {
    leads = true;
    lastFacts = facts();
    manager.leads();
    controller.led(term, lastFacts);
  }

  /** This node leads no more. */
  public void ledNoMore() {
    leads = false;
    controller.ledNoMore();
  }

  /** The leader has given a member up. */
  public void lost(NodeId node) {
    controller.lost(node);
    gone(node);
    happenings.add("node " + name(node) + " is lost", millis());
    Thread.ofVirtual().start(() -> recordLoss(node));
  }

  /** A lost member is back. */
  public void returned(NodeId node) {
    controller.back(node);
    happenings.add("node " + name(node) + " is back", millis());
  }

  private String name(NodeId node) {
    return cluster.member(node).map(Member::name).orElse(node.value());
  }

  private long millis() {
    return cluster.clockNanos() / 1_000_000;
  }

  private void gone(NodeId node) {
    manager.gone(node);
    parts.peerGone(node);
  }

  private void recordLoss(NodeId node) {
    try {
      var _ =
          cluster.submit(
              new ControlCommand.PutDocument(
                  NodeFacts.LOSSES_ROOM,
                  node.value(),
                  NodeFacts.withLoss(cluster.state(), node, millis()),
                  OptionalLong.empty()));
    } catch (Replication.NotLeaderException e) {
      LOG.debug("the loss of {} is not recorded: {}", node, e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The state is another one; on a thread that must not be held. */
  public void changed(ControlState before, ControlState after) {
    if (before.members().keySet().equals(after.members().keySet())) {
      return;
    }
    before.members().values().stream()
        .filter(member -> !after.isMember(member.id()))
        .forEach(
            member -> {
              gone(member.id());
              if (leads) {
                happenings.add("node " + member.name() + " is no member any more", millis());
              }
            });
    if (leads) {
      after.members().values().stream()
          .filter(member -> !before.isMember(member.id()))
          .forEach(
              member -> happenings.add("node " + member.name() + " is a member now", millis()));
    }
  }

  /** Another node leads, as far as this one knows. */
  public void leaderKnown(NodeId leader) {
    if (!leader.equals(cluster.self())) {
      manager.leaderKnown(leader);
    }
  }

  /** Every now and then, on one thread that may wait a little. */
  public void tend() {
    manager.tend(cluster.status().leader());
    if (leads) {
      List<NodeFact> now = facts();
      if (!now.equals(lastFacts)) {
        lastFacts = now;
        controller.members(now);
      }
    }
  }

  /**
   * What this node says of itself, where the replicated state does not say the same yet.
   *
   * @return the content of its document; empty: it is known
   */
  public Optional<ControlCommand.PutDocument> unsaidFacts() {
    Optional<Member> self = cluster.member(cluster.self());
    if (self.isEmpty()) {
      return Optional.empty();
    }
    NodeFacts own = NodeFacts.ofMachine(settings.maxEndpoints(), self.get().host());
    if (NodeFacts.of(cluster.state(), cluster.self()).equals(Optional.of(own))) {
      return Optional.empty();
    }
    ByteString content = own.encode();
    return Optional.of(
        new ControlCommand.PutDocument(
            NodeFacts.ROOM, cluster.self().value(), content, OptionalLong.empty()));
  }

  private List<NodeFact> facts() {
    ControlState state = cluster.state();
    return state.membersByAdmission().stream()
        .map(
            member ->
                new NodeFact(
                    member.id(),
                    member.name(),
                    member.host(),
                    NodeFacts.of(state, member.id())
                        .map(NodeFacts::mtuBytes)
                        .orElse(NodeFacts.ETHERNET_MTU),
                    !cluster.isLost(member.id())))
        .toList();
  }

  // ---- what it sends -------------------------------------------------------------------------

  private void instruct(NodeId node, Instruction instruction) {
    if (node.equals(cluster.self())) {
      var _ = manager.instructed(instruction);
      return;
    }
    call(node, stub -> stub.instruct(InstructionMessages.message(instruction)));
  }

  private void report(NodeId leader, NodeReport report) {
    if (leader.equals(cluster.self())) {
      var _ = controller.said(report);
      return;
    }
    call(leader, stub -> stub.report(ReportMessages.message(report)));
  }

  @FunctionalInterface
  private interface Call {
    Object on(ExperimentsGrpc.ExperimentsBlockingStub stub);
  }

  private void call(NodeId node, Call call) {
    Optional<Member> member = cluster.member(node);
    if (member.isEmpty()) {
      return;
    }
    try {
      var _ =
          cluster
              .client()
              .call(
                  node,
                  member.get().host(),
                  member.get().port(),
                  ExperimentsGrpc::newBlockingStub,
                  CALL,
                  call::on);
    } catch (NodeClient.CallFailure e) {
      LOG.debug("node {} was not told, it will be again: {}", node, e.getMessage());
    } catch (RuntimeException e) {
      LOG.error("this is a bug: node {} could not be told", node, e);
    }
  }

  /** Ends this node's parts and everything else. */
  @Override
  public void close() {
    controller.close();
    parts.close();
    manager.close();
    instructions.close();
    reports.close();
  }
}
