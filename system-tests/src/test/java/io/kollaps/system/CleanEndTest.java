package io.kollaps.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A run that ends, by itself or by a signal, leaves nothing but its results. */
@Order(40)
class CleanEndTest {
  private final Workspace workspace = new Workspace();
  private final Footprint footprint = new Footprint(workspace);
  private Path file = Path.of("");
  private Path up = Path.of("");

  @BeforeEach
  void write() throws Exception {
    up = workspace.folder().resolve("up");
    file = workspace.file("busy.yaml", busy("4"));
    footprint.token("77231.5");
  }

  private String busy(String seconds) {
    return """
    services:
      limited:
        command: "env -i setsid sleep 77231.5 & ping -i 0.2 other >/dev/null & touch '%s'; exec sleep %s"
        cpus: 0.5
        memory: 64 MB
      other: { command: sleep 77231.5, background: true, replicas: 1, stop_grace: 1 s }
    links:
      - { from: limited, to: other, latency: 2 ms, rate: 10 Mbit/s }
    """
        .formatted(up, seconds);
  }

  @AfterEach
  void close() throws Exception {
    workspace.close();
  }

  @Test
  void shouldLeaveNothingAfterItsEnd() throws Exception {
    Started run = workspace.startRun(file, "run");
    seeItRun(run);

    Finished finished = run.await(Workspace.SLACK);

    Results results = workspace.results("run");
    Machine.expectEnd(finished, results);
    assertThat(footprint.left()).isEmpty();
    Figures.saw(
        "end of a run of 4 s after %d ms; %s", finished.wall().toMillis(), results.summary());
  }

  @ParameterizedTest
  @ValueSource(strings = {"INT", "TERM", "HUP"})
  void shouldReportAndLeaveNothingWhenEndedEarly(String signal) throws Exception {
    file = workspace.file("long.yaml", busy("600"));
    Started run = workspace.startRun(file, "run");
    seeItRun(run);
    long asked = System.nanoTime();

    run.signal(signal);
    Finished finished = run.await(Workspace.SLACK);

    Results results = workspace.results("run");
    Machine.expectCode(finished, results);
    assertThat(results.grade()).as(finished.shown()).isIn("DEGRADED", "INVALID");
    assertThat(results.reasons("DEGRADED")).contains("ended-early");
    assertThat(results.verdict().path("end").asString()).isEqualTo("interrupted");
    assertThat(results.programs("limited")).hasSize(1);
    assertThat(results.subjects("join")).contains("limited", "other");
    assertThat(footprint.left()).isEmpty();
    Figures.saw(
        "SIG%s: ended after %d ms; %s",
        signal, Duration.ofNanos(System.nanoTime() - asked).toMillis(), results.summary());
  }

  @Test
  void shouldSayThatAProgramWaitedToTheEnd() throws Exception {
    Path waiting =
        workspace.file(
            "waiting.yaml",
            """
            duration: 2 s
            services:
              client: { command: "true", wait_for: "silent:9999" }
              silent: { command: sleep 77231.5 }
            links:
              - { from: client, to: silent, latency: 2 ms }
            """);

    Finished finished = workspace.startRun(waiting, "run").await(Workspace.SLACK);

    Results results = workspace.results("run");
    Machine.expectCode(finished, results);
    assertThat(results.reasons("INVALID")).contains("start-condition-never-held");
    assertThat(results.programs("client").getFirst().path("cause").asString())
        .isEqualTo("still-waiting");
    assertThat(finished.out()).contains("nothing listened on silent:9999");
    assertThat(footprint.left()).isEmpty();
  }

  @Test
  void shouldEndDuringItsSetUp() throws Exception {
    Started run = workspace.startRun(file, "run");
    Waiting.until("the run's state", Workspace.SLACK, () -> !workspace.runs().isEmpty());

    run.signal("INT");
    Finished finished = run.await(Workspace.SLACK);

    footprint.remember();
    assertThat(footprint.left()).as(finished.shown()).isEmpty();
    assertThat(finished.exitCode()).as(finished.shown()).isNotZero();
    Figures.saw("SIGINT during set-up: exit code %d", finished.exitCode());
  }

  /** Sees to it that the footprint is not empty for want of looking. */
  private void seeItRun(Started run) throws Exception {
    Waiting.until("the program to start", Workspace.SLACK, () -> Files.exists(up) || !run.alive());
    assertThat(footprint.remember()).as("namespaces of the run").isGreaterThan(2);
    assertThat(footprint.controlGroups()).isNotEmpty();
    assertThat(footprint.now().stream().filter(line -> line.contains("77231.5"))).isNotEmpty();
  }
}
