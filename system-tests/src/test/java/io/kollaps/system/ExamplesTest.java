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
 * machine, never early: the smallest of several may be 20 ms above what the file says.
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
    // Stretches of 5 s. A loaded machine makes events late, and ping too: it sends after the time
    // at which it should, so that only the first half of what it should send in a stretch is sure.
    Pings first = sent(results, pings, 0);
    Pings slow = sent(results, pings, 5);
    Pings half = sent(results, pings, 10);
    Pings none = sent(results, pings, 15);
    Pings again = sent(results, pings, 20);
    expect(first, 20);
    expect(slow, 100);
    expect(half, 60);
    assertThat(none.count()).isZero();
    expect(again, 60);
    assertThat(results.subjects("link-set"))
        .containsExactlyInAnyOrder("s1->server", "server->s1", "server->s1");
    assertThat(results.subjects("link-leave")).hasSize(2);
    assertThat(results.subjects("link-join")).hasSize(2);
    Figures.saw(
        "link-changes: medians %.2f / %.2f / %.2f / none / %.2f ms of 20 / 100 / 60 / none / 60; %s",
        first.median(), slow.median(), half.median(), again.median(), results.summary());
  }

  private static Pings sent(Results results, Pings pings, double begin) throws Exception {
    double start = results.programs("client").getFirst().path("started_s").asDouble();
    return pings.sent(start, 0.2, begin + 1, begin + 2.5);
  }

  private static void expect(Pings pings, double millis) {
    assertThat(pings.count()).isPositive();
    assertThat(pings.smallest()).isBetween(millis - EARLY_MILLIS, millis + LATE_MILLIS);
  }
}
