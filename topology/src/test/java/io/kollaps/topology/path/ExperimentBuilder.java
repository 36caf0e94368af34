package io.kollaps.topology.path;

import io.kollaps.topology.Action;
import io.kollaps.topology.Action.LinkChange;
import io.kollaps.topology.Action.Selection;
import io.kollaps.topology.Bridge;
import io.kollaps.topology.Experiment;
import io.kollaps.topology.Jitter;
import io.kollaps.topology.Link;
import io.kollaps.topology.LinkProperties;
import io.kollaps.topology.LinkProperties.Framing;
import io.kollaps.topology.Program;
import io.kollaps.topology.QueueLimit;
import io.kollaps.topology.ResourceLimits;
import io.kollaps.topology.Service;
import io.kollaps.topology.Settings;
import io.kollaps.topology.Settings.Routing;
import io.kollaps.topology.SourcePosition;
import io.kollaps.topology.TimelineEvent;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** Builds experiments for tests without any file. */
final class ExperimentBuilder {
  static final long MILLI = 1_000_000L;
  static final long SECOND = 1_000_000_000L;
  static final long MEGABIT = 1_000_000L;
  static final Selection ALL = new Selection.All();

  private final List<Service> services = new ArrayList<>();
  private final List<Bridge> bridges = new ArrayList<>();
  private final List<Link> links = new ArrayList<>();
  private final List<TimelineEvent> timeline = new ArrayList<>();
  private Routing routing = Routing.HOPS;
  private OptionalLong durationNanos = OptionalLong.empty();
  private String subnet = Settings.DEFAULT_SUBNET;
  private int line;

  static LinkProperties properties(double latencyMillis, double megabits) {
    return new LinkProperties(
        Math.round(latencyMillis * MILLI),
        Jitter.NONE,
        0,
        Math.round(megabits * MEGABIT),
        Framing.IP,
        QueueLimit.DEFAULT);
  }

  static Selection amount(int count) {
    return new Selection.Amount(count);
  }

  static Selection replica(int replica) {
    return new Selection.Replica(replica);
  }

  static LinkChange latency(double millis) {
    return new LinkChange(
        OptionalLong.of(Math.round(millis * MILLI)),
        Optional.empty(),
        OptionalDouble.empty(),
        OptionalLong.empty(),
        Optional.empty());
  }

  static LinkChange rate(double megabits) {
    return new LinkChange(
        OptionalLong.empty(),
        Optional.empty(),
        OptionalDouble.empty(),
        OptionalLong.of(Math.round(megabits * MEGABIT)),
        Optional.empty());
  }

  ExperimentBuilder services(String... names) {
    for (String name : names) {
      service(name, 1, true);
    }
    return this;
  }

  /** Services that start by join events only. */
  ExperimentBuilder joiningServices(String... names) {
    for (String name : names) {
      service(name, 1, false);
    }
    return this;
  }

  ExperimentBuilder service(String name, int replicas, boolean joinsAtStart) {
    return service(name, replicas, joinsAtStart, false, List.of(), List.of());
  }

  ExperimentBuilder service(
      String name,
      int replicas,
      boolean joinsAtStart,
      boolean sharesLink,
      List<String> addresses,
      List<String> activePaths) {
    services.add(
        new Service(
            name,
            new Program.Command(List.of("sleep", "infinity")),
            replicas,
            sharesLink,
            addresses,
            activePaths,
            Map.of(),
            Optional.empty(),
            ResourceLimits.NONE,
            List.of(),
            false,
            Service.DEFAULT_STOP_GRACE_NANOS,
            joinsAtStart,
            position()));
    return this;
  }

  ExperimentBuilder bridges(String... names) {
    for (String name : names) {
      bridges.add(new Bridge(name, position()));
    }
    return this;
  }

  ExperimentBuilder oneWay(String from, String to, LinkProperties properties) {
    links.add(new Link(from, to, properties, position()));
    return this;
  }

  ExperimentBuilder oneWay(String from, String to, double latencyMillis, double megabits) {
    return oneWay(from, to, properties(latencyMillis, megabits));
  }

  ExperimentBuilder twoWay(String a, String b, double latencyMillis, double megabits) {
    return oneWay(a, b, latencyMillis, megabits).oneWay(b, a, latencyMillis, megabits);
  }

  ExperimentBuilder at(double seconds, Action... actions) {
    for (Action action : actions) {
      timeline.add(new TimelineEvent(Math.round(seconds * SECOND), action, position()));
    }
    return this;
  }

  ExperimentBuilder routing(Routing value) {
    routing = value;
    return this;
  }

  ExperimentBuilder duration(double seconds) {
    durationNanos = OptionalLong.of(Math.round(seconds * SECOND));
    return this;
  }

  ExperimentBuilder subnet(String value) {
    subnet = value;
    return this;
  }

  private SourcePosition position() {
    return new SourcePosition(++line, 1);
  }

  Experiment build() {
    List<TimelineEvent> sorted =
        timeline.stream().sorted(Comparator.comparingLong(TimelineEvent::atNanos)).toList();
    Settings settings =
        new Settings(
            routing,
            Settings.SharingWeights.RTT,
            Settings.DEFAULT_PERIOD_NANOS,
            durationNanos,
            subnet);
    return new Experiment("test", services, bridges, links, sorted, settings, List.of());
  }

  CompiledExperiment compile(long seed) throws CompileException {
    return ExperimentCompiler.compile(build(), seed);
  }

  CompiledExperiment compile() throws CompileException {
    return compile(1);
  }
}
