package io.kollaps.topology.read;

import io.kollaps.topology.Bridge;
import io.kollaps.topology.Service;
import io.kollaps.topology.Settings;
import io.kollaps.topology.TimelineEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Reads the native form; {@link KeyTable} lists its keys. */
final class YamlReader {
  private final YamlFields top;
  private final Problems problems;
  private final Declarations declarations;
  private final Addresses addresses;

  private YamlReader(YamlFields top, Problems problems) {
    this.top = top;
    this.problems = problems;
    this.declarations = new Declarations(ExperimentAssembly.namePattern(), problems);
    this.addresses = new Addresses(Settings.DEFAULT_SUBNET, problems);
  }

  static ReadResult read(String fileName, YamlValue root, Problems problems) {
    Optional<YamlFields> top = YamlFields.of(root, KeyTable.EXPERIMENT, problems);
    return top.map(fields -> new YamlReader(fields, problems).experiment(fileName))
        .orElseGet(() -> new ReadResult.Invalid(problems.problems()));
  }

  private ReadResult experiment(String fileName) {
    String name = name(fileName);
    Settings settings = settings();
    long before = problems.count();
    YamlServices services = new YamlServices(declarations, addresses, problems);
    List<YamlServices.Declared> declared = services.declare(top);
    List<Bridge> bridges = bridges();
    long beforeLinks = problems.count();
    LinkBook links = new LinkBook(declarations, problems);
    new YamlLinks(links, problems).declare(top.items("links"));
    long inLinks = problems.count() - beforeLinks;
    YamlTimeline timeline = new YamlTimeline(declarations, links, problems);
    List<TimelineEvent> events = timeline.read(top.items("timeline"));
    List<Service> read = services.read(declared, timeline.joined());
    boolean sound = problems.count() - inLinks == before;
    return ExperimentAssembly.finish(
        new ExperimentAssembly.Parts(
            name, top.position(), read, bridges, links, events, settings, sound),
        declarations,
        addresses,
        problems);
  }

  private String name(String fileName) {
    Optional<YamlValue.Text> text = top.text("name");
    if (text.isPresent() && !ExperimentAssembly.isName(text.get().text())) {
      problems.add(
          text.get().position(),
          Problems.quote(text.get().text()) + " cannot be a name",
          "write 1 to 63 letters, digits, '-' or '.', the first a letter or digit");
    }
    return text.map(YamlValue.Text::text).orElseGet(() -> ExperimentAssembly.nameFrom(fileName));
  }

  private Settings settings() {
    Settings.Routing routing =
        top.choice("routing", List.of("hops", "latency"))
            .map(w -> w.equals("hops") ? Settings.Routing.HOPS : Settings.Routing.LATENCY)
            .orElse(Settings.DEFAULT.routing());
    Settings.SharingWeights sharing =
        top.choice("sharing", List.of("rtt", "equal"))
            .map(w -> w.equals("rtt") ? Settings.SharingWeights.RTT : Settings.SharingWeights.EQUAL)
            .orElse(Settings.DEFAULT.sharing());
    OptionalLong period = top.duration("period", ReadLimits.MAX_PERIOD_NANOS);
    if (period.isPresent() && period.getAsLong() < ReadLimits.MIN_PERIOD_NANOS) {
      top.text("period")
          .ifPresent(
              t ->
                  problems.add(
                      t.position(),
                      "'period' is " + Problems.quote(t.text()),
                      "write at least " + Quantities.formatDuration(ReadLimits.MIN_PERIOD_NANOS)));
    }
    OptionalLong duration = top.longDuration("duration", ReadLimits.MAX_OFFSET_NANOS);
    if (duration.isPresent() && duration.getAsLong() == 0) {
      top.text("duration")
          .ifPresent(
              t ->
                  problems.add(
                      t.position(), "the run would end at once", "write for example 30 s"));
    }
    String subnet =
        top.text("subnet")
            .flatMap(t -> addresses.subnet(t.text(), t.position()))
            .orElse(Settings.DEFAULT_SUBNET);
    return new Settings(
        routing, sharing, period.orElse(Settings.DEFAULT_PERIOD_NANOS), duration, subnet);
  }

  private List<Bridge> bridges() {
    List<Bridge> bridges = new ArrayList<>();
    if (top.has("bridges")) {
      for (YamlValue item : top.items("bridges")) {
        top.text(item, "a bridge")
            .filter(t -> declarations.bridge(t.text(), t.position()))
            .ifPresent(t -> bridges.add(new Bridge(t.text(), t.position())));
      }
    }
    return bridges;
  }
}
