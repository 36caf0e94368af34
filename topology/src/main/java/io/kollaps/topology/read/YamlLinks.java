package io.kollaps.topology.read;

import io.kollaps.topology.Action.LinkChange;
import io.kollaps.topology.Jitter;
import io.kollaps.topology.Link;
import io.kollaps.topology.LinkProperties;
import io.kollaps.topology.LinkProperties.Framing;
import io.kollaps.topology.QueueLimit;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** Reads {@code links} of the native form, and the link properties wherever they stand. */
final class YamlLinks {
  private final LinkBook links;
  private final Problems problems;

  YamlLinks(LinkBook links, Problems problems) {
    this.links = links;
    this.problems = problems;
  }

  /** Reads the list of links into the book. */
  void declare(List<YamlValue> items) {
    for (YamlValue item : items) {
      YamlFields.of(item, KeyTable.LINK, problems).ifPresent(this::declare);
    }
  }

  private void declare(YamlFields fields) {
    Optional<YamlValue.Text> from = fields.text("from");
    Optional<YamlValue.Text> to = fields.text("to");
    boolean oneWay = fields.flag("one_way").orElse(false);
    if (oneWay && fields.has("down")) {
      fields
          .field("down")
          .ifPresent(
              f ->
                  problems.add(
                      f.position(), "a one-way link has no 'down'", "remove 'down' or 'one_way'"));
    }
    Framing framing =
        fields
            .choice("framing", List.of("ip", "ethernet"))
            .map(w -> w.equals("ip") ? Framing.IP : Framing.ETHERNET)
            .orElse(Framing.IP);
    LinkProperties base = LinkProperties.IDEAL;
    LinkProperties framed =
        new LinkProperties(
            base.latencyNanos(),
            base.jitter(),
            base.lossProbability(),
            base.rateBitsPerSecond(),
            framing,
            base.queueLimit());
    LinkProperties both = change(fields, Jitter.NONE).applyTo(framed);
    LinkProperties up = directed(fields, "up", both);
    LinkProperties down = directed(fields, "down", both);
    if (from.isEmpty() || to.isEmpty()) {
      return;
    }
    String a = from.get().text();
    String b = to.get().text();
    if (!links.checkEnds(a, from.get().position(), b, to.get().position())) {
      return;
    }
    boolean declared = links.declare(new Link(a, b, up, fields.position()));
    if (declared && !oneWay) {
      links.declare(new Link(b, a, down, fields.position()));
      links.tie(new LinkBook.Direction(a, b));
    }
  }

  private LinkProperties directed(YamlFields fields, String key, LinkProperties both) {
    return direction(fields, key, both.jitter()).applyTo(both);
  }

  /** What {@code up} or {@code down} changes. */
  LinkChange direction(YamlFields fields, String key, Jitter before) {
    return fields
        .value(key)
        .flatMap(v -> YamlFields.of(v, KeyTable.DIRECTION, problems))
        .map(f -> change(f, before))
        .orElse(LinkChange.NONE);
  }

  /**
   * The link properties that stand in a mapping.
   *
   * @param before a jitter that gives only a deviation keeps the distribution and order of this one
   */
  LinkChange change(YamlFields fields, Jitter before) {
    return new LinkChange(
        fields.duration("latency", ReadLimits.MAX_LATENCY_NANOS),
        jitter(fields, before),
        loss(fields),
        fields.quantity("rate", Quantities::rateBitsPerSecond, Long.MAX_VALUE, "that"),
        queue(fields));
  }

  /** What holds in the first, else in the second. */
  static LinkChange over(LinkChange first, LinkChange second) {
    return new LinkChange(
        first.latencyNanos().isPresent() ? first.latencyNanos() : second.latencyNanos(),
        first.jitter().or(second::jitter),
        first.lossProbability().isPresent() ? first.lossProbability() : second.lossProbability(),
        first.rateBitsPerSecond().isPresent()
            ? first.rateBitsPerSecond()
            : second.rateBitsPerSecond(),
        first.queueLimit().or(second::queueLimit));
  }

  private Optional<Jitter> jitter(YamlFields fields, Jitter before) {
    Optional<YamlValue> value = fields.value("jitter");
    if (value.isEmpty()) {
      return Optional.empty();
    }
    if (value.get() instanceof YamlValue.Fields) {
      return YamlFields.of(value.get(), KeyTable.JITTER, problems).map(this::fullJitter);
    }
    OptionalLong deviation = fields.duration("jitter", ReadLimits.MAX_LATENCY_NANOS);
    return deviation.isPresent()
        ? Optional.of(new Jitter(deviation.getAsLong(), before.distribution(), before.reorders()))
        : Optional.empty();
  }

  private Jitter fullJitter(YamlFields fields) {
    return new Jitter(
        fields.duration("deviation", ReadLimits.MAX_LATENCY_NANOS).orElse(0),
        fields
            .choice("distribution", List.of("normal", "uniform"))
            .map(w -> w.equals("normal") ? Jitter.Distribution.NORMAL : Jitter.Distribution.UNIFORM)
            .orElse(Jitter.Distribution.NORMAL),
        fields.flag("reorder").orElse(false));
  }

  private OptionalDouble loss(YamlFields fields) {
    Optional<YamlValue.Text> text = fields.text("loss");
    if (text.isEmpty()) {
      return OptionalDouble.empty();
    }
    try {
      return OptionalDouble.of(Quantities.probability(text.get().text()));
    } catch (QuantityException e) {
      problems.add(text.get().position(), "'loss': " + e.problem(), e.remedy());
      return OptionalDouble.empty();
    }
  }

  private Optional<QueueLimit> queue(YamlFields fields) {
    Optional<YamlValue.Text> text = fields.text("queue");
    if (text.isEmpty()) {
      return Optional.empty();
    }
    if (Quantities.looksLikeSize(text.get().text())) {
      OptionalLong bytes = fields.quantity("queue", Quantities::sizeBytes, Long.MAX_VALUE, "that");
      return bytes.isPresent()
          ? Optional.of(new QueueLimit.Bytes(bytes.getAsLong()))
          : Optional.empty();
    }
    OptionalLong nanos = fields.duration("queue", ReadLimits.MAX_LATENCY_NANOS);
    return nanos.isPresent()
        ? Optional.of(new QueueLimit.Time(nanos.getAsLong()))
        : Optional.empty();
  }
}
