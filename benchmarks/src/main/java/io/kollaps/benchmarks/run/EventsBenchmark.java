package io.kollaps.benchmarks.run;

import io.kollaps.benchmarks.BenchmarkException;
import io.kollaps.benchmarks.ComparedRow;
import io.kollaps.benchmarks.Notes;
import io.kollaps.benchmarks.Statistics;
import io.kollaps.benchmarks.lab.HostLoad;
import io.kollaps.node.results.EventRecord;
import io.kollaps.node.results.RunOutcome;
import io.kollaps.node.run.RunListener;
import io.kollaps.node.run.StopSwitch;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** How late many events of one instant are carried out in a real run of sleeping programs. */
public final class EventsBenchmark {
  /** Most endpoints and events: what a file of a bench run may have. */
  public static final int MAX = 1000;

  private static final String GOAL = "goal: p99 under 5 ms";
  private static final double GOAL_MILLIS = 5;
  private static final long INSTANT_NANOS = 3_000_000_000L;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final double P99 = 0.99;

  /** What events do to endpoints, in turn; the last only to those that were disconnected before. */
  private static final List<String> KINDS =
      List.of("disconnect", "crash", "join", "leave", "reconnect");

  private final int endpoints;
  private final int events;
  private final int repetitions;

  /**
   * A benchmark.
   *
   * @param endpoints number of programs, 1 to {@link #MAX}
   * @param events number of events of the instant, 1 to {@link #MAX}, at most twice the endpoints
   * @param repetitions number of runs, medians are given
   */
  public EventsBenchmark(int endpoints, int events, int repetitions) {
    if (endpoints < 1 || endpoints > MAX || events < 1 || events > 2 * endpoints) {
      throw new IllegalArgumentException(
          "1 to 1000 endpoints, and 1 to twice as many events; not "
              + endpoints
              + " and "
              + events);
    }
    this.endpoints = endpoints;
    this.events = events;
    this.repetitions = repetitions;
  }

  /**
   * Runs, some seconds for each repetition.
   *
   * @throws BenchmarkException when a run failed, an event failed or is missing
   */
  public List<ComparedRow> run(Notes notes, StopSwitch stop)
      throws BenchmarkException, InterruptedException {
    double[][] quantiles = new double[3][repetitions];
    HostLoad load = new HostLoad();
    for (int i = 0; i < repetitions; i++) {
      notes.note(
          String.format(
              Locale.ROOT,
              "run %d of %d: %d events at one instant on %d endpoints",
              i + 1,
              repetitions,
              events,
              endpoints));
      double[] lateness =
          lateness(RealRun.of("events", yaml()).play(RunListener.silent(), stop), notes);
      quantiles[0][i] = Statistics.median(lateness);
      quantiles[1][i] = Statistics.quantile(P99, lateness);
      quantiles[2][i] = Statistics.quantile(1, lateness);
    }
    notes.note(load.sentence());
    List<ComparedRow> rows = new ArrayList<>();
    String[] names = {"p50", "p99", "max"};
    for (int i = 0; i < names.length; i++) {
      rows.add(
          new ComparedRow(
              "event lateness " + names[i] + ", " + events + " events, " + endpoints + " endpoints",
              GOAL_MILLIS,
              GOAL,
              Statistics.median(quantiles[i]),
              "ms"));
    }
    return rows;
  }

  private double[] lateness(RunOutcome outcome, Notes notes) throws BenchmarkException {
    List<EventRecord> done =
        outcome.observations().events().stream()
            .filter(event -> event.plannedNanos() == INSTANT_NANOS)
            .toList();
    for (EventRecord event : done) {
      if (event.failure().isPresent()) {
        throw new BenchmarkException(
            event.kind() + " of " + event.subject() + " failed: " + event.failure().get());
      }
    }
    if (done.size() < events) {
      throw new BenchmarkException(
          "only " + done.size() + " of " + events + " events were recorded");
    }
    Map<String, List<Double>> byKind = new TreeMap<>();
    for (EventRecord event : done) {
      byKind
          .computeIfAbsent(event.kind(), kind -> new ArrayList<>())
          .add(event.latenessNanos() / NANOS_PER_MILLI);
    }
    byKind.forEach(
        (kind, late) ->
            notes.note(
                String.format(
                    Locale.ROOT,
                    "  %s: %d events, late by %.3f ms (median)",
                    kind,
                    late.size(),
                    Statistics.median(late))));
    return done.stream().mapToDouble(event -> event.latenessNanos() / NANOS_PER_MILLI).toArray();
  }

  /** Half of the events change links, half act on endpoints. */
  String yaml() {
    StringBuilder services = new StringBuilder();
    StringBuilder links = new StringBuilder();
    StringBuilder timeline = new StringBuilder();
    int onLinks = (events + 1) / 2;
    int onEndpoints = events - onLinks;
    for (int i = 0; i < endpoints; i++) {
      services.append("  n%d:%n    command: [sleep, \"60\"]%n".formatted(i));
      links.append("  - { from: n%d, to: hub, latency: 5 ms, rate: 100 Mbit/s }%n".formatted(i));
      if (i < onLinks) {
        timeline.append("  - { at: 3 s, set: n%d -> hub, latency: 7 ms }%n".formatted(i));
      }
      if (i < onEndpoints) {
        String kind = KINDS.get(i % KINDS.size());
        timeline.append("  - { at: 3 s, %s: n%d }%n".formatted(kind, i));
        if (kind.equals("reconnect")) {
          timeline.append("  - { at: 2 s, disconnect: n%d }%n".formatted(i));
        }
      }
    }
    return "name: events\nduration: 4 s\nservices:\n"
        + services
        + "bridges: [hub]\nlinks:\n"
        + links
        + "timeline:\n"
        + timeline;
  }
}
