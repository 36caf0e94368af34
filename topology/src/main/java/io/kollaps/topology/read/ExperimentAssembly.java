package io.kollaps.topology.read;

import io.kollaps.topology.Action;
import io.kollaps.topology.Bridge;
import io.kollaps.topology.Experiment;
import io.kollaps.topology.Service;
import io.kollaps.topology.Settings;
import io.kollaps.topology.SourcePosition;
import io.kollaps.topology.TimelineEvent;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** What both formats do at the end: checks over the whole experiment, then the result. */
final class ExperimentAssembly {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9.-]{0,62}");
  private static final int MAX_NAME_CHARS = 63;

  private ExperimentAssembly() {}

  /**
   * Everything that a format has read.
   *
   * @param timelineSound false when services or events had problems already, so that playing the
   *     timeline would only repeat them
   */
  record Parts(
      String name,
      SourcePosition position,
      List<Service> services,
      List<Bridge> bridges,
      LinkBook links,
      List<TimelineEvent> timeline,
      Settings settings,
      boolean timelineSound) {}

  /** True when the name can be that of an experiment, service or bridge. */
  static boolean isName(String name) {
    return NAME.matcher(name).matches();
  }

  /** Pattern of names in the native form. */
  static Pattern namePattern() {
    return NAME;
  }

  /** A name for the experiment made from a file's name. */
  static String nameFrom(String fileName) {
    String last =
        fileName.substring(Math.max(fileName.lastIndexOf('/'), fileName.lastIndexOf('\\')) + 1);
    String stem = last.replaceFirst("(?i)\\.(ya?ml|xml)$", "");
    String cleaned = stem.replaceAll("[^A-Za-z0-9.-]+", "-").replaceFirst("^[.-]+", "");
    String name = cleaned.substring(0, Math.min(cleaned.length(), MAX_NAME_CHARS));
    return isName(name) ? name : "experiment";
  }

  /** Checks the whole and gives the experiment, or all problems. */
  static ReadResult finish(
      Parts parts, Declarations declarations, Addresses addresses, Problems problems) {
    declarations.checkEndpointNames();
    checkLinks(parts, problems);
    long asked = parts.services.stream().mapToLong(s -> s.addresses().size()).sum();
    addresses.checkCapacity(Math.max(0, declarations.endpointCount() - asked), parts.position);
    WaitCycles.check(parts.services, problems);
    if (parts.timelineSound) {
      TimelineCheck.check(parts.services, parts.timeline, parts.settings.durationNanos(), problems);
      noticeNeverStarted(parts, problems);
    }
    if (problems.count() > 0) {
      return new ReadResult.Invalid(problems.problems());
    }
    return new ReadResult.Valid(
        new Experiment(
            parts.name,
            parts.services,
            parts.bridges,
            parts.links.links(),
            parts.timeline,
            parts.settings,
            problems.notices()));
  }

  private static void checkLinks(Parts parts, Problems problems) {
    if (parts.services.size() > 1
        && parts.services.stream().noneMatch(s -> parts.links.isLinked(s.name()))) {
      problems.add(
          parts.position,
          "no link leads to any of the " + parts.services.size() + " services",
          "add links, so that they can reach one another");
      return;
    }
    if (parts.services.size() > 1) {
      for (Service service : parts.services) {
        if (!parts.links.isLinked(service.name())) {
          problems.notice(
              service.position(),
              "service " + service.name() + " has no link and reaches nobody",
              "add a link to it");
        }
      }
    }
  }

  private static void noticeNeverStarted(Parts parts, Problems problems) {
    Set<String> joining = new HashSet<>();
    for (TimelineEvent event : parts.timeline) {
      if (event.action() instanceof Action.Join join) {
        joining.add(join.service());
      }
    }
    for (Service service : parts.services) {
      if (!service.joinsAtStart() && !joining.contains(service.name())) {
        problems.notice(
            service.position(),
            String.format(Locale.ROOT, "service %s never starts: nothing joins it", service.name()),
            "add a join event for it, or remove the service");
      }
    }
  }
}
