package io.kollaps.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** The same seed makes the same run, as far as programs and machines allow. */
@Order(45)
class DeterminismTest {
  private final Workspace workspace = new Workspace();

  @AfterEach
  void close() throws Exception {
    workspace.close();
  }

  @Test
  void shouldChooseAndLoseTheSameBySeed() throws Exception {
    Path file =
        workspace.file(
            "chances.yaml",
            """
            services:
              crowd: { command: sleep 600, replicas: 12, background: true, start: true }
              pinger: { command: ping -c 60 -i 0.03 -W 1 target }
              target: { command: sleep 600, background: true }
            bridges: [s]
            links:
              - { from: crowd, to: s }
              - { from: pinger, to: s, latency: 1 ms, loss: 20 % }
              - { from: target, to: s, latency: 1 ms }
            timeline:
              - { at: 0.5 s, crash: crowd, amount: 4 }
              - { at: 0.8 s, disconnect: crowd, amount: 3 }
              - { at: 1.2 s, join: crowd, amount: 2 }
            """);

    Chances first = run(file, "first", 7);
    Chances again = run(file, "again", 7);
    Chances other = run(file, "other", 8);

    assertThat(first.chosen()).hasSize(9);
    assertThat(again).isEqualTo(first);
    assertThat(other.chosen()).isNotEqualTo(first.chosen());
    assertThat(other.answered()).isNotEqualTo(first.answered());
    Figures.saw(
        "seed 7 twice: %s, %d of 60 answered; seed 8: %s, %d answered",
        first.chosen(), first.answered().size(), other.chosen(), other.answered().size());
  }

  private Chances run(Path file, String name, long seed) throws Exception {
    Finished run = workspace.run(file, name, Duration.ofSeconds(4), "--seed", Long.toString(seed));
    Results results = workspace.results(name);
    assertThat(results.verdict().path("end").asString()).as(run.shown()).isEqualTo("completed");
    List<String> chosen = new java.util.ArrayList<>(results.subjects("crash"));
    chosen.addAll(results.subjects("disconnect"));
    results.events().stream()
        .filter(e -> e.path("kind").asString().equals("join"))
        .filter(e -> e.path("planned_s").asDouble() > 0)
        .forEach(e -> chosen.add(e.path("subject").asString()));
    return new Chances(
        chosen,
        Pings.of(results.log("pinger")).answers().stream()
            .map(Pings.Answer::sequence)
            .sorted()
            .toList());
  }

  /**
   * What chance decides.
   *
   * @param chosen endpoints of the timeline's events
   * @param answered sequence numbers of the pings that were not lost
   */
  private record Chances(List<String> chosen, List<Integer> answered) {}
}
