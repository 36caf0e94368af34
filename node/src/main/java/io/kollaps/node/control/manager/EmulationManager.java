package io.kollaps.node.control.manager;

import io.kollaps.cluster.NodeId;
import io.kollaps.emulation.start.StartCommand;
import io.kollaps.emulation.start.StartSettings;
import io.kollaps.node.control.EndKind;
import io.kollaps.node.control.Instruction;
import io.kollaps.node.control.NodeReport;
import io.kollaps.node.control.Order;
import io.kollaps.node.control.PartKey;
import io.kollaps.node.control.PartReport;
import io.kollaps.node.control.PartResult;
import io.kollaps.node.control.PartState;
import io.kollaps.node.control.PartState.Agreed;
import io.kollaps.node.control.PartState.Agreeing;
import io.kollaps.node.control.PartState.Ended;
import io.kollaps.node.control.PartState.Ending;
import io.kollaps.node.control.PartState.Linking;
import io.kollaps.node.control.PartState.Prepared;
import io.kollaps.node.control.PartState.Preparing;
import io.kollaps.node.control.PartState.Ready;
import io.kollaps.node.control.PartState.Running;
import io.kollaps.node.control.RingEnvelope;
import io.kollaps.node.control.Texts;
import io.kollaps.node.results.Verdict;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All parts of runs on one node: a state machine, events in and commands out.
 *
 * <p><b>Whom it obeys.</b> The leader of the newest term that it has heard of; of that one, only
 * instructions newer than the last. So what an old leader said, and what was on its way too long,
 * acts on nothing.
 *
 * <p><b>What it tells.</b> Everything that it has, whenever that changes, again until the leader
 * has heard it, and every few seconds while it has parts. Parts that have ended stay in the report
 * until the leader has the run's end on record.
 *
 * <p><b>When it hears nothing.</b> Parts that run go on, to the end of their run's time: a running
 * experiment does not need a leader. Parts that have not started are ended after {@link
 * ManagerSettings#stepWaitNanos}. When the leader is heard again and the run is over for it, it
 * says so in answer to the report, and the part is ended then; never by guess.
 *
 * <p>Not safe for use by several threads.
 */
public final class EmulationManager {
  /** Clocks of this many nodes are remembered: those of the last leaders. */
  private static final int MAX_CLOCKS = 16;

  private static final PartResult NOT_ENDED =
      new PartResult(
          Verdict.Grade.INVALID, List.of("the part did not end in time and was swept away"));

  private final NodeId self;
  private final long incarnation;
  private final ManagerSettings settings;
  private final StartSettings start;
  private final Map<PartKey, ManagedPart> parts = new LinkedHashMap<>();
  private final Map<NodeId, ClockReading> clocks = new LinkedHashMap<>();
  private final Reporting reporting;
  private final List<ManagerCommand> commands = new ArrayList<>();
  private boolean swept;
  private @Nullable NodeId leader;
  private long heardTerm;
  private long heardSequence;

  /**
   * A manager without parts.
   *
   * @param self this node
   * @param incarnation greater at each start of the daemon, above 0
   * @param settings bounds
   * @param start bounds of start agreements, the same on all nodes
   * @throws IllegalArgumentException when the incarnation is not above 0
   */
  public EmulationManager(
      NodeId self, long incarnation, ManagerSettings settings, StartSettings start) {
    if (incarnation < 1) {
      throw new IllegalArgumentException("incarnations are above 0, not " + incarnation);
    }
    this.self = self;
    this.incarnation = incarnation;
    this.settings = settings;
    this.start = start;
    this.reporting = new Reporting(settings.repeatNanos(), settings.refreshNanos());
    clocks.put(self, new ClockReading(0, 0));
  }

  /** Takes an event and tells what to do, in this order. */
  public List<ManagerCommand> handle(ManagerEvent event) {
    long now = event.nowNanos();
    switch (event) {
      case ManagerEvent.Began _ -> commands.add(new ManagerCommand.Sweep());
      case ManagerEvent.Swept _ -> swept = true;
      case ManagerEvent.Instructed instructed -> instructed(now, instructed.instruction());
      case ManagerEvent.LeaderKnown known -> leaderKnown(known.leader());
      case ManagerEvent.ClockKnown clock -> clockKnown(clock);
      case ManagerEvent.RingHeard heard -> ringHeard(now, heard.envelope());
      case ManagerEvent.RingTaken taken -> ringTaken(now, taken.envelope());
      case ManagerEvent.NodeGone gone -> nodeGone(now, gone.node());
      case ManagerEvent.PartPrepared prepared ->
          advance(now, prepared.key(), Preparing.class, new Prepared(prepared.overlayPort()));
      case ManagerEvent.PartReady ready -> ready(now, ready.key());
      case ManagerEvent.PartStarted started -> started(now, started);
      case ManagerEvent.PartIdle idle -> idle(now, idle);
      case ManagerEvent.PartFailed failed -> failed(now, failed);
      case ManagerEvent.PartEnded ended -> ended(now, ended.key(), ended.result());
      case ManagerEvent.TimePassed _ -> timePassed(now);
    }
    report(now);
    List<ManagerCommand> result = List.copyOf(commands);
    commands.clear();
    return result;
  }

  /** Whether it has parts, also such as have ended and are not forgotten. */
  public boolean hasParts() {
    return !parts.isEmpty();
  }

  /** When time is to be told at the latest; empty when the tick will do. */
  public OptionalLong wakeNanos() {
    OptionalLong earliest = OptionalLong.empty();
    for (ManagedPart part : parts.values()) {
      OptionalLong wake = part.wakeNanos();
      if (wake.isPresent() && (earliest.isEmpty() || wake.getAsLong() - earliest.getAsLong() < 0)) {
        earliest = wake;
      }
    }
    return earliest;
  }

  /** Its parts, with those that have ended and are not forgotten. */
  public Map<PartKey, PartState> parts() {
    Map<PartKey, PartState> result = new TreeMap<>();
    parts.forEach((key, part) -> result.put(key, part.state()));
    return result;
  }

  // The leader

  private void instructed(long now, Instruction instruction) {
    boolean old =
        instruction.term() < heardTerm
            || (instruction.term() == heardTerm && instruction.sequence() <= heardSequence);
    boolean forAnother =
        instruction.incarnation() != incarnation
            && (instruction.incarnation() != 0 || instruction.order() instanceof Order.Deploy);
    if (old || forAnother) {
      return;
    }
    heardTerm = instruction.term();
    heardSequence = instruction.sequence();
    leader = instruction.leader();
    if (!(instruction.order() instanceof Order.Heard)) {
      reporting.changed();
    }
    switch (instruction.order()) {
      case Order.Ask _ -> {}
      case Order.Heard heard -> reporting.heard(heard.reportSequence());
      case Order.Deploy deploy -> deploy(now, deploy);
      case Order.Link link -> link(now, link);
      case Order.BeginAgreement begin -> begin(now, begin, instruction.term());
      case Order.End end ->
          find(end.key()).ifPresent(part -> end(now, part, end.why(), end.reason()));
      case Order.Forget forget -> forget.keys().forEach(key -> forget(now, key));
    }
  }

  private void leaderKnown(NodeId known) {
    if (!known.equals(leader)) {
      leader = known;
      reporting.changed();
    }
  }

  private void report(long now) {
    NodeId to = leader;
    if (to == null || !reporting.due(now, !parts.isEmpty())) {
      return;
    }
    List<PartReport> all =
        parts.values().stream().map(part -> new PartReport(part.key(), part.state())).toList();
    commands.add(
        new ManagerCommand.Report(
            to,
            new NodeReport(self, incarnation, reporting.next(now), heardTerm, heardSequence, all)));
  }

  // What the leader wants

  private void deploy(long now, Order.Deploy deploy) {
    PartKey key = deploy.key();
    if (!swept || parts.containsKey(key)) {
      return;
    }
    boolean waits = false;
    for (ManagedPart other : List.copyOf(parts.values())) {
      if (other.key().run().equals(key.run()) && !(other.state() instanceof Ended)) {
        // Both would own things under the run's name: the older one goes first.
        waits = true;
        if (other.key().attempt() < key.attempt()) {
          end(now, other, EndKind.REPLACED, "the run was started anew");
        }
      }
    }
    if (waits) {
      return;
    }
    Optional<String> full = full(deploy);
    ManagedPart part =
        new ManagedPart(key, Optional.of(deploy.part()), new Preparing(), start, now);
    parts.put(key, part);
    if (full.isPresent()) {
      part.become(
          new Ended(EndKind.ABORTED, full.get(), new PartResult(Verdict.Grade.INVALID, List.of())),
          now);
      boundEnded();
    } else {
      commands.add(new ManagerCommand.CreatePart(key, deploy.part()));
    }
  }

  private Optional<String> full(Order.Deploy deploy) {
    List<ManagedPart> alive =
        parts.values().stream().filter(part -> !(part.state() instanceof Ended)).toList();
    int endpoints = alive.stream().mapToInt(ManagedPart::endpoints).sum();
    if (alive.size() >= settings.maxParts()) {
      return Optional.of(
          "it has " + alive.size() + " parts, more it does not take; wait until a run has ended");
    }
    return endpoints + deploy.part().endpoints() > settings.maxEndpoints()
        ? Optional.of(
            "it has "
                + endpoints
                + " endpoints and takes at most "
                + settings.maxEndpoints()
                + "; this part has "
                + deploy.part().endpoints())
        : Optional.empty();
  }

  private void link(long now, Order.Link link) {
    find(link.key())
        .ifPresent(
            part -> {
              if (part.state() instanceof Prepared prepared) {
                become(now, part, new Linking(prepared.overlayPort()));
                commands.add(new ManagerCommand.LinkPart(part.key(), link.overlays()));
              }
            });
  }

  /**
   * Begins an agreement, or leaves that of an older term for it: its leader may have fallen before
   * all parts knew of it. What was agreed on already stays: a newer agreement cannot come about
   * then, because it needs every part.
   */
  private void begin(long now, Order.BeginAgreement begin, long term) {
    ClockReading reading = clocks.get(begin.clock());
    Optional<ManagedPart> part =
        find(begin.key())
            .filter(p -> p.state() instanceof Ready || p.state() instanceof Agreeing)
            .filter(p -> p.mayBegin(term));
    if (part.isPresent() && reading != null) {
      become(now, part.get(), new Agreeing(begin.clock()));
      carryOut(now, part.get(), part.get().begin(now, term, begin.clock(), reading));
    }
  }

  private void forget(long now, PartKey key) {
    ManagedPart part = parts.get(key);
    if (part == null) {
      return;
    }
    if (part.state() instanceof Ended) {
      parts.remove(key);
    } else {
      part.forget();
      end(now, part, EndKind.ABORTED, "the cluster knows its run no more");
    }
  }

  private void end(long now, ManagedPart part, EndKind why, String reason) {
    if (!(part.state() instanceof Ending) && !(part.state() instanceof Ended)) {
      become(now, part, new Ending(why, Texts.reason(reason)));
      commands.add(new ManagerCommand.EndPart(part.key(), why, reason));
    }
  }

  // The parts

  private Optional<ManagedPart> find(PartKey key) {
    return Optional.ofNullable(parts.get(key));
  }

  private void become(long now, ManagedPart part, PartState next) {
    part.become(next, now);
    reporting.changed();
  }

  private void advance(long now, PartKey key, Class<? extends PartState> from, PartState to) {
    find(key).filter(part -> from.isInstance(part.state())).ifPresent(p -> become(now, p, to));
  }

  private void ready(long now, PartKey key) {
    find(key)
        .ifPresent(
            part -> {
              if (part.state() instanceof Linking linking) {
                part.overlayPort(linking.overlayPort());
                become(now, part, new Ready(linking.overlayPort()));
              }
            });
  }

  private void started(long now, ManagerEvent.PartStarted started) {
    find(started.key())
        .ifPresent(
            part -> {
              if (part.state() instanceof Agreed agreed) {
                become(
                    now,
                    part,
                    new Running(
                        agreed.clock(),
                        agreed.instantNanos(),
                        started.latenessNanos(),
                        part.idle()));
              }
            });
  }

  private void idle(long now, ManagerEvent.PartIdle idle) {
    find(idle.key())
        .ifPresent(
            part -> {
              part.idle(idle.idle());
              if (part.state() instanceof Running running && running.idle() != idle.idle()) {
                become(
                    now,
                    part,
                    new Running(
                        running.clock(),
                        running.instantNanos(),
                        running.latenessNanos(),
                        idle.idle()));
              }
            });
  }

  private void failed(long now, ManagerEvent.PartFailed failed) {
    find(failed.key()).ifPresent(part -> end(now, part, EndKind.ABORTED, failed.why()));
  }

  private void ended(long now, PartKey key, PartResult result) {
    Optional<ManagedPart> found = find(key);
    if (found.isEmpty()) {
      return;
    }
    ManagedPart part = found.get();
    switch (part.state()) {
      case Ended _ -> {}
      case Ending ending -> become(now, part, new Ended(ending.why(), ending.reason(), result));
      case Running _ -> become(now, part, new Ended(EndKind.FINISHED, "its time is over", result));
      default ->
          become(
              now,
              part,
              new Ended(EndKind.ABORTED, "the part ended before the run had started", result));
    }
    if (part.forgotten()) {
      parts.remove(key);
    }
    boundEnded();
  }

  private void boundEnded() {
    long over =
        parts.values().stream().filter(part -> part.state() instanceof Ended).count()
            - settings.maxEnded();
    for (Iterator<ManagedPart> all = parts.values().iterator(); over > 0 && all.hasNext(); ) {
      if (all.next().state() instanceof Ended) {
        all.remove();
        over--;
      }
    }
  }

  // The start agreement

  private void clockKnown(ManagerEvent.ClockKnown known) {
    if (known.node().equals(self)) {
      return;
    }
    clocks.remove(known.node());
    clocks.put(known.node(), new ClockReading(known.offsetNanos(), known.boundNanos()));
    if (clocks.size() > MAX_CLOCKS) {
      NodeId oldest =
          clocks.keySet().stream().filter(node -> !node.equals(self)).findFirst().orElseThrow();
      clocks.remove(oldest);
    }
  }

  private void ringHeard(long now, RingEnvelope envelope) {
    Optional<ManagedPart> part = find(envelope.key()).filter(EmulationManager::takesPart);
    if (part.isEmpty()) {
      return;
    }
    if (envelope.message().attempt() > part.get().number()) {
      joinNewer(now, part.get(), envelope.message().attempt());
    }
    part.get()
        .hear(now, envelope.clock(), envelope.message())
        .ifPresent(
            wanted -> {
              carryOut(now, part.get(), wanted);
              if (takesPart(part.get())) {
                commands.add(new ManagerCommand.TakeRing(envelope.from(), envelope));
              }
            });
  }

  /** Others have begun a newer agreement, and this part will be told to: it hears them already. */
  private void joinNewer(long now, ManagedPart part, long number) {
    switch (part.state()) {
      case Ready _ -> part.moveTo(number);
      case Agreeing _ -> {
        part.moveTo(number);
        become(now, part, new Ready(part.overlayPort()));
      }
      default -> {}
    }
  }

  private static boolean takesPart(ManagedPart part) {
    return switch (part.state()) {
      case Ready _, Agreeing _, Agreed _, Running _ -> true;
      case Preparing _, Prepared _, Linking _, Ending _, Ended _ -> false;
    };
  }

  private void ringTaken(long now, RingEnvelope envelope) {
    find(envelope.key())
        .ifPresent(
            part -> carryOut(now, part, part.taken(now, envelope.clock(), envelope.message())));
  }

  private void nodeGone(long now, NodeId node) {
    for (ManagedPart part : List.copyOf(parts.values())) {
      if (part.state() instanceof Agreeing && part.successor().equals(node)) {
        carryOut(now, part, part.successorGone(now));
      }
    }
  }

  private void carryOut(long now, ManagedPart part, List<StartCommand> wanted) {
    NodeId clock = part.clock().orElse(self);
    for (StartCommand command : wanted) {
      switch (command) {
        case StartCommand.Send send ->
            commands.add(
                new ManagerCommand.SendRing(
                    part.successor(), new RingEnvelope(part.key(), clock, self, send.message())));
        case StartCommand.StartAt at -> {
          become(now, part, new Agreed(clock, at.instantNanos()));
          commands.add(
              new ManagerCommand.StartPart(
                  part.key(), part.local(at.instantNanos()), part.boundNanos()));
        }
        case StartCommand.GiveUp giveUp -> end(now, part, EndKind.ABORTED, giveUp.text());
      }
    }
  }

  // Time

  private void timePassed(long now) {
    for (ManagedPart part : List.copyOf(parts.values())) {
      if (part.state() instanceof Agreeing) {
        carryOut(now, part, part.timePassed(now));
      }
      long waited = now - part.sinceNanos();
      switch (part.state()) {
        case Preparing _, Prepared _, Linking _, Ready _, Agreeing _ -> {
          if (waited >= settings.stepWaitNanos()) {
            end(now, part, EndKind.ABORTED, "it was not started, and heard nothing for too long");
          }
        }
        case Ending ending -> {
          if (waited >= settings.endWaitNanos()) {
            abandon(now, part, ending);
          }
        }
        case Agreed _, Running _, Ended _ -> {}
      }
    }
  }

  private void abandon(long now, ManagedPart part, Ending ending) {
    commands.add(new ManagerCommand.AbandonPart(part.key()));
    become(now, part, new Ended(ending.why(), ending.reason(), NOT_ENDED));
    if (part.forgotten()) {
      parts.remove(part.key());
    }
    boundEnded();
  }
}
