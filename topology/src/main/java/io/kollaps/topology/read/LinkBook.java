package io.kollaps.topology.read;

import io.kollaps.topology.Action;
import io.kollaps.topology.Action.LinkChange;
import io.kollaps.topology.Link;
import io.kollaps.topology.LinkProperties;
import io.kollaps.topology.SourcePosition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The link directions of an experiment, and how the timeline changes them: events are given in time
 * order.
 */
final class LinkBook {

  /** One direction of a link. */
  record Direction(String from, String to) {
    Direction reverse() {
      return new Direction(to, from);
    }

    @Override
    public String toString() {
      return from + " -> " + to;
    }
  }

  private final Declarations declarations;
  private final Problems problems;
  private final List<Link> links = new ArrayList<>();
  private final Map<Direction, SourcePosition> declared = new HashMap<>();
  private final Map<Direction, LinkProperties> properties = new HashMap<>();
  private final Set<Direction> away = new HashSet<>();
  private final Set<Direction> twoWay = new HashSet<>();
  private final Set<String> linked = new HashSet<>();
  private long expanded;

  LinkBook(Declarations declarations, Problems problems) {
    this.declarations = declarations;
    this.problems = problems;
  }

  /**
   * Checks the ends of a link before its directions are declared.
   *
   * @return false, and problems, when there cannot be such a link
   */
  boolean checkEnds(String from, SourcePosition fromAt, String to, SourcePosition toAt) {
    boolean fromKnown = declarations.checkElement(from, fromAt);
    boolean toKnown = declarations.checkElement(to, toAt);
    if (from.equals(to)) {
      problems.add(
          toAt, "a link leads from " + Problems.quote(from) + " to itself", "name another end");
      return false;
    }
    return fromKnown && toKnown;
  }

  /** Declares one direction with known ends; false, and a problem, when it is declared already. */
  boolean declare(Link link) {
    Direction direction = new Direction(link.from(), link.to());
    SourcePosition before = declared.putIfAbsent(direction, link.position());
    if (before != null) {
      problems.add(
          link.position(),
          "the link " + direction + " is already declared in line " + before.line(),
          "keep one of the two");
      return false;
    }
    links.add(link);
    exists(direction, link.properties(), link.position());
    return true;
  }

  private void exists(Direction direction, LinkProperties now, SourcePosition position) {
    properties.put(direction, now);
    linked.add(direction.from);
    linked.add(direction.to);
    boolean fitted = expanded <= ReadLimits.MAX_LINK_DIRECTIONS;
    expanded += (long) declarations.linkEnds(direction.from) * declarations.linkEnds(direction.to);
    if (fitted && expanded > ReadLimits.MAX_LINK_DIRECTIONS) {
      problems.add(
          position,
          "with this link and all replicas there are " + expanded + " link directions",
          "an experiment has at most "
              + ReadLimits.MAX_LINK_DIRECTIONS
              + "; connect the replicas through a bridge");
    }
  }

  /** The two directions between these ends are one two-way link. */
  void tie(Direction direction) {
    twoWay.add(direction);
    twoWay.add(direction.reverse());
  }

  boolean isTwoWay(Direction direction) {
    return twoWay.contains(direction);
  }

  boolean exists(Direction direction) {
    return properties.containsKey(direction);
  }

  /**
   * Properties as of the last event, or {@link LinkProperties#IDEAL} when there is no such link.
   */
  LinkProperties properties(Direction direction) {
    return properties.getOrDefault(direction, LinkProperties.IDEAL);
  }

  /** True when some link, of the file or its timeline, ends at the element. */
  boolean isLinked(String element) {
    return linked.contains(element);
  }

  List<Link> links() {
    return links;
  }

  /** The direction goes away; a problem when there is no such link. */
  Optional<Action> leave(Direction direction, SourcePosition position) {
    if (!checkKnown(direction, position)) {
      return Optional.empty();
    }
    if (!away.add(direction)) {
      problems.notice(position, "the link " + direction + " has already left", "remove this event");
    }
    return Optional.of(new Action.LinkLeave(direction.from, direction.to));
  }

  /** The direction is there (again), made when it never was. */
  Action join(Direction direction, LinkChange change, SourcePosition position) {
    if (!exists(direction)) {
      exists(direction, change.applyTo(LinkProperties.IDEAL), position);
    } else if (!away.remove(direction)) {
      problems.notice(position, "the link " + direction + " is there already", "remove this event");
    }
    properties.compute(
        direction, (d, now) -> change.applyTo(now == null ? LinkProperties.IDEAL : now));
    return new Action.LinkJoin(direction.from, direction.to, change);
  }

  /** The direction changes; a problem when there is no such link. */
  Optional<Action> set(Direction direction, LinkChange change, SourcePosition position) {
    if (!checkKnown(direction, position)) {
      return Optional.empty();
    }
    properties.compute(
        direction, (d, now) -> change.applyTo(now == null ? LinkProperties.IDEAL : now));
    return Optional.of(new Action.LinkSet(direction.from, direction.to, change));
  }

  private boolean checkKnown(Direction direction, SourcePosition position) {
    if (exists(direction)) {
      return true;
    }
    String remedy =
        exists(direction.reverse())
            ? "there is one the other way: " + direction.reverse()
            : "declare it in the links, or let it join before";
    problems.add(position, "there is no link " + direction + " at that time", remedy);
    return false;
  }
}
