package io.kollaps.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** Two hundred endpoints on one machine. */
@Order(100)
class ManyEndpointsTest {
  private static final int SLEEPERS = 200;
  private static final int PINGERS = 20;
  private static final int BRIDGES = 5;
  private static final int PINGS = 10;
  private static final long SEED = 200;

  private final Workspace workspace = new Workspace();
  private final Random random = new Random(SEED);
  private final int[] bridgeMillis = random.ints(BRIDGES, 1, 10).toArray();
  private final int[] linkMillis = random.ints(SLEEPERS + PINGERS, 1, 20).toArray();
  private final int[] targets = random.ints(PINGERS, 0, SLEEPERS).toArray();

  @AfterEach
  void close() throws Exception {
    workspace.close();
  }

  @Test
  void shouldConnectTwoHundredEndpoints() throws Exception {
    Footprint footprint = new Footprint(workspace);
    Path file = workspace.file("many.yaml", topology());
    long begun = System.nanoTime();
    Started started = workspace.startRun(file, "many");
    Path up = workspace.folder().resolve("up");
    Waiting.until(
        "the programs to start",
        Duration.ofSeconds(120),
        () -> Files.exists(up) || !started.alive());
    double setUp = (System.nanoTime() - begun) / 1e9;
    assertThat(footprint.remember()).isGreaterThan(SLEEPERS);

    Finished run = started.await(Duration.ofSeconds(120));

    Results results = workspace.results("many");
    Machine.expectEnd(run, results);
    double duration = results.verdict().path("duration_s").asDouble();
    List<Double> errors = new ArrayList<>();
    for (int p = 0; p < PINGERS; p++) {
      Pings pings = Pings.of(results.log("p" + p));
      double expected = roundTripMillis(p);
      assertThat(pings.count()).as("answers of p" + p).isEqualTo(PINGS);
      // early is never right; a loaded machine may be late
      assertThat(pings.smallest()).as("p" + p).isBetween(expected - 0.3, expected + 100);
      errors.add(pings.median() - expected);
    }
    for (int i = 0; i < SLEEPERS; i++) {
      assertThat(results.programs("n" + i).getFirst().path("cause").asString())
          .isEqualTo("run-ended");
    }
    assertThat(footprint.left()).isEmpty();
    Figures.saw(
        "%d endpoints: set-up %.1f s (with the start of Java), run %.1f s, end and report %.1f s; median error of"
            + " %d round trips %.3f ms; %s",
        SLEEPERS + PINGERS,
        setUp,
        duration,
        run.wall().toNanos() / 1e9 - setUp - duration,
        PINGERS,
        Figures.median(errors.stream().mapToDouble(Double::doubleValue).toArray()),
        results.summary());
  }

  private double roundTripMillis(int pinger) {
    int from = SLEEPERS + pinger;
    int to = targets[pinger];
    int between =
        from % BRIDGES == to % BRIDGES
            ? 0
            : bridgeMillis[from % BRIDGES] + bridgeMillis[to % BRIDGES];
    return 2.0 * (linkMillis[from] + between + linkMillis[to]);
  }

  private String topology() {
    StringBuilder services = new StringBuilder("services:\n");
    StringBuilder links = new StringBuilder("links:\n");
    for (int i = 0; i < SLEEPERS + PINGERS; i++) {
      String name = i < SLEEPERS ? "n" + i : "p" + (i - SLEEPERS);
      services.append(
          i < SLEEPERS
              ? "  %s: { command: sleep 3600, background: true }\n".formatted(name)
              : "  %s: { command: touch up; exec ping -c %d -i 0.3 n%d }\n"
                  .formatted(name, PINGS, targets[i - SLEEPERS]));
      links.append(
          "  - { from: %s, to: b%d, latency: %d ms, rate: 100 Mbit/s }\n"
              .formatted(name, i % BRIDGES, linkMillis[i]));
    }
    for (int b = 0; b < BRIDGES; b++) {
      links.append("  - { from: b%d, to: hub, latency: %d ms }\n".formatted(b, bridgeMillis[b]));
    }
    return services + "bridges: [hub, b0, b1, b2, b3, b4]\n" + links;
  }
}
