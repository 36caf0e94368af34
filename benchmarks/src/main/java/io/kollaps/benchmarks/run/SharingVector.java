package io.kollaps.benchmarks.run;

import io.kollaps.emulation.FlowTable;
import io.kollaps.emulation.FlowWeights;
import io.kollaps.emulation.SharingSolver;
import io.kollaps.topology.path.CompiledExperiment;
import io.kollaps.topology.path.Endpoint;
import io.kollaps.topology.path.Paths;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The experiment "decentralized throttling" of the Kollaps paper (EuroSys 2020, section 5.4, figure
 * 8): six clients on two bridges, six servers on a third, one client coming after the other, then
 * leaving in reverse.
 */
final class SharingVector {
  /**
   * The paper's shares in Mbit/s, for 1 to 6 clients. Its row for five is 16.89, 19.75, 10, 23.74,
   * 29.62; progressive filling by hand gives 16.93 and 23.70: with weights 1/70, 1/60, 1/60, 1/50,
   * 1/40 per ms c3 stops at its own 10, and the other 90 of the link b2-b3 go by weight (of
   * 0.07595) to the rest.
   */
  private static final double[][] PAPER = {
    {50},
    {23.08, 26.92},
    {18.45, 21.55, 10},
    {18.45, 21.55, 10, 50},
    {16.93, 19.75, 10, 23.70, 29.62},
    {15.04, 17.55, 10, 21.06, 26.33, 10},
  };

  private static final int[] RATES = {50, 50, 10, 50, 50, 10};
  private static final int[] LATENCIES = {10, 5, 5, 10, 5, 5};
  private static final int CLIENTS_PER_BRIDGE = 3;
  private static final double BITS_PER_MEGABIT = 1e6;
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  /** The first client comes when all servers listen. */
  private static final int FIRST_SECOND = 2;

  private static final int UDP_PAYLOAD_BYTES = 1000;
  private static final int UDP_HEADER_BYTES = 28;

  /** Payload in Mbit/s of the application-limited flows, far below their share. */
  private static final int[] UDP_RATES = {2, 4};

  private final SharingOptions options;

  SharingVector(SharingOptions options) {
    this.options = options;
  }

  /** The paper's share of a client's flow, when so many send and nothing else does. */
  OptionalDouble paperBitsPerSecond(String flow, int clients) {
    if (options.withUdp() || !flow.startsWith("c")) {
      return OptionalDouble.empty();
    }
    int client = Integer.parseInt(flow.substring(1, flow.indexOf(':'))) - 1;
    return OptionalDouble.of(PAPER[clients - 1][client] * BITS_PER_MEGABIT);
  }

  /** Clients that send in a step. */
  int clientsIn(int step) {
    return step <= options.clients() ? step : 2 * options.clients() - step;
  }

  /** The experiment. */
  String yaml() {
    StringBuilder services = new StringBuilder();
    StringBuilder links = new StringBuilder();
    StringBuilder timeline = new StringBuilder();
    int last = FIRST_SECOND + options.steps() * options.stepSeconds();
    for (int i = 1; i <= options.clients(); i++) {
      String bridge = i <= CLIENTS_PER_BRIDGE ? "b1" : "b2";
      int comes = FIRST_SECOND + (i - 1) * options.stepSeconds();
      int goes = options.leaving() ? last - (i - 1) * options.stepSeconds() : last;
      server(services, links, "s" + i);
      services.append(
          """
            c%d:
              command: [iperf3, -c, s%d, -t, "%d", -C, %s]
          """
              .formatted(i, i, goes - comes, options.congestion()));
      links.append(
          "  - { from: c%d, to: %s, latency: %d ms, rate: %d Mbit/s }%n"
              .formatted(i, bridge, LATENCIES[i - 1], RATES[i - 1]));
      timeline.append("  - { at: %d s, join: c%d }%n".formatted(comes, i));
    }
    for (int i = 1; options.withUdp() && i <= UDP_RATES.length; i++) {
      server(services, links, "v" + i);
      services.append(
          """
            u%d:
              command: [iperf3, -u, -c, v%d, -t, "%d", -b, %dM, -l, "%d"]
          """
              .formatted(i, i, last - 1, UDP_RATES[i - 1], UDP_PAYLOAD_BYTES));
      links.append("  - { from: u%d, to: b%d, latency: 5 ms, rate: 50 Mbit/s }%n".formatted(i, i));
      timeline.append("  - { at: 1 s, join: u%d }%n".formatted(i));
    }
    return "name: sharing%nduration: %d s%nservices:%n".formatted(last + 1)
        + services
        + "bridges: [b1, b2, b3]\nlinks:\n"
        + links
        + "  - { from: b1, to: b2, latency: 10 ms, rate: 50 Mbit/s }\n"
        + "  - { from: b2, to: b3, latency: 10 ms, rate: 100 Mbit/s }\n"
        + "timeline:\n"
        + timeline;
  }

  private static void server(StringBuilder services, StringBuilder links, String name) {
    services.append("  %s:%n    command: [iperf3, -s]%n    background: true%n".formatted(name));
    links.append("  - { from: %s, to: b3, latency: 5 ms, rate: 50 Mbit/s }%n".formatted(name));
  }

  /** The steps, with what the sharing engine gives to each flow. */
  List<SharingStep> steps(CompiledExperiment compiled) {
    List<SharingStep> steps = new ArrayList<>();
    for (int step = 1; step <= options.steps(); step++) {
      int clients = clientsIn(step);
      boolean came = step <= options.clients();
      int changed = came ? clients : clients + 1;
      long begin = FIRST_SECOND + (long) (step - 1) * options.stepSeconds();
      steps.add(
          new SharingStep(
              step,
              begin * NANOS_PER_SECOND,
              (begin + options.stepSeconds()) * NANOS_PER_SECOND,
              expected(compiled, clients),
              limited(),
              "c" + changed + ":s" + changed,
              came));
    }
    return steps;
  }

  private Set<String> limited() {
    return options.withUdp()
        ? IntStream.rangeClosed(1, UDP_RATES.length)
            .mapToObj(i -> "u" + i + ":v" + i)
            .collect(Collectors.toSet())
        : Set.of();
  }

  private Map<String, Double> expected(CompiledExperiment compiled, int clients) {
    Map<String, Long> demands = new LinkedHashMap<>();
    for (int i = 1; i <= clients; i++) {
      demands.put("c" + i + ":s" + i, FlowTable.UNLIMITED);
    }
    for (int i = 1; options.withUdp() && i <= UDP_RATES.length; i++) {
      double wire = (double) (UDP_PAYLOAD_BYTES + UDP_HEADER_BYTES) / UDP_PAYLOAD_BYTES;
      demands.put("u" + i + ":v" + i, Math.round(UDP_RATES[i - 1] * BITS_PER_MEGABIT * wire));
    }
    return shares(compiled, demands);
  }

  /**
   * What the sharing engine gives.
   *
   * @param demands what each flow {@code from:to} wants, in bits per second
   */
  static Map<String, Double> shares(CompiledExperiment compiled, Map<String, Long> demands) {
    Map<String, Integer> indexes = new HashMap<>();
    for (Endpoint endpoint : compiled.endpoints()) {
      indexes.put(endpoint.name(), endpoint.index());
    }
    Paths paths = compiled.pathsAt(0);
    FlowTable flows = new FlowTable();
    for (Map.Entry<String, Long> demand : demands.entrySet()) {
      String[] ends = demand.getKey().split(":", 2);
      int from = java.util.Objects.requireNonNull(indexes.get(ends[0]));
      int to = java.util.Objects.requireNonNull(indexes.get(ends[1]));
      flows.add(
          paths.pathId(from, to),
          paths.links(from, to),
          FlowWeights.of(
              compiled.experiment().settings().sharing(), paths.roundTripNanos(from, to)),
          demand.getValue(),
          paths.path(from, to).orElseThrow().rateBitsPerSecond());
    }
    long[] rates = new long[paths.linkCount()];
    for (int link = 0; link < rates.length; link++) {
      rates[link] = paths.linkRateBitsPerSecond(link);
    }
    SharingSolver solver = new SharingSolver(rates.length);
    solver.solve(flows, rates);
    Map<String, Double> shares = new TreeMap<>();
    int flow = 0;
    for (String name : demands.keySet()) {
      shares.put(name, solver.share(flow++));
    }
    return shares;
  }
}
