package io.kollaps.topology.read;

import io.kollaps.topology.Action;
import io.kollaps.topology.Action.Selection;
import io.kollaps.topology.TimelineEvent;
import io.kollaps.topology.path.Paths;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** Reads the dynamic section of Kollaps XML; rows need not be in time order. */
final class KollapsSchedule {
  private static final Set<String> KNOWN =
      Set.of(
          "name",
          "time",
          "action",
          "amount",
          "origin",
          "dest",
          "latency",
          "jitter",
          "drop",
          "upload",
          "download",
          "bandwidth",
          "network");
  private static final List<String> ON_SERVICES =
      List.of("join", "leave", "crash", "disconnect", "reconnect");

  private record Row(long atNanos, XmlFields fields) {}

  /** A row about a service or bridge. */
  private record NamedRow(String name, String action, int amount) {}

  private final Problems problems;
  private final List<Row> rows = new ArrayList<>();
  private final Map<String, JoinCount> counts = new HashMap<>();
  private final Map<String, Integer> joinedOnce = new HashMap<>();

  KollapsSchedule(Problems problems) {
    this.problems = problems;
  }

  /** Reads the rows, orders them by time, and counts the joins of every name. */
  void readRows(List<XmlElement> elements) {
    for (XmlElement element : elements) {
      XmlFields fields = new XmlFields(element, problems);
      fields.checkKnown(KNOWN);
      fields.required("time");
      OptionalLong at = fields.seconds("time", 0, ReadLimits.MAX_OFFSET_NANOS);
      if (fields.has("name") && (fields.has("origin") || fields.has("dest"))) {
        problems.add(
            fields.position("name"),
            "the event has a name and an origin or dest",
            "write name for a service or bridge, origin and dest for a link");
      } else if (!fields.has("name") && !fields.has("origin") && !fields.has("dest")) {
        problems.add(
            element.position(),
            "the event is about nothing",
            "add name=\"...\", or origin=\"...\" and dest=\"...\"");
      } else {
        rows.add(new Row(at.orElse(0), fields));
      }
    }
    rows.sort(Comparator.comparingLong(Row::atNanos));
    for (Row row : rows) {
      named(row.fields).ifPresent(this::count);
    }
  }

  private Optional<NamedRow> named(XmlFields fields) {
    if (!fields.has("name")) {
      return Optional.empty();
    }
    Optional<String> name = fields.text("name");
    Optional<String> action = fields.required("action");
    int amount = fields.integer("amount", 1, Paths.MAX_ENDPOINTS).orElse(1);
    return name.flatMap(n -> action.map(a -> new NamedRow(n, a, amount)));
  }

  private void count(NamedRow row) {
    JoinCount count = counts.computeIfAbsent(row.name, n -> new JoinCount());
    switch (row.action) {
      case "join" -> count.join(row.amount);
      case "leave", "crash" -> count.leave(row.amount);
      default -> {}
    }
  }

  /**
   * Replicas that the joins of a service need; 0 when nothing joins it.
   *
   * @param reuse true when an endpoint that left may join again: the most at one time, else all
   */
  long replicas(String service, boolean reuse) {
    JoinCount count = counts.getOrDefault(service, new JoinCount());
    return reuse ? count.most : count.all;
  }

  /** What the rows do, in time order; call once, when links and services are declared. */
  List<TimelineEvent> events(
      Declarations declarations,
      KollapsServices services,
      KollapsLinks links,
      Set<String> leftOut) {
    List<TimelineEvent> events = new ArrayList<>();
    for (Row row : rows) {
      List<Action> actions =
          row.fields.has("name")
              ? named(row.fields)
                  .map(n -> onName(n, row.fields, declarations, services, leftOut))
                  .orElse(List.of())
              : onLink(row.fields, links);
      actions.forEach(a -> events.add(new TimelineEvent(row.atNanos, a, row.fields.position())));
    }
    return events;
  }

  private List<Action> onLink(XmlFields fields, KollapsLinks links) {
    if (fields.has("amount")) {
      problems.add(fields.position("amount"), "an event on a link has no amount", "remove it");
    }
    return links.event(fields);
  }

  private List<Action> onName(
      NamedRow row,
      XmlFields fields,
      Declarations declarations,
      KollapsServices services,
      Set<String> leftOut) {
    if (leftOut.contains(row.name)) {
      problems.notice(fields.position(), "this is about a supervisor and left out", "remove it");
      return List.of();
    }
    if (!declarations.isElement(row.name)) {
      declarations.unknown(
          "service or bridge", row.name, declarations.all(), fields.position("name"));
      return List.of();
    }
    boolean service = declarations.isService(row.name);
    List<String> possible = service ? ON_SERVICES : List.of("join", "leave");
    if (!possible.contains(row.action)) {
      problems.add(
          fields.position("action"),
          "a " + (service ? "service" : "bridge") + " cannot " + Problems.quote(row.action),
          Nearest.remedy(row.action, possible, "write one of: " + String.join(", ", possible)));
      return List.of();
    }
    if (!service) {
      return List.of(
          row.action.equals("join")
              ? new Action.BridgeJoin(row.name)
              : new Action.BridgeLeave(row.name));
    }
    boolean fits = declarations.endpointCount() <= Paths.MAX_ENDPOINTS;
    return row.action.equals("join") && services.joinsOnce(row.name) && fits
        ? joinOnce(row)
        : List.of(onService(row, new Selection.Amount(row.amount)));
  }

  /** Joins endpoints that have not been there before (reuse="false"). */
  private List<Action> joinOnce(NamedRow row) {
    List<Action> actions = new ArrayList<>();
    for (int i = 0; i < row.amount; i++) {
      int replica = joinedOnce.merge(row.name, 1, Integer::sum);
      if (replica > Paths.MAX_ENDPOINTS) {
        break; // already a problem of the service
      }
      actions.add(new Action.Join(row.name, new Selection.Replica(replica)));
    }
    return actions;
  }

  private static Action onService(NamedRow row, Selection selection) {
    return switch (row.action) {
      case "join" -> new Action.Join(row.name, selection);
      case "leave" -> new Action.Leave(row.name, selection);
      case "crash" -> new Action.Crash(row.name, selection);
      case "disconnect" -> new Action.Disconnect(row.name, selection);
      case "reconnect" -> new Action.Reconnect(row.name, selection);
      default -> throw new IllegalStateException("not an action on services");
    };
  }

  /** Joins of one service. */
  private static final class JoinCount {
    private long now;
    private long most;
    private long all;

    void join(int amount) {
      now += amount;
      all += amount;
      most = Math.max(most, now);
    }

    void leave(int amount) {
      now = Math.max(0, now - amount);
    }
  }
}
