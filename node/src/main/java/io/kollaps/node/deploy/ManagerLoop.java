package io.kollaps.node.deploy;

import io.kollaps.cluster.NodeId;
import io.kollaps.cluster.clock.ClockOffset;
import io.kollaps.node.control.Instruction;
import io.kollaps.node.control.NodeReport;
import io.kollaps.node.control.PartKey;
import io.kollaps.node.control.PartResult;
import io.kollaps.node.control.RingEnvelope;
import io.kollaps.node.control.manager.EmulationManager;
import io.kollaps.node.control.manager.ManagerCommand;
import io.kollaps.node.control.manager.ManagerEvent;
import io.kollaps.node.control.manager.ManagerSettings;
import java.util.Optional;
import java.util.function.BiConsumer;

/** The emulation manager at work: feeds it, and does what it wants done. */
final class ManagerLoop implements AutoCloseable, PartHost.Listener {
  private final ClusterAccess cluster;
  private final ManagerSettings settings;
  private final EmulationManager manager;
  private final PartHost parts;
  private final BiConsumer<NodeId, NodeReport> report;
  private final EventLoop<ManagerEvent> loop;

  /**
   * Begins.
   *
   * @param incarnation another number at each start of the daemon
   * @param parts makes and keeps the parts
   * @param report sends a report, without waiting
   */
  ManagerLoop(
      ClusterAccess cluster,
      long incarnation,
      ManagerSettings settings,
      PartHost parts,
      BiConsumer<NodeId, NodeReport> report) {
    this.cluster = cluster;
    this.settings = settings;
    this.parts = parts;
    this.report = report;
    manager = new EmulationManager(cluster.self(), incarnation, settings, ManagerSettings.START);
    loop =
        new EventLoop<>(
            "kollaps-manager",
            this::handle,
            this::nextTickNanos,
            () -> new ManagerEvent.TimePassed(now()));
    parts.tell(this);
    loop.tell(new ManagerEvent.Began(now()));
    cluster.receive(
        RunDatagrams.RING,
        (sender, payload) -> RunDatagrams.readRing(payload).ifPresent(ring -> ring(sender, ring)));
  }

  private long now() {
    return cluster.clockNanos();
  }

  private long nextTickNanos() {
    if (!manager.hasParts()) {
      return EventLoop.IDLE_TICK_NANOS;
    }
    long tick = settings.tickNanos();
    return manager.wakeNanos().isPresent()
        ? Math.clamp(manager.wakeNanos().getAsLong() - now(), 0, tick)
        : tick;
  }

  // ---- what happens -------------------------------------------------------------------------

  /** The leader told something; false when too much waits. */
  boolean instructed(Instruction instruction) {
    return loop.offer(new ManagerEvent.Instructed(now(), instruction));
  }

  /** This node leads: its clock is the leader's. */
  void leads() {
    loop.tell(new ManagerEvent.LeaderKnown(now(), cluster.self()));
    loop.tell(new ManagerEvent.ClockKnown(now(), cluster.self(), 0, 0));
  }

  /** Another node leads. */
  void leaderKnown(NodeId leader) {
    loop.tell(new ManagerEvent.LeaderKnown(now(), leader));
  }

  /** How far the leader's clock is from this node's. */
  void clockKnown(NodeId leader, ClockOffset offset) {
    loop.tell(
        new ManagerEvent.ClockKnown(now(), leader, offset.offsetNanos(), offset.boundNanos()));
  }

  /** A node is lost, or no member any more. */
  void gone(NodeId node) {
    loop.tell(new ManagerEvent.NodeGone(now(), node));
  }

  private void ring(NodeId sender, RunDatagrams.Ring ring) {
    if (ring.taken()) {
      loop.offer(new ManagerEvent.RingTaken(now(), ring.envelope()));
    } else if (ring.envelope().from().equals(sender)) {
      loop.offer(new ManagerEvent.RingHeard(now(), ring.envelope()));
    }
  }

  @Override
  public void prepared(PartKey key, int overlayPort) {
    loop.tell(new ManagerEvent.PartPrepared(now(), key, overlayPort));
  }

  @Override
  public void ready(PartKey key) {
    loop.tell(new ManagerEvent.PartReady(now(), key));
  }

  @Override
  public void started(PartKey key, long latenessNanos) {
    loop.tell(new ManagerEvent.PartStarted(now(), key, latenessNanos));
  }

  @Override
  public void idle(PartKey key, boolean idle) {
    loop.tell(new ManagerEvent.PartIdle(now(), key, idle));
  }

  @Override
  public void failed(PartKey key, String why) {
    loop.tell(new ManagerEvent.PartFailed(now(), key, why));
  }

  @Override
  public void ended(PartKey key, PartResult result) {
    loop.tell(new ManagerEvent.PartEnded(now(), key, result));
  }

  @Override
  public void swept() {
    loop.tell(new ManagerEvent.Swept(now()));
  }

  // ---- what is done about it ----------------------------------------------------------------

  private void handle(ManagerEvent event) {
    for (ManagerCommand command : manager.handle(event)) {
      carryOut(command);
    }
  }

  private void carryOut(ManagerCommand command) {
    switch (command) {
      case ManagerCommand.CreatePart create -> parts.create(create.key(), create.part());
      case ManagerCommand.LinkPart link -> parts.link(link.key(), link.overlays());
      case ManagerCommand.StartPart start ->
          parts.start(start.key(), cluster.nanoTime(start.localNanos()), start.boundNanos());
      case ManagerCommand.EndPart end -> parts.end(end.key(), end.why(), end.reason());
      case ManagerCommand.AbandonPart abandon -> parts.abandon(abandon.key());
      case ManagerCommand.SendRing(NodeId to, RingEnvelope envelope) -> send(to, envelope, false);
      case ManagerCommand.TakeRing(NodeId to, RingEnvelope envelope) -> send(to, envelope, true);
      case ManagerCommand.Sweep() -> parts.sweep();
      case ManagerCommand.Report(NodeId leader, NodeReport said) -> report.accept(leader, said);
    }
  }

  private void send(NodeId to, RingEnvelope envelope, boolean taken) {
    if (to.equals(cluster.self())) {
      ring(to, new RunDatagrams.Ring(envelope, taken));
    } else {
      cluster.send(to, RunDatagrams.ring(envelope, taken));
    }
  }

  /** The clock of the leader as of now, for the manager; every now and then. */
  void tend(Optional<NodeId> leader) {
    if (leader.isEmpty() || leader.get().equals(cluster.self())) {
      return;
    }
    Optional<ClockOffset> offset = cluster.clockOffset();
    if (offset.isPresent() && cluster.status().leader().equals(leader)) {
      clockKnown(leader.get(), offset.get());
    }
  }

  @Override
  public void close() {
    loop.close();
  }
}
