package io.kollaps.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What the timeline says happens, all of it, to real programs. */
@Order(60)
class EventsTest {
  private final Workspace workspace = new Workspace();

  @AfterEach
  void close() throws Exception {
    workspace.close();
  }

  @Test
  void shouldCarryOutHundredEventsOfOneInstant() throws Exception {
    List<String> bridges = IntStream.range(0, 25).mapToObj(i -> "b" + i).toList();
    Path file =
        workspace.file(
            "hundred.yaml",
            """
            services:
              a: { command: sleep 4, replicas: 30 }
              b: { command: sleep 4, replicas: 20 }
            bridges: [hub, %s]
            links:
              - { from: a, to: hub, latency: 1 ms, rate: 10 Mbit/s }
              - { from: b, to: hub, latency: 1 ms, rate: 10 Mbit/s }
            %s
            timeline:
              - { at: 2 s, disconnect: a }
              - { at: 2 s, crash: b }
            %s
            """
                .formatted(
                    String.join(", ", bridges),
                    bridges.stream()
                        .map(b -> "  - { from: hub, to: " + b + ", latency: 1 ms }")
                        .collect(Collectors.joining("\n")),
                    bridges.stream()
                        .map(b -> "  - { at: 2 s, set: hub -- " + b + ", latency: 9 ms }")
                        .collect(Collectors.joining("\n"))));

    Finished run = workspace.run(file, "run", Duration.ofSeconds(6));

    Results results = workspace.results("run");
    Machine.expectEnd(run, results);
    List<JsonNode> events =
        results.events().stream().filter(e -> e.path("planned_s").asDouble() == 2).toList();
    assertThat(events).hasSize(100);
    assertThat(events).allMatch(e -> e.path("outcome").asString().equals("ok"));
    assertThat(events).allMatch(e -> e.path("lateness_ms").asDouble() >= 0);
    double[] late = events.stream().mapToDouble(e -> e.path("lateness_ms").asDouble()).toArray();
    Figures.saw(
        "100 events at one instant, 50 endpoints: lateness p50 %.2f p99 %.2f max %.2f ms",
        Figures.median(late), Figures.quantile(0.99, late), Figures.quantile(1, late));
    // The design asks for 5 ms of a quiet machine. Half a second is far from that; where the
    // verdict
    // says that other work or the hypervisor took the processors away, only a hang is far.
    assertThat(Figures.quantile(0.99, late)).isLessThan(Machine.taken(results) ? 10_000 : 500);
    for (int i = 1; i <= 20; i++) {
      assertThat(results.programs("b-" + i).getFirst().path("cause").asString())
          .isEqualTo("crashed");
    }
  }

  @Test
  void shouldTreatProgramsAsTheTimelineSays() throws Exception {
    Path file =
        workspace.file(
            "manners.yaml",
            """
            services:
              stubborn: { command: "trap '' TERM; while :; do sleep 0.1; done", stop_grace: 1 s }
              polite: { command: "trap 'touch polite-asked; exit 7' TERM; while :; do sleep 0.1; done" }
              victim: { command: "trap 'echo asked; exit' TERM; echo started; while :; do sleep 0.1; done", start: true, background: true }
              failing: { command: exit 3 }
              shot: { command: kill -9 $$ }
              target: { command: sleep 600, background: true }
              pinger: { command: ping -i 0.2 -w 10 target }
            bridges: [s]
            links:
              - { from: stubborn, to: s }
              - { from: polite, to: s }
              - { from: victim, to: s }
              - { from: failing, to: s }
              - { from: shot, to: s }
              - { from: target, to: s, latency: 2 ms }
              - { from: pinger, to: s, latency: 3 ms }
            timeline:
              - { at: 1.5 s, leave: stubborn }
              - { at: 1.5 s, leave: polite }
              - { at: 1.5 s, crash: victim }
              - { at: 4 s, join: victim }
              - { at: 4 s, disconnect: target }
              - { at: 7 s, reconnect: target }
            """);

    Finished run = workspace.run(file, "run", Duration.ofSeconds(12));

    Results results = workspace.results("run");
    Machine.expectCode(run, results);
    expectProgram(results, "stubborn", "killed-after-grace", 137);
    JsonNode stubborn = results.programs("stubborn").getFirst();
    assertThat(stubborn.path("ended_s").asDouble()).isGreaterThan(2.49);
    expectProgram(results, "polite", "left", 7);
    assertThat(workspace.folder().resolve("polite-asked")).exists();
    expectProgram(results, "failing", "ended", 3);
    expectProgram(results, "shot", "ended", 137);
    assertThat(results.reasons("DEGRADED")).contains("program-failed");
    expectVictim(results);
    expectPings(results);
    Figures.saw(
        "programs: stubborn killed %.2f s after it was asked (grace 1 s); %s",
        stubborn.path("ended_s").asDouble() - 1.5, results.summary());
  }

  private static void expectVictim(Results results) throws Exception {
    List<JsonNode> runs = results.programs("victim");
    assertThat(runs).hasSize(2);
    assertThat(runs.getFirst().path("cause").asString()).isEqualTo("crashed");
    assertThat(runs.getFirst().path("exit_code").asInt()).isEqualTo(137);
    assertThat(runs.getLast().path("started_s").asDouble()).isGreaterThanOrEqualTo(4);
    assertThat(runs.getLast().path("cause").asString()).isEqualTo("run-ended");
    // A crash asks nobody; the end of the run does, after the second start.
    assertThat(results.log("victim")).isEqualTo("started\nstarted\nasked\n");
  }

  private static void expectPings(Results results) throws Exception {
    Pings pings = Pings.of(results.log("pinger"));
    double start = results.programs("pinger").getFirst().path("started_s").asDouble();
    // Cut off from 4 to 7 s; what was sent near a change is left out.
    assertThat(pings.sent(start, 0.2, 0, 3.5).count()).isGreaterThanOrEqualTo(5);
    assertThat(pings.sent(start, 0.2, 4.5, 6).count()).isZero();
    assertThat(pings.sent(start, 0.2, 8, 12).count()).isGreaterThanOrEqualTo(5);
    assertThat(pings.smallest()).isGreaterThan(9.5);
    Figures.saw(
        "pings around a disconnect of 3 s: %d answers, median %.2f ms of 10",
        pings.count(), pings.median());
  }

  private static void expectProgram(Results results, String endpoint, String cause, int code)
      throws Exception {
    assertThat(results.programs(endpoint)).hasSize(1);
    JsonNode program = results.programs(endpoint).getFirst();
    assertThat(program.path("cause").asString()).as(endpoint).isEqualTo(cause);
    assertThat(program.path("exit_code").asInt()).as(endpoint).isEqualTo(code);
  }
}
