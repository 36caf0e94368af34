package io.kollaps.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** Runs at the same time do not know of one another. */
@Order(50)
class ParallelRunsTest {
  private final Workspace workspace = new Workspace();

  @AfterEach
  void close() throws Exception {
    workspace.close();
  }

  @Test
  void shouldRunTheSameFileTwiceAtOnce() throws Exception {
    Footprint footprint = new Footprint(workspace);
    Path file =
        workspace.file(
            "pair.yaml",
            """
            services:
              a: { command: "touch up-$KOLLAPS_RUN; ping -c 20 -i 0.2 b" }
              b: { command: sleep 600, background: true }
            links: [ { from: a, to: b, latency: 15 ms, rate: 10 Mbit/s } ]
            """);

    Started one = workspace.startRun(file, "one");
    Started two = workspace.startRun(file, "two");
    Waiting.until("both runs", Workspace.SLACK, () -> ups() == 2);
    footprint.remember();
    Finished gc = workspace.kollaps("gc", "--json");
    Finished oneEnded = one.await(Workspace.SLACK);
    Finished twoEnded = two.await(Workspace.SLACK);

    assertThat(gc.json().path("live").size()).as(gc.shown()).isEqualTo(2);
    assertThat(gc.json().path("runs").size()).as(gc.shown()).isZero();
    Machine.expectEnd(oneEnded, workspace.results("one"));
    Machine.expectEnd(twoEnded, workspace.results("two"));
    assertThat(workspace.results("one").facts().path("run_id").asString())
        .isNotEqualTo(workspace.results("two").facts().path("run_id").asString());
    for (String name : List.of("one", "two")) {
      Pings pings = Pings.of(workspace.results(name).log("a"));
      assertThat(pings.count()).isEqualTo(20);
      // early is never right; a loaded machine may be late
      assertThat(pings.smallest()).isBetween(29.5, 130.0);
      Figures.saw(
          "two at once, %s: median %.2f ms of 30; %s",
          name, pings.median(), workspace.results(name).summary());
    }
    assertThat(footprint.left()).isEmpty();
  }

  private long ups() throws Exception {
    try (var files = Files.list(workspace.folder())) {
      return files.filter(f -> f.getFileName().toString().startsWith("up-")).count();
    }
  }
}
