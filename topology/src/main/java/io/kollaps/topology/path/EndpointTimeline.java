package io.kollaps.topology.path;

import io.kollaps.topology.Action;
import io.kollaps.topology.Action.Selection;
import io.kollaps.topology.Problem;
import io.kollaps.topology.Service;
import io.kollaps.topology.SourcePosition;
import io.kollaps.topology.TimelineEvent;
import io.kollaps.topology.path.EndpointEvent.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Follows endpoints through the timeline and decides which of them an event means.
 *
 * <p>A choice is drawn from a generator of the service's own, so that events of one service do not
 * change the choices for another. Endpoints that never ran are chosen to join before those that
 * ran. An endpoint that joins is connected, whatever it was before.
 */
final class EndpointTimeline {
  private final NetworkExpansion expansion;
  private final List<Problem> problems;
  private final SplittableRandom[] randoms;
  private final boolean[] ran;
  private final boolean[] running;
  private final boolean[] disconnected;
  private final List<EndpointEvent> events = new ArrayList<>();

  EndpointTimeline(
      NetworkExpansion expansion, List<Service> services, long seed, List<Problem> problems) {
    this.expansion = expansion;
    this.problems = problems;
    SplittableRandom random = new SplittableRandom(seed);
    this.randoms = new SplittableRandom[services.size()];
    for (int i = 0; i < randoms.length; i++) {
      randoms[i] = random.split();
    }
    int count = expansion.endpoints().size();
    this.ran = new boolean[count];
    this.running = new boolean[count];
    this.disconnected = new boolean[count];
    for (Endpoint endpoint : expansion.endpoints()) {
      if (endpoint.service().joinsAtStart()) {
        emit(0, Kind.JOIN, endpoint.index(), endpoint.service().position());
      }
    }
  }

  /**
   * Compiles the timeline.
   *
   * @param timeline sorted by time
   * @return events in time order; those of one timeline event by endpoint index
   */
  List<EndpointEvent> compile(List<TimelineEvent> timeline) {
    for (TimelineEvent event : timeline) {
      if (event.action() instanceof Action.OnEndpoints action) {
        apply(action, event);
      }
    }
    return events;
  }

  private void apply(Action.OnEndpoints action, TimelineEvent event) {
    Integer service = expansion.serviceIndexes().get(action.service());
    if (service == null) {
      report(event, "names unknown service " + action.service(), "correct the service's name");
      return;
    }
    Kind kind =
        switch (action) {
          case Action.Join _ -> Kind.JOIN;
          case Action.Leave _ -> Kind.LEAVE;
          case Action.Crash _ -> Kind.CRASH;
          case Action.Disconnect _ -> Kind.DISCONNECT;
          case Action.Reconnect _ -> Kind.RECONNECT;
        };
    int[] replicas = expansion.endpointsOf(action.service());
    int[] candidates = Arrays.stream(replicas).filter(condition(kind)).toArray();
    int[] chosen =
        switch (action.selection()) {
          case Selection.All _ -> candidates;
          case Selection.Amount amount ->
              choose(candidates, amount.count(), kind, randoms[service], event);
          case Selection.Replica replica ->
              single(replicas, replica.replica(), kind, action.service(), event);
        };
    for (int endpoint : chosen) {
      emit(event.atNanos(), kind, endpoint, event.position());
    }
  }

  private IntPredicate condition(Kind kind) {
    return switch (kind) {
      case JOIN -> endpoint -> !running[endpoint];
      case LEAVE, CRASH -> endpoint -> running[endpoint];
      case DISCONNECT -> endpoint -> running[endpoint] && !disconnected[endpoint];
      case RECONNECT -> endpoint -> running[endpoint] && disconnected[endpoint];
    };
  }

  private static String condition(Kind kind, boolean plural) {
    String verb = plural ? "are " : "is ";
    return switch (kind) {
      case JOIN -> verb + "not running";
      case LEAVE, CRASH -> verb + "running";
      case DISCONNECT -> verb + "running and connected";
      case RECONNECT -> verb + "running and disconnected";
    };
  }

  private int[] choose(
      int[] candidates, int count, Kind kind, SplittableRandom random, TimelineEvent event) {
    if (count < 1 || count > candidates.length) {
      report(
          event,
          "is for " + count + " endpoints, but " + candidates.length + " " + condition(kind, true),
          candidates.length == 0
              ? "remove the event or change its time"
              : "use an amount from 1 to " + candidates.length);
      return new int[0];
    }
    int[] fresh = Arrays.stream(candidates).filter(e -> kind == Kind.JOIN && !ran[e]).toArray();
    int[] others = Arrays.stream(candidates).filter(e -> kind != Kind.JOIN || ran[e]).toArray();
    int ofFresh = Math.min(count, fresh.length);
    return IntStream.concat(draw(fresh, ofFresh, random), draw(others, count - ofFresh, random))
        .sorted()
        .toArray();
  }

  /** The first steps of a Fisher-Yates shuffle; draws nothing when all are taken. */
  private static IntStream draw(int[] from, int count, SplittableRandom random) {
    for (int i = 0; i < count && count < from.length; i++) {
      int other = random.nextInt(i, from.length);
      int taken = from[other];
      from[other] = from[i];
      from[i] = taken;
    }
    return Arrays.stream(from).limit(count);
  }

  private int[] single(
      int[] replicas, int replica, Kind kind, String service, TimelineEvent event) {
    if (replica < 1 || replica > replicas.length) {
      report(
          event,
          "names replica " + replica + " of service " + service,
          "use a number from 1 to " + replicas.length);
      return new int[0];
    }
    int endpoint = replicas[replica - 1];
    if (!condition(kind).test(endpoint)) {
      report(
          event,
          "needs that " + service + "'s replica " + replica + " " + condition(kind, false),
          "remove the event or change its time");
      return new int[0];
    }
    return new int[] {endpoint};
  }

  private void emit(long atNanos, Kind kind, int endpoint, SourcePosition position) {
    switch (kind) {
      case JOIN -> {
        ran[endpoint] = true;
        running[endpoint] = true;
        disconnected[endpoint] = false;
      }
      case LEAVE, CRASH -> running[endpoint] = false;
      case DISCONNECT -> disconnected[endpoint] = true;
      case RECONNECT -> disconnected[endpoint] = false;
    }
    events.add(new EndpointEvent(atNanos, kind, endpoint, position));
  }

  private void report(TimelineEvent event, String message, String remedy) {
    String what = event.action() instanceof Action.OnEndpoints action ? describe(action) : "event";
    problems.add(
        new Problem(
            event.position(),
            "the " + what + " at " + Seconds.text(event.atNanos()) + " " + message,
            remedy));
  }

  private static String describe(Action.OnEndpoints action) {
    String verb =
        switch (action) {
          case Action.Join _ -> "join";
          case Action.Leave _ -> "leave";
          case Action.Crash _ -> "crash";
          case Action.Disconnect _ -> "disconnect";
          case Action.Reconnect _ -> "reconnect";
        };
    return verb + " of " + action.service();
  }
}
