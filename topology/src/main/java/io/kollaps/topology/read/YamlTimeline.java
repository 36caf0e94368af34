package io.kollaps.topology.read;

import io.kollaps.topology.Action;
import io.kollaps.topology.Action.LinkChange;
import io.kollaps.topology.Action.Selection;
import io.kollaps.topology.SourcePosition;
import io.kollaps.topology.TimelineEvent;
import io.kollaps.topology.path.Paths;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads {@code timeline} of the native form. */
final class YamlTimeline {
  private static final List<String> ACTIONS =
      List.of(
          "join",
          "leave",
          "crash",
          "disconnect",
          "reconnect",
          "bridge_join",
          "bridge_leave",
          "set",
          "stop");
  private static final List<String> PROPERTIES =
      List.of("latency", "jitter", "loss", "rate", "queue", "up", "down");

  /** Two ends and {@code --} for both directions or {@code ->} for one. */
  private static final Pattern LINK =
      Pattern.compile("([A-Za-z0-9.-]{1,80})(?:\\s+(--)\\s+|\\s*(->)\\s*)([A-Za-z0-9.-]{1,80})");

  private record Row(long atNanos, YamlFields fields, YamlValue.Field action) {}

  /** A link as an event names it. */
  private record Named(LinkBook.Direction direction, boolean both) {}

  private final Declarations declarations;
  private final LinkBook links;
  private final YamlLinks properties;
  private final Problems problems;
  private final List<TimelineEvent> events = new ArrayList<>();
  private final Set<String> joined = new HashSet<>();

  YamlTimeline(Declarations declarations, LinkBook links, Problems problems) {
    this.declarations = declarations;
    this.links = links;
    this.properties = new YamlLinks(links, problems);
    this.problems = problems;
  }

  /** Reads all events, in time order, ties in file order. */
  List<TimelineEvent> read(List<YamlValue> items) {
    List<Row> rows = new ArrayList<>();
    for (YamlValue item : items) {
      YamlFields.of(item, KeyTable.EVENT, problems).flatMap(this::row).ifPresent(rows::add);
    }
    rows.sort(Comparator.comparingLong(Row::atNanos));
    rows.forEach(this::read);
    return events;
  }

  /** Services that a join event names. */
  Set<String> joined() {
    return joined;
  }

  private Optional<Row> row(YamlFields fields) {
    OptionalLong at = fields.longDuration("at", ReadLimits.MAX_OFFSET_NANOS);
    List<YamlValue.Field> actions =
        ACTIONS.stream().flatMap(a -> fields.field(a).stream()).toList();
    if (actions.isEmpty()) {
      problems.add(
          fields.position(),
          "this event does nothing",
          "add one of: " + String.join(", ", ACTIONS));
      return Optional.empty();
    }
    if (actions.size() > 1) {
      problems.add(
          actions.get(1).position(),
          "'" + actions.get(0).key() + "' and '" + actions.get(1).key() + "' stand in one event",
          "write two events with the same 'at'");
      return Optional.empty();
    }
    return Optional.of(new Row(at.orElse(0), fields, actions.getFirst()));
  }

  private void read(Row row) {
    String action = row.action.key();
    if (action.equals("stop")) {
      refuse(row, PROPERTIES, "an event with 'stop'");
      refuse(row, List.of("amount"), "an event with 'stop'");
      if (!row.fields.flag("stop").orElse(true)) {
        problems.add(
            row.action.value().position(), "'stop: false' does nothing", "remove the event");
      }
      add(row, new Action.Stop());
      return;
    }
    for (YamlValue.Text target : row.fields.texts(action)) {
      Optional<Named> link = link(target.text());
      if (link.isPresent()) {
        onLink(row, link.get(), target.position());
      } else if (action.equals("set")) {
        problems.add(
            target.position(),
            Problems.quote(target.text()) + " is not a link",
            "write for example 'c1 -- s1' for both directions, 'c1 -> s1' for one");
      } else {
        refuse(row, PROPERTIES, "an event that is not on a link");
        onElement(row, target);
      }
    }
  }

  private static Optional<Named> link(String text) {
    Matcher matcher = LINK.matcher(text.strip());
    return matcher.matches()
        ? Optional.of(
            new Named(
                new LinkBook.Direction(matcher.group(1), matcher.group(4)),
                matcher.group(2) != null))
        : Optional.empty();
  }

  private void refuse(Row row, List<String> keys, String where) {
    for (String key : keys) {
      row.fields
          .field(key)
          .ifPresent(
              f ->
                  problems.add(
                      f.position(), "'" + key + "' has no meaning in " + where, "remove it"));
    }
  }

  private void onElement(Row row, YamlValue.Text target) {
    String name = target.text();
    Optional<Declarations.Target> meant = declarations.target(name);
    boolean bridgeOnly = row.action.key().startsWith("bridge_");
    if (meant.isEmpty()) {
      String what = bridgeOnly ? "bridge" : "service, endpoint or bridge";
      declarations.unknown(what, name, declarations.all(), target.position());
      return;
    }
    switch (meant.get()) {
      case Declarations.Target.OfBridge(String bridge) -> onBridge(row, bridge, target.position());
      case Declarations.Target.OfService _, Declarations.Target.OfEndpoint _ when bridgeOnly ->
          problems.add(
              target.position(),
              Problems.quote(name) + " is not a bridge",
              "write '" + row.action.key().substring("bridge_".length()) + ": " + name + "'");
      case Declarations.Target.OfService(String service) ->
          amount(row).ifPresent(selection -> onEndpoints(row, service, selection));
      case Declarations.Target.OfEndpoint(String service, int replica) -> {
        refuse(row, List.of("amount"), "an event on one endpoint");
        onEndpoints(row, service, new Selection.Replica(replica));
      }
    }
  }

  private Optional<Selection> amount(Row row) {
    if (!row.fields.has("amount")) {
      return Optional.of(new Selection.All());
    }
    OptionalInt amount = row.fields.integer("amount", 1, Paths.MAX_ENDPOINTS);
    return amount.isPresent()
        ? Optional.of(new Selection.Amount(amount.getAsInt()))
        : Optional.empty();
  }

  private void onBridge(Row row, String bridge, SourcePosition position) {
    refuse(row, List.of("amount"), "an event on a bridge");
    switch (row.action.key()) {
      case "join", "bridge_join" -> add(row, new Action.BridgeJoin(bridge));
      case "leave", "bridge_leave" -> add(row, new Action.BridgeLeave(bridge));
      default ->
          problems.add(
              position,
              "a bridge cannot " + row.action.key(),
              "bridges leave and join: write 'leave: " + bridge + "'");
    }
  }

  private void onEndpoints(Row row, String service, Selection selection) {
    Action action =
        switch (row.action.key()) {
          case "join" -> new Action.Join(service, selection);
          case "leave" -> new Action.Leave(service, selection);
          case "crash" -> new Action.Crash(service, selection);
          case "disconnect" -> new Action.Disconnect(service, selection);
          case "reconnect" -> new Action.Reconnect(service, selection);
          default -> throw new IllegalStateException("not an action on endpoints");
        };
    if (action instanceof Action.Join) {
      joined.add(service);
    }
    add(row, action);
  }

  private void onLink(Row row, Named link, SourcePosition position) {
    refuse(row, List.of("amount"), "an event on a link");
    LinkBook.Direction there = link.direction;
    String action = row.action.key();
    if (!links.checkEnds(there.from(), position, there.to(), position)) {
      return;
    }
    if (!List.of("join", "leave", "set").contains(action)) {
      problems.add(position, "a link cannot " + action, "links join, leave and are 'set'");
      return;
    }
    if (action.equals("leave")) {
      refuse(row, PROPERTIES, "an event that removes a link");
    } else if (action.equals("set") && PROPERTIES.stream().noneMatch(row.fields::has)) {
      problems.add(row.action.position(), "'set' changes nothing", "add a new latency, rate, ...");
    }
    if (!link.both && row.fields.has("down")) {
      row.fields
          .field("down")
          .ifPresent(
              f ->
                  problems.add(
                      f.position(),
                      "'" + there + "' is one direction and has no 'down'",
                      "write '" + there.from() + " -- " + there.to() + "' for both"));
    }
    boolean done = onDirection(row, there, "up", position);
    if (done && link.both) {
      onDirection(row, there.reverse(), "down", position);
    }
  }

  /** Acts on one direction; false, and a problem, when there is no such link. */
  private boolean onDirection(
      Row row, LinkBook.Direction direction, String side, SourcePosition position) {
    if (row.action.key().equals("leave")) {
      return add(row, links.leave(direction, position));
    }
    var before = links.properties(direction).jitter();
    LinkChange both = properties.change(row.fields, before);
    LinkChange sided = properties.direction(row.fields, side, both.jitter().orElse(before));
    LinkChange change = YamlLinks.over(sided, both);
    return add(
        row,
        row.action.key().equals("join")
            ? Optional.of(links.join(direction, change, position))
            : links.set(direction, change, position));
  }

  private boolean add(Row row, Optional<Action> action) {
    action.ifPresent(a -> add(row, a));
    return action.isPresent();
  }

  private void add(Row row, Action action) {
    events.add(new TimelineEvent(row.atNanos, action, row.fields.position()));
  }
}
