package io.kollaps.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A run that is killed at any point leaves nothing after the next command, and nothing of anybody
 * else is touched. Each time some points are drawn, by a seed that is printed; all of them are
 * tried by {@code ./verify -pl system-tests -am -Dtest=KillTest -Dkollaps.kill.points=11}, and the
 * same ones again with {@code -Dkollaps.kill.seed}.
 */
@Order(70)
class KillTest {
  private static final String TOKEN = "77232.5";

  private static final int POINTS = Integer.getInteger("kollaps.kill.points", 5);
  private static final long SEED = Long.getLong("kollaps.kill.seed", System.nanoTime());

  private static Stranger stranger;

  private final Workspace workspace = new Workspace();
  private final Footprint footprint = new Footprint(workspace);
  private Path file = Path.of("");

  /** Where in its life a run is killed. */
  enum Point {
    JAVA_STARTS,
    STATE_FOLDER_MADE,
    RESULTS_FOLDER_MADE,
    CONTROL_GROUPS_MADE,
    FIRST_ENDPOINT_PREPARED,
    SEVERAL_ENDPOINTS_PREPARED,
    PROGRAMS_STARTED,
    RUNNING,
    EVENTS_OF_ONE_INSTANT,
    FAREWELL,
    REPORT_WRITTEN
  }

  @BeforeAll
  static void makeStranger() throws Exception {
    stranger = new Stranger();
  }

  @AfterAll
  static void removeStranger() throws Exception {
    stranger.close();
  }

  @BeforeEach
  void write() throws Exception {
    footprint.token(TOKEN);
    StringBuilder changes = new StringBuilder();
    for (int i = 0; i < 50; i++) {
      changes.append("  - { at: 1.5 s, set: limited -- s, latency: %d us }\n".formatted(100 + i));
    }
    file =
        workspace.file(
            "killed.yaml",
            """
            services:
              limited:
                command: |
                  env -i setsid sleep %1$s &
                  trap 'touch farewell; sleep 2; exit' TERM
                  touch up
                  while :; do sleep 0.05; done
                cpus: 0.5
                memory: 64 MB
                stop_grace: 5 s
              crowd: { command: sleep %1$s, replicas: 12 }
              late: { command: touch joined; exec sleep %1$s }
            bridges: [s]
            links:
              - { from: limited, to: s, latency: 1 ms }
              - { from: crowd, to: s, latency: 1 ms }
              - { from: late, to: s, latency: 1 ms }
            timeline:
            %2$s  - { at: 1.5 s, join: late }
              - { at: 3 s, stop: true }
            """
                .formatted(TOKEN, changes));
  }

  @AfterEach
  void close() throws Exception {
    workspace.close();
  }

  static List<Point> points() {
    List<Point> drawn = new ArrayList<>(List.of(Point.values()));
    Collections.shuffle(drawn, new Random(SEED));
    Figures.saw("%d of %d points, seed %d", POINTS, drawn.size(), SEED);
    return drawn.subList(0, Math.min(POINTS, drawn.size()));
  }

  @ParameterizedTest
  @MethodSource("points")
  void shouldLeaveNothingWhenKilled(Point point) throws Exception {
    killAt(point);
    boolean begun = Files.exists(results().folder().resolve("run.json"));
    boolean judged = Files.exists(results().folder().resolve("verdict.json"));
    int before = footprint.now().size();

    Finished gc = workspace.kollaps("gc");

    assertThat(gc.exitCode()).as(gc.shown()).isZero();
    assertThat(footprint.left()).as(gc.shown()).isEmpty();
    expectState();
    stranger.expectUntouched();
    if (begun && !judged) {
      expectInvalid();
    }
    Figures.saw(
        "killed at %s: %d things before gc, none after; results %s; gc took %d ms",
        point, before, begun ? results().grade() : "none", gc.wall().toMillis());
  }

  @Test
  void shouldLeaveNothingAfterAnyOtherCommand() throws Exception {
    killAt(Point.RUNNING);

    Finished version = workspace.kollaps("version");

    assertThat(version.exitCode()).isZero();
    assertThat(version.out()).startsWith("kollaps ");
    assertThat(version.err()).contains("cleaned up after run");
    assertThat(footprint.left()).as(version.shown()).isEmpty();
    expectState();
    expectInvalid();
    stranger.expectUntouched();
    assertThat(workspace.kollaps("gc").out()).isEqualTo("nothing to remove\n");
  }

  @Test
  void shouldLeaveNothingWhenItsChainsAreKilledWithIt() throws Exception {
    Started run = workspace.startRun(file, "run");
    reach(Point.RUNNING, run);
    List<ProcessHandle> chains = ProcessHandle.of(run.pid()).orElseThrow().children().toList();
    assertThat(chains).hasSizeGreaterThanOrEqualTo(13);
    // the first half die before Kollaps, the others with it
    chains.subList(0, 6).forEach(ProcessHandle::destroyForcibly);
    run.kill();
    chains.forEach(ProcessHandle::destroyForcibly);

    Finished gc = workspace.kollaps("gc");

    assertThat(gc.exitCode()).as(gc.shown()).isZero();
    assertThat(footprint.left()).as(gc.shown()).isEmpty();
    expectInvalid();
  }

  @Test
  void shouldGoOnWhenAnEndpointIsKilledFromOutside() throws Exception {
    Started run = workspace.startRun(file, "run");
    reach(Point.RUNNING, run);
    run.signal("CONT");
    ProcessHandle init =
        ProcessHandle.of(run.pid())
            .orElseThrow()
            .children()
            .flatMap(ProcessHandle::children)
            .filter(child -> environment(child).contains("KOLLAPS_ENDPOINT=limited\0"))
            .findFirst()
            .orElseThrow();
    init.destroyForcibly();

    Finished finished = run.await(Workspace.SLACK);

    assertThat(results().verdict().path("end").asString())
        .as(finished.shown())
        .isEqualTo("completed");
    assertThat(results().programs("limited").getFirst().path("exit_code").asInt()).isEqualTo(137);
    assertThat(results().reasons("DEGRADED")).contains("program-failed");
    assertThat(footprint.left()).isEmpty();
  }

  private Results results() {
    return workspace.results("run");
  }

  /** Starts a run and kills it at a point of its life. */
  private void killAt(Point point) throws Exception {
    Started run = workspace.startRun(file, "run");
    reach(point, run);
    run.kill();
  }

  /** Waits for the point, stops the process there, and remembers what it has. */
  private void reach(Point point, Started run) throws Exception {
    Path folder = workspace.folder();
    switch (point) {
      case JAVA_STARTS -> Thread.sleep(150);
      case STATE_FOLDER_MADE -> await(point, () -> !workspace.runs().isEmpty());
      case RESULTS_FOLDER_MADE ->
          await(point, () -> Files.exists(results().folder().resolve("run.json")));
      case CONTROL_GROUPS_MADE ->
          await(
              point,
              () -> {
                footprint.remember();
                return !footprint.controlGroups().isEmpty();
              });
      case FIRST_ENDPOINT_PREPARED -> await(point, () -> prepared() >= 1);
      case SEVERAL_ENDPOINTS_PREPARED -> await(point, () -> prepared() >= 6);
      case PROGRAMS_STARTED -> await(point, () -> Files.exists(folder.resolve("up")));
      case RUNNING -> {
        await(point, () -> Files.exists(folder.resolve("up")));
        Thread.sleep(400);
      }
      case EVENTS_OF_ONE_INSTANT -> await(point, () -> Files.exists(folder.resolve("joined")));
      case FAREWELL -> await(point, () -> Files.exists(folder.resolve("farewell")));
      case REPORT_WRITTEN ->
          await(point, () -> Files.exists(results().folder().resolve("verdict.json")));
    }
    run.signal("STOP");
    footprint.remember();
  }

  private static void await(Point point, Waiting.Look look) throws Exception {
    Waiting.until(point.toString(), Workspace.SLACK, look);
  }

  /** How many endpoints wait for their start. */
  private int prepared() throws Exception {
    int count = 0;
    for (String run : workspace.runs()) {
      Path endpoints = workspace.state().resolve(run).resolve("endpoints");
      if (!Files.isDirectory(endpoints)) {
        continue;
      }
      try (Stream<Path> files = Files.list(endpoints)) {
        for (Path state : files.filter(f -> f.toString().endsWith(".state")).toList()) {
          count += Files.readString(state).startsWith("ready") ? 1 : 0;
        }
      }
    }
    return count;
  }

  private void expectState() throws Exception {
    if (Files.isDirectory(workspace.state())) {
      try (Stream<Path> left = Files.list(workspace.state())) {
        assertThat(left.map(path -> path.getFileName().toString())).isSubsetOf(".lock");
      }
    }
  }

  private void expectInvalid() throws Exception {
    assertThat(results().grade()).isEqualTo("INVALID");
    assertThat(results().reasons("INVALID")).containsExactly("killed");
    assertThat(results().folder().resolve("report.html")).isNotEmptyFile();
  }

  private static String environment(ProcessHandle process) {
    try {
      return Files.readString(Path.of("/proc/" + process.pid() + "/environ"));
    } catch (java.io.IOException e) {
      return "";
    }
  }
}
