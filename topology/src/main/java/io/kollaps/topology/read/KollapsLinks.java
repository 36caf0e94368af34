package io.kollaps.topology.read;

import io.kollaps.topology.Action;
import io.kollaps.topology.Action.LinkChange;
import io.kollaps.topology.Jitter;
import io.kollaps.topology.Link;
import io.kollaps.topology.LinkProperties;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;

/** Reads the links of Kollaps XML, and the rows of its schedule that are about links. */
final class KollapsLinks {
  private static final Set<String> KNOWN =
      Set.of(
          "origin",
          "dest",
          "latency",
          "jitter",
          "drop",
          "upload",
          "download",
          "bandwidth",
          "network",
          "tags");

  /** Rates of a link or row: there, and back when it has a way back. */
  private record Rates(OptionalLong there, OptionalLong back, boolean twoWay) {}

  private final LinkBook book;
  private final Set<String> leftOut;
  private final Problems problems;

  KollapsLinks(LinkBook book, Set<String> leftOut, Problems problems) {
    this.book = book;
    this.leftOut = leftOut;
    this.problems = problems;
  }

  /** Declares the link of an element. */
  void declare(XmlElement element) {
    XmlFields fields = new XmlFields(element, problems);
    fields.checkKnown(KNOWN);
    Rates rates = rates(fields);
    if (!fields.has("upload") && !fields.has("bandwidth")) {
      problems.add(
          element.position(),
          "the link has no rate",
          "add upload=\"100Mbps\" (and download=\"100Mbps\" for both ways)");
    }
    LinkChange common = common(fields);
    ends(fields)
        .ifPresent(
            there -> {
              if (declare(fields, there, common, rates.there) && rates.twoWay) {
                declare(fields, there.reverse(), common, rates.back);
                book.tie(there);
              }
            });
  }

  private boolean declare(
      XmlFields fields, LinkBook.Direction direction, LinkChange common, OptionalLong rate) {
    LinkProperties properties = withRate(common, rate).applyTo(LinkProperties.IDEAL);
    return book.declare(new Link(direction.from(), direction.to(), properties, fields.position()));
  }

  /** The known ends of a link or row; empty, with a problem or notice, when there are none. */
  private Optional<LinkBook.Direction> ends(XmlFields fields) {
    Optional<String> origin = fields.required("origin");
    Optional<String> dest = fields.required("dest");
    if (origin.isEmpty() || dest.isEmpty()) {
      return Optional.empty();
    }
    if (leftOut.contains(origin.get()) || leftOut.contains(dest.get())) {
      problems.notice(fields.position(), "this is about a supervisor and left out", "remove it");
      return Optional.empty();
    }
    boolean known =
        book.checkEnds(
            origin.get(), fields.position("origin"), dest.get(), fields.position("dest"));
    return known ? Optional.of(new LinkBook.Direction(origin.get(), dest.get())) : Optional.empty();
  }

  /** What a schedule row with origin and dest does, in the order to do it. */
  List<Action> event(XmlFields fields) {
    Optional<LinkBook.Direction> ends = ends(fields);
    Optional<String> action = fields.text("action");
    Rates rates = rates(fields);
    LinkChange common = common(fields);
    if (ends.isEmpty()) {
      return List.of();
    }
    LinkBook.Direction there = ends.get();
    if (action.isEmpty()) {
      return fields.has("action") ? List.of() : set(fields, there, common, rates);
    }
    return switch (action.get()) {
      case "leave" -> leave(fields, there);
      case "join" -> join(fields, there, common, rates);
      default -> {
        problems.add(
            fields.position("action"),
            "a link cannot " + Problems.quote(action.get()),
            "write join, leave, or no action to change its properties");
        yield List.of();
      }
    };
  }

  private List<Action> leave(XmlFields fields, LinkBook.Direction there) {
    List<Action> actions = new ArrayList<>();
    book.leave(there, fields.position()).ifPresent(actions::add);
    if (book.isTwoWay(there)) {
      book.leave(there.reverse(), fields.position()).ifPresent(actions::add);
    }
    return actions;
  }

  private List<Action> join(
      XmlFields fields, LinkBook.Direction there, LinkChange common, Rates rates) {
    if (!book.exists(there) && rates.there.isEmpty()) {
      problems.add(
          fields.position(),
          "the link " + there + " joins for the first time and has no rate",
          "add upload=\"100Mbps\" and latency=\"10\"");
    }
    List<Action> actions = new ArrayList<>();
    boolean both = rates.twoWay || book.isTwoWay(there);
    actions.add(book.join(there, withRate(common, rates.there), fields.position()));
    if (both) {
      book.tie(there);
      actions.add(book.join(there.reverse(), withRate(common, rates.back), fields.position()));
    }
    return actions;
  }

  private List<Action> set(
      XmlFields fields, LinkBook.Direction there, LinkChange common, Rates rates) {
    LinkChange forth = withRate(common, rates.there);
    boolean twoWay = book.isTwoWay(there);
    LinkChange back = withRate(twoWay ? common : LinkChange.NONE, rates.back);
    if (forth.equals(LinkChange.NONE) && back.equals(LinkChange.NONE)) {
      problems.add(
          fields.position(),
          "this event changes nothing",
          "add latency, upload, download, jitter or drop, or an action");
    }
    List<Action> actions = new ArrayList<>();
    if (!forth.equals(LinkChange.NONE)) {
      book.set(there, forth, fields.position()).ifPresent(actions::add);
    }
    if (!back.equals(LinkChange.NONE) && (twoWay || fields.has("download"))) {
      book.set(there.reverse(), back, fields.position()).ifPresent(actions::add);
    }
    return actions;
  }

  private Rates rates(XmlFields fields) {
    if (fields.has("bandwidth")) {
      if (fields.has("upload") || fields.has("download")) {
        problems.add(
            fields.position("bandwidth"),
            "bandwidth stands beside upload or download",
            "write bandwidth, or upload and download");
      }
      OptionalLong rate = fields.rate("bandwidth");
      return new Rates(rate, rate, true);
    }
    return new Rates(fields.rate("upload"), fields.rate("download"), fields.has("download"));
  }

  /** What holds for both directions: latency, jitter and loss. */
  private static LinkChange common(XmlFields fields) {
    OptionalLong jitter = fields.milliseconds("jitter");
    OptionalDouble loss = fields.fraction("drop");
    return new LinkChange(
        fields.milliseconds("latency"),
        jitter.isPresent()
            ? Optional.of(new Jitter(jitter.getAsLong(), Jitter.Distribution.NORMAL, false))
            : Optional.empty(),
        loss,
        OptionalLong.empty(),
        Optional.empty());
  }

  private static LinkChange withRate(LinkChange common, OptionalLong rate) {
    return new LinkChange(
        common.latencyNanos(), common.jitter(), common.lossProbability(), rate, Optional.empty());
  }
}
