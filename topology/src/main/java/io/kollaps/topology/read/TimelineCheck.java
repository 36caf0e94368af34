package io.kollaps.topology.read;

import io.kollaps.topology.Action;
import io.kollaps.topology.Action.Selection;
import io.kollaps.topology.Service;
import io.kollaps.topology.SourcePosition;
import io.kollaps.topology.TimelineEvent;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Plays the timeline on the number of running and disconnected endpoints of each service, and
 * reports events that cannot happen. Programs that end by themselves are not known here.
 */
final class TimelineCheck {
  private final Problems problems;
  private final Map<String, State> states = new HashMap<>();
  private final Set<String> bridgesAway = new HashSet<>();

  private TimelineCheck(List<Service> services, Problems problems) {
    this.problems = problems;
    services.forEach(s -> states.put(s.name(), new State(s)));
  }

  /**
   * Checks a timeline.
   *
   * @param timeline events in time order with known names
   * @param endNanos when the run ends by its duration
   */
  static void check(
      List<Service> services,
      List<TimelineEvent> timeline,
      OptionalLong endNanos,
      Problems problems) {
    TimelineCheck check = new TimelineCheck(services, problems);
    long end = endNanos.orElse(Long.MAX_VALUE);
    for (TimelineEvent event : timeline) {
      if (event.atNanos() > end) {
        problems.notice(
            event.position(),
            "this event is later than the end at " + Quantities.formatDuration(end),
            "move it before the end, or remove it");
      }
      if (event.action() instanceof Action.Stop) {
        end = Math.min(end, event.atNanos());
      }
      check.play(event);
    }
  }

  private void play(TimelineEvent event) {
    switch (event.action()) {
      case Action.OnEndpoints action -> playOnEndpoints(action, event.position());
      case Action.BridgeLeave(String bridge) -> {
        if (!bridgesAway.add(bridge)) {
          problems.notice(
              event.position(), "bridge " + bridge + " has already left", "remove this event");
        }
      }
      case Action.BridgeJoin(String bridge) -> {
        if (!bridgesAway.remove(bridge)) {
          problems.notice(
              event.position(), "bridge " + bridge + " is there already", "remove this event");
        }
      }
      case Action.LinkJoin _, Action.LinkLeave _, Action.LinkSet _, Action.Stop _ -> {}
    }
  }

  private void playOnEndpoints(Action.OnEndpoints action, SourcePosition position) {
    State state = states.get(action.service());
    if (state == null) {
      return; // the service itself has a problem, already reported
    }
    Move move =
        switch (action) {
          case Action.Join _ -> new Move(state.down, state.running, "waiting to join");
          case Action.Leave _, Action.Crash _ -> new Move(state.running, state.down, "running");
          case Action.Disconnect _ -> new Move(state.connected, state.cut, "running and connected");
          case Action.Reconnect _ -> new Move(state.cut, state.connected, "disconnected");
        };
    String fault = state.move(move, action.selection());
    if (!fault.isEmpty()) {
      problems.add(position, fault, remedy(action, state));
    }
    state.joined |= action instanceof Action.Join;
    state.settle(action);
  }

  private static String remedy(Action.OnEndpoints action, State state) {
    if (action instanceof Action.Join) {
      return "change the time or the amount, or let it leave or crash before";
    }
    return state.joined || state.fromStart
        ? "change the time or the amount, or let others join or leave before"
        : "a service with a 'join' event does not run before it: write 'start: true' into service "
            + state.name
            + " so that it runs from the start, or let it join earlier";
  }

  /** Endpoints going from one group to another; with the word for being in the first. */
  private record Move(Group from, Group to, String state) {}

  /** Endpoints in one state: their number, and which they are as long as that is known. */
  private static final class Group {
    int count;
    final BitSet members = new BitSet();
  }

  /** The endpoints of one service. */
  private static final class State {
    final String name;
    final int replicas;
    final Group down = new Group();
    final Group running = new Group();
    final Group connected = new Group();
    final Group cut = new Group();

    /** False once an amount, whose endpoints only the seed knows, was part of a group. */
    boolean known = true;

    /** True when it runs from the start, without a join event. */
    final boolean fromStart;

    /** True once a join event of it has come. */
    boolean joined;

    State(Service service) {
      name = service.name();
      fromStart = service.joinsAtStart();
      replicas = service.replicas();
      Group first = service.joinsAtStart() ? running : down;
      fill(first);
      if (service.joinsAtStart()) {
        fill(connected);
      }
    }

    private void fill(Group group) {
      group.count = replicas;
      group.members.set(1, replicas + 1);
    }

    /** Moves the selected ones; a sentence when that cannot be, empty when it can. */
    String move(Move move, Selection selection) {
      return switch (selection) {
        case Selection.All() -> {
          if (move.from.count == 0) {
            yield "no endpoint of " + name + " is " + move.state + " at that time";
          }
          move.to.members.or(move.from.members);
          move.from.members.clear();
          move.to.count += move.from.count;
          move.from.count = 0;
          yield "";
        }
        case Selection.Amount(int count) -> {
          if (count > move.from.count) {
            yield "the event is for "
                + count
                + " of service "
                + name
                + ", but at that time "
                + move.from.count
                + (move.from.count == 1 ? " is " : " are ")
                + move.state;
          }
          if (count == move.from.count) {
            yield move(move, new Selection.All());
          }
          known = false;
          move.from.count -= count;
          move.to.count += count;
          yield "";
        }
        case Selection.Replica(int replica) -> {
          boolean cannot = known ? !move.from.members.get(replica) : move.from.count == 0;
          if (cannot) {
            yield name
                + (replicas > 1 ? "-" + replica : "")
                + " is not "
                + move.state
                + " at that time";
          }
          move.from.members.clear(replica);
          move.to.members.set(replica);
          move.from.count--;
          move.to.count++;
          yield "";
        }
      };
    }

    /** Brings the two halves of the state together after an action. */
    void settle(Action.OnEndpoints action) {
      switch (action) {
        case Action.Join _, Action.Leave _, Action.Crash _ -> {
          connected.members.and(running.members);
          cut.members.and(running.members);
          if (known) {
            connected.members.or(running.members);
            connected.members.andNot(cut.members);
            connected.count = connected.members.cardinality();
            cut.count = cut.members.cardinality();
          } else {
            cut.count = Math.min(cut.count, running.count);
            connected.count = running.count - cut.count;
          }
        }
        case Action.Disconnect _, Action.Reconnect _ -> {}
      }
    }
  }
}
