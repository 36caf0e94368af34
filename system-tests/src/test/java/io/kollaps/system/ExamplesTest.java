package io.kollaps.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/**
 * The files of examples/ do what their comments say. Round trips are allowed to be late on a loaded
 * machine, never early: a median may be 20 ms above what the file says.
 */
@Order(30)
class ExamplesTest {
  private static final double EARLY_MILLIS = 0.5;
  private static final double LATE_MILLIS = 20;

  private final Workspace workspace = new Workspace();

  @AfterEach
  void close() throws Exception {
    workspace.close();
  }

  @Test
  void shouldAllBeValid() throws Exception {
    List<Path> files;
    try (Stream<Path> examples = Files.list(Checkout.folder().resolve("examples"))) {
      files = examples.sorted().toList();
    }
    assertThat(files).hasSizeGreaterThanOrEqualTo(3);
    for (Path file : files) {
      Finished valid = workspace.kollaps("validate", file.toString());
      assertThat(valid.exitCode()).as(valid.shown()).isZero();
      assertThat(valid.err()).as("notices of " + file).isEmpty();
    }
  }

  @Test
  void shouldPingOverTenLines() throws Exception {
    Finished run = workspace.run(Checkout.example("ten-lines.yaml"), "ten", Duration.ofSeconds(12));

    Results results = workspace.results("ten");
    Machine.expectEnd(run, results);
    for (String endpoint : List.of("a", "b")) {
      Pings pings = Pings.of(results.log(endpoint));
      assertThat(pings.count()).isEqualTo(10);
      expect(pings, 40);
      Figures.saw("ten-lines %s: median %.2f ms of 40", endpoint, pings.median());
    }
  }

  @Test
  void shouldFollowLinkChanges() throws Exception {
    Finished run =
        workspace.run(Checkout.example("link-changes.yaml"), "changes", Duration.ofSeconds(27));

    Results results = workspace.results("changes");
    Machine.expectEnd(run, results);
    Pings pings = Pings.of(results.log("client"));
    // Five a second, the first at 0: those near a change are left out.
    expect(pings.between(2, 22), 20);
    expect(pings.between(30, 46), 100);
    expect(pings.between(55, 70), 60);
    assertThat(pings.between(80, 95).count()).isZero();
    expect(pings.between(105, 120), 60);
    assertThat(results.subjects("link-set"))
        .containsExactlyInAnyOrder("s1->server", "server->s1", "server->s1");
    assertThat(results.subjects("link-leave")).hasSize(2);
    assertThat(results.subjects("link-join")).hasSize(2);
    Figures.saw(
        "link-changes: medians %.2f / %.2f / %.2f / none / %.2f ms of 20 / 100 / 60 / none / 60; %s",
        pings.between(2, 22).median(),
        pings.between(30, 46).median(),
        pings.between(55, 70).median(),
        pings.between(105, 120).median(),
        results.summary());
  }

  private static void expect(Pings pings, double millis) {
    assertThat(pings.count()).isPositive();
    assertThat(pings.smallest()).isGreaterThan(millis - EARLY_MILLIS);
    assertThat(pings.median()).isLessThan(millis + LATE_MILLIS);
  }
}
