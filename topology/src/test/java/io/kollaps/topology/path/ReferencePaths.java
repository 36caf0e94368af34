package io.kollaps.topology.path;

import io.kollaps.topology.Bridge;
import io.kollaps.topology.Experiment;
import io.kollaps.topology.Jitter;
import io.kollaps.topology.Link;
import io.kollaps.topology.LinkProperties;
import io.kollaps.topology.Service;
import io.kollaps.topology.Settings.Routing;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the paths should be, by trying every simple path between two endpoints. Shares nothing with
 * the compiler: names instead of indexes, links of the file instead of a timeline.
 */
final class ReferencePaths {
  /** A link direction; its place in the list is its rank for ties. */
  record Edge(String from, String to, LinkProperties properties) {
    String name() {
      return from + "->" + to;
    }
  }

  private final Routing routing;
  private final Map<String, Service> endpoints = new HashMap<>();
  private final Set<String> bridges = new HashSet<>();
  private final List<Edge> edges = new ArrayList<>();
  private List<Integer> best = List.of();

  ReferencePaths(Experiment experiment) {
    routing = experiment.settings().routing();
    Map<String, List<String>> attachments = new HashMap<>();
    List<Edge> ideal = new ArrayList<>();
    for (Service service : experiment.services()) {
      List<String> names = new ArrayList<>();
      for (int i = 1; i <= service.replicas(); i++) {
        names.add(service.replicas() == 1 ? service.name() : service.name() + "-" + i);
      }
      names.forEach(name -> endpoints.put(name, service));
      attachments.put(service.name(), names);
      if (service.sharesLink() && names.size() > 1) {
        String meta = service.name() + "~share";
        attachments.put(service.name(), List.of(meta));
        for (String name : names) {
          ideal.add(new Edge(name, meta, LinkProperties.IDEAL));
          ideal.add(new Edge(meta, name, LinkProperties.IDEAL));
        }
      }
    }
    for (Bridge bridge : experiment.bridges()) {
      bridges.add(bridge.name());
      attachments.put(bridge.name(), List.of(bridge.name()));
    }
    for (Link link : experiment.links()) {
      for (String from : attachments.get(link.from())) {
        for (String to : attachments.get(link.to())) {
          if (!from.equals(to)) {
            edges.add(new Edge(from, to, link.properties()));
          }
        }
      }
    }
    edges.addAll(ideal);
  }

  List<Edge> edges() {
    return edges;
  }

  /** The best path's links in travel order, empty when there is none. */
  List<Edge> path(String from, String to) {
    best = List.of();
    Service a = endpoints.get(from);
    Service b = endpoints.get(to);
    boolean allowed =
        a.activePaths().isEmpty() && b.activePaths().isEmpty()
            || a.activePaths().contains(b.name())
            || b.activePaths().contains(a.name());
    if (allowed && !from.equals(to)) {
      explore(from, from, to, new ArrayList<>(), new HashSet<>(Set.of(from)));
    }
    return best.stream().map(edges::get).toList();
  }

  private void explore(
      String at, String from, String to, List<Integer> soFar, Set<String> visited) {
    if (at.equals(to)) {
      if (best.isEmpty() || compare(soFar, best) < 0) {
        best = List.copyOf(soFar);
      }
      return;
    }
    if (!at.equals(from) && !mayPass(at, from, to)) {
      return;
    }
    for (int i = 0; i < edges.size(); i++) {
      Edge edge = edges.get(i);
      if (edge.from().equals(at) && visited.add(edge.to())) {
        soFar.add(i);
        explore(edge.to(), from, to, soFar, visited);
        soFar.removeLast();
        visited.remove(edge.to());
      }
    }
  }

  /** Bridges forward for all, a meta bridge only for its own replicas, endpoints never. */
  private boolean mayPass(String element, String from, String to) {
    return bridges.contains(element)
        || element.equals(endpoints.get(from).name() + "~share")
        || element.equals(endpoints.get(to).name() + "~share");
  }

  private int compare(List<Integer> a, List<Integer> b) {
    int byHops = Integer.compare(a.size(), b.size());
    int byLatency = Long.compare(latency(a), latency(b));
    int first = routing == Routing.HOPS ? byHops : byLatency;
    int second = routing == Routing.HOPS ? byLatency : byHops;
    if (first != 0 || second != 0) {
      return first != 0 ? first : second;
    }
    for (int i = 0; i < a.size(); i++) {
      int byOrder = Integer.compare(a.get(i), b.get(i));
      if (byOrder != 0) {
        return byOrder;
      }
    }
    return 0;
  }

  private long latency(List<Integer> path) {
    return path.stream().mapToLong(i -> edges.get(i).properties().latencyNanos()).sum();
  }

  /** Values of a path, link by link from the formulas of {@link CollapsedPath}. */
  static Optional<CollapsedPath> collapse(List<Edge> path) {
    if (path.isEmpty()) {
      return Optional.empty();
    }
    double passes = 1;
    double squares = 0;
    LinkProperties slowest = path.getFirst().properties();
    List<Jitter> jitters = new ArrayList<>();
    long latency = 0;
    for (Edge edge : path) {
      LinkProperties link = edge.properties();
      latency += link.latencyNanos();
      passes *= 1 - link.lossProbability();
      squares += Math.pow(link.jitter().deviationNanos(), 2);
      if (link.jitter().deviationNanos() > 0) {
        jitters.add(link.jitter());
      }
      if (link.rateBitsPerSecond() < slowest.rateBitsPerSecond()) {
        slowest = link;
      }
    }
    Jitter.Distribution distribution =
        jitters.size() == 1 ? jitters.getFirst().distribution() : Jitter.Distribution.NORMAL;
    return Optional.of(
        new CollapsedPath(
            latency,
            new Jitter(
                Math.round(Math.sqrt(squares)),
                distribution,
                jitters.stream().anyMatch(Jitter::reorders)),
            1 - passes,
            slowest.rateBitsPerSecond(),
            slowest.framing(),
            slowest.queueLimit(),
            path.size()));
  }
}
