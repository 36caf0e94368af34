package io.kollaps.topology.read;

import io.kollaps.topology.Bridge;
import io.kollaps.topology.Service;
import io.kollaps.topology.Settings;
import io.kollaps.topology.TimelineEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads Kollaps XML: the original's dialect and that of the thesis, also mixed. */
final class KollapsXmlReader {
  /** Names as in the native form, and with '_', which harms nobody. */
  private static final Pattern NAMES = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

  private static final List<String> SECTIONS =
      List.of("config", "services", "bridges", "links", "dynamic", "informations");
  private static final Set<String> BRIDGE = Set.of("name", "tags");
  private static final Set<String> CONFIG = Set.of("shortest_path", "pool_period", "max_age");

  private final Problems problems;
  private final Map<String, XmlElement> sections = new HashMap<>();
  private final Set<String> leftOut = new HashSet<>();

  private KollapsXmlReader(Problems problems) {
    this.problems = problems;
  }

  static ReadResult read(String fileName, XmlElement root, Problems problems) {
    if (!root.name().equals("experiment")) {
      problems.add(
          root.position(),
          "the file begins with <" + Problems.quote(root.name()) + ">",
          "Kollaps XML begins with <experiment>");
      return new ReadResult.Invalid(problems.problems());
    }
    return new KollapsXmlReader(problems).experiment(fileName, root);
  }

  private ReadResult experiment(String fileName, XmlElement root) {
    new XmlFields(root, problems).checkKnown(Set.of("boot"));
    findSections(root);
    Settings settings = settings();
    Declarations declarations = new Declarations(NAMES, problems);
    Addresses addresses = new Addresses(Settings.DEFAULT_SUBNET, problems);
    long before = problems.count();
    KollapsSchedule schedule = new KollapsSchedule(problems);
    schedule.readRows(children("dynamic", "schedule"));
    boolean dynamic = sections.containsKey("dynamic");
    KollapsServices services =
        new KollapsServices(declarations, addresses, schedule, leftOut, problems);
    services.declare(children("services", "service"));
    List<Bridge> bridges = bridges(declarations);
    long beforeLinks = problems.count();
    LinkBook book = new LinkBook(declarations, problems);
    KollapsLinks links = new KollapsLinks(book, leftOut, problems);
    children("links", "link").forEach(links::declare);
    long inLinks = problems.count() - beforeLinks;
    List<TimelineEvent> timeline = schedule.events(declarations, services, links, leftOut);
    List<Service> read = services.read(!dynamic);
    boolean sound = problems.count() - inLinks == before;
    if (read.isEmpty() && problems.count() == 0) {
      problems.add(root.position(), "there is no service", "declare one in <services>");
    }
    return ExperimentAssembly.finish(
        new ExperimentAssembly.Parts(
            ExperimentAssembly.nameFrom(fileName),
            root.position(),
            read,
            bridges,
            book,
            timeline,
            settings,
            sound),
        declarations,
        addresses,
        problems);
  }

  private void findSections(XmlElement root) {
    for (XmlElement section : root.children()) {
      if (!SECTIONS.contains(section.name())) {
        problems.add(
            section.position(),
            "<experiment> has no section " + Problems.quote(section.name()),
            Nearest.remedy(section.name(), SECTIONS, "known are: " + String.join(", ", SECTIONS)));
      } else if (section.name().equals("informations")) {
        problems.notice(section.position(), "<informations> is not needed", "remove it");
      } else {
        XmlElement before = sections.putIfAbsent(section.name(), section);
        if (before != null) {
          problems.add(
              section.position(),
              "section <"
                  + section.name()
                  + "> stands here a second time, first in line "
                  + before.position().line(),
              "write everything into one section");
        }
      }
    }
    if (!sections.containsKey("services")) {
      problems.add(root.position(), "there is no <services> section", "declare the services in it");
    }
  }

  /** The elements of a section; others than the expected ones are problems. */
  private List<XmlElement> children(String section, String expected) {
    XmlElement element = sections.get(section);
    if (element == null) {
      return List.of();
    }
    List<XmlElement> children = new ArrayList<>();
    for (XmlElement child : element.children()) {
      if (child.name().equals(expected)) {
        children.add(child);
        child
            .children()
            .forEach(
                c ->
                    problems.add(
                        c.position(),
                        "<" + expected + "> has nothing inside",
                        "move <" + shown(c) + "> out of it"));
      } else {
        problems.add(
            child.position(),
            "<" + section + "> holds a <" + shown(child) + ">",
            "write <" + expected + " .../>");
      }
    }
    return children;
  }

  private static String shown(XmlElement element) {
    String quoted = Problems.quote(element.name());
    return quoted.substring(1, quoted.length() - 1);
  }

  private List<Bridge> bridges(Declarations declarations) {
    List<Bridge> bridges = new ArrayList<>();
    for (XmlElement element : children("bridges", "bridge")) {
      XmlFields fields = new XmlFields(element, problems);
      fields.checkKnown(BRIDGE);
      fields
          .required("name")
          .filter(n -> declarations.bridge(n, fields.position("name")))
          .ifPresent(n -> bridges.add(new Bridge(n, element.position())));
    }
    return bridges;
  }

  private Settings settings() {
    Settings.Routing routing = Settings.DEFAULT.routing();
    long period = Settings.DEFAULT_PERIOD_NANOS;
    XmlElement config = sections.get("config");
    List<XmlElement> properties = config == null ? List.of() : config.children();
    for (XmlElement property : properties) {
      XmlFields fields = new XmlFields(property, problems);
      fields.checkKnown(CONFIG);
      Optional<String> path = fields.text("shortest_path");
      if (path.isPresent() && !List.of("hop", "latency").contains(path.get())) {
        problems.add(
            fields.position("shortest_path"),
            "shortest_path is " + Problems.quote(path.get()),
            "write hop or latency");
      } else if (path.isPresent()) {
        routing = path.get().equals("hop") ? Settings.Routing.HOPS : Settings.Routing.LATENCY;
      }
      OptionalLong given =
          fields.seconds("pool_period", ReadLimits.MIN_PERIOD_NANOS, ReadLimits.MAX_PERIOD_NANOS);
      period = given.orElse(period);
      if (fields.has("max_age")) {
        problems.notice(
            fields.position("max_age"),
            "max_age is not needed: usage that is out of date is found by itself",
            "remove it");
      }
    }
    return new Settings(
        routing, Settings.DEFAULT.sharing(), period, OptionalLong.empty(), Settings.DEFAULT_SUBNET);
  }
}
