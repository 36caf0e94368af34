package io.kollaps.node.control.leader;

import io.kollaps.cluster.NodeId;
import io.kollaps.linux.ownership.RunId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * All runs of a cluster, on its leader: a state machine, events in and commands out. There is one
 * on every node; it does something only while its node leads.
 *
 * <p><b>A run's way.</b> Submitted, placed, put on record, deployed; when all parts are made they
 * are linked; when all are ready they agree on the start; when all are idle, or one of them has
 * come to its end, all are ended; the end is put on record, and then the nodes may forget it.
 *
 * <p><b>What goes wrong.</b> A part that fails, a start agreement that is given up, a wait that
 * takes too long: the attempt is ended on all nodes at once. A node that is lost, left, began anew
 * or says nothing: the same, and with {@link io.kollaps.node.control.LossPolicy#REPLACE} the next
 * attempt is placed. Other runs never notice.
 *
 * <p><b>What survives this leader.</b> A record is safe on a majority before the first part is
 * deployed, before parts agree on the start, before the next attempt is placed, and before nodes
 * forget how parts ended. Everything else a new leader learns by asking: a report that a node makes
 * after hearing of the new term contains everything, and nothing that the old leader said can act
 * on that node any more. So a run is not touched before all of its nodes have told; a running one
 * does not notice at all.
 *
 * <p><b>Exactly one end.</b> Ends are decided by a leader and carried out by nodes, whose parts
 * keep the kind of their end until it is on record. A new leader that finds a part ended adopts
 * that end.
 *
 * <p>Not safe for use by several threads.
 */
public final class ExperimentController {
  private final ControllerSettings settings;
  private final RandomGenerator random;
  private final NodeId self;
  private final RefusedRequests refused = new RefusedRequests();
  private @Nullable Reign reign;
  private long nextTicket = 1;

  /**
   * A controller that does not lead yet.
   *
   * @param self this node
   * @param settings bounds
   * @param random for ids of runs, and seeds where none is asked for
   */
  public ExperimentController(NodeId self, ControllerSettings settings, RandomGenerator random) {
    this.self = self;
    this.settings = settings;
    this.random = random;
  }

  /** Takes an event and tells what to do, in this order. */
  public List<ControllerCommand> handle(ControllerEvent event) {
    List<ControllerCommand> commands = new ArrayList<>();
    switch (event) {
      case ControllerEvent.Led led -> {
        endReign(commands);
        Term term = new Term(settings, random, self, led.term());
        term.clock(led.nowNanos(), led.nowMillis());
        Reign next = new Reign(term, nextTicket, refused);
        reign = next;
        next.begin(led);
        collect(next, commands);
      }
      case ControllerEvent.LedNoMore _ -> endReign(commands);
      default -> {
        Reign now = reign;
        if (now == null) {
          turnAway(event, commands);
        } else {
          handle(now, event);
          collect(now, commands);
        }
      }
    }
    return commands;
  }

  private void collect(Reign now, List<ControllerCommand> commands) {
    commands.addAll(now.drain());
    nextTicket = now.nextTicket();
  }

  private void endReign(List<ControllerCommand> commands) {
    if (reign != null) {
      reign.end("another node leads now; ask again, the same request is not run twice");
      commands.addAll(reign.drain());
      reign = null;
    }
  }

  private static void turnAway(ControllerEvent event, List<ControllerCommand> commands) {
    ControllerCommand.CallAnswer answer =
        new ControllerCommand.CallAnswer.TryAgain("this node does not lead; ask the leader");
    switch (event) {
      case ControllerEvent.Submitted call ->
          commands.add(new ControllerCommand.Answer(call.call(), answer));
      case ControllerEvent.StopAsked call ->
          commands.add(new ControllerCommand.Answer(call.call(), answer));
      default -> {}
    }
  }

  private static void handle(Reign now, ControllerEvent event) {
    now.clock(event.nowNanos());
    switch (event) {
      case ControllerEvent.Submitted submitted -> {
        now.clock(submitted.nowNanos(), submitted.nowMillis());
        now.submit(submitted);
      }
      case ControllerEvent.TimePassed passed -> {
        now.clock(passed.nowNanos(), passed.nowMillis());
        now.tick();
      }
      case ControllerEvent.StopAsked stop -> now.stop(stop);
      case ControllerEvent.PlacingDone done -> now.placed(done);
      case ControllerEvent.Recorded recorded -> now.recorded(recorded);
      case ControllerEvent.RecordFailed failed -> now.recordFailed(failed);
      case ControllerEvent.NodeSaid said -> now.heard(said.report());
      case ControllerEvent.Members members -> now.members(members.members());
      case ControllerEvent.NodeLost lost -> now.lost(lost.node());
      case ControllerEvent.NodeBack back -> now.back(back.node());
      case ControllerEvent.Led _, ControllerEvent.LedNoMore _ -> {}
    }
  }

  /** Whether this node leads. */
  public boolean leads() {
    return reign != null;
  }

  /**
   * All runs that are known, those that have ended first, each in order; empty while this node does
   * not lead.
   */
  public List<RunView> runs() {
    return reign == null ? List.of() : reign.views();
  }

  /** One run; empty when it is not known, or this node does not lead. */
  public Optional<RunView> run(RunId run) {
    return runs().stream().filter(view -> view.record().run().equals(run)).findFirst();
  }
}
