package io.kollaps.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What scripts and people rely on of the commands that start nothing. */
@Order(10)
class CommandContractTest {
  private static final String TWO =
      """
      services:
        a: { command: sleep 1 }
        b: { command: sleep 1 }
      bridges: [s]
      links:
        - { from: a, to: s, latency: 3 ms, jitter: 3 ms, loss: 10 %, rate: 20 Mbit/s }
        - { from: s, to: b, latency: 4 ms, jitter: 4 ms, loss: 10 %, up: { rate: 8 Mbit/s }, down: { rate: unlimited } }
      timeline:
        - { at: 5 s, set: s -- b, latency: 14 ms }
      """;

  private final Workspace workspace = new Workspace();

  @AfterEach
  void close() throws Exception {
    workspace.close();
  }

  @Test
  void shouldStartFromTheLastBuild() throws Exception {
    FileTime built = Files.getLastModifiedTime(Checkout.buildStamp());

    Finished version = workspace.kollaps("version");

    assertThat(version.exitCode()).as(version.shown()).isZero();
    assertThat(version.out()).startsWith("kollaps 0.").contains("Java 25");
    assertThat(version.err()).isEmpty();
    assertThat(Files.getLastModifiedTime(Checkout.buildStamp())).isEqualTo(built);
  }

  @Test
  void shouldHelpWithLittleProcessorTime() throws Exception {
    String line = "'" + Checkout.command() + "' --help >help.txt; times";

    Finished help = workspace.startLine(List.of("sh", "-c", line)).await(Workspace.SHORT);

    // "times" prints the shell's own time, then that of its children: user, system
    Matcher times =
        Pattern.compile("(\\d+)m([0-9.]+)s").matcher(help.out().lines().toList().get(1));
    double seconds = 0;
    while (times.find()) {
      seconds += 60 * Integer.parseInt(times.group(1)) + Double.parseDouble(times.group(2));
    }
    Figures.saw("kollaps --help: %.2f s of processor time, %d ms", seconds, help.wall().toMillis());
    assertThat(Files.readString(workspace.folder().resolve("help.txt")))
        .contains("Usage: kollaps", "validate", "paths", "explain", "doctor", "gc", "Exit codes");
    // Half a second on a quiet machine; a rebuild or a start without the cache would be far above.
    assertThat(seconds).isPositive().isLessThan(2);
  }

  @Test
  void shouldPrintShellCompletion() throws Exception {
    Finished completion = workspace.kollaps("generate-completion");

    assertThat(completion.exitCode()).as(completion.shown()).isZero();
    Path script = workspace.file("completion.sh", completion.out());
    Finished checked =
        workspace
            .startLine(List.of("bash", "-c", ". '" + script + "' && complete -p kollaps"))
            .await(Workspace.SHORT);
    assertThat(checked.exitCode()).as(checked.shown()).isZero();
  }

  @Test
  void shouldPrintPathsWithTheirContractFields() throws Exception {
    Path file = workspace.file("two.yaml", TWO);

    JsonNode all = workspace.kollaps("paths", file.toString(), "--json").json();

    assertThat(all.size()).isEqualTo(2);
    JsonNode there = all.get(0);
    assertThat(there.propertyNames())
        .containsExactlyInAnyOrder(
            "from", "to", "latency_ms", "jitter_ms", "loss", "rate_bps", "hops");
    assertThat(there.path("from").asString() + there.path("to").asString()).isEqualTo("ab");
    assertThat(there.path("latency_ms").asDouble()).isEqualTo(7);
    assertThat(there.path("jitter_ms").asDouble()).isEqualTo(5);
    assertThat(there.path("loss").asDouble())
        .isCloseTo(0.19, org.assertj.core.data.Offset.offset(1e-12));
    assertThat(there.path("rate_bps").asLong()).isEqualTo(8_000_000);
    assertThat(there.path("hops").asInt()).isEqualTo(2);

    Finished later =
        workspace.kollaps(
            "paths", file.toString(), "--at", "6 s", "--from", "b", "--to", "a", "--json");
    assertThat(later.json().size()).as(later.shown()).isEqualTo(1);
    assertThat(later.json().get(0).path("latency_ms").asDouble()).isEqualTo(17);
    assertThat(later.json().get(0).path("rate_bps").asLong()).isEqualTo(20_000_000);
  }

  @Test
  void shouldSayThatNothingLimitsAPath() throws Exception {
    Path file =
        workspace.file(
            "free.yaml",
            """
            services: { a: { command: sleep 1 }, b: { command: sleep 1 } }
            links: [ { from: a, to: b, latency: 1 ms } ]
            """);

    JsonNode path = workspace.kollaps("paths", file.toString(), "--json").json().get(0);
    JsonNode flow =
        workspace.kollaps("explain", file.toString(), "--flows", "a:b", "--json").json().get(0);

    assertThat(path.has("rate_bps")).isTrue();
    assertThat(path.path("rate_bps").isNull()).isTrue();
    assertThat(flow.path("share_bps").isNull()).isTrue();
    assertThat(flow.path("bottleneck").isNull()).isTrue();
  }

  @Test
  void shouldValidateInOneLine() throws Exception {
    Path file = workspace.file("two.yaml", TWO);

    Finished valid = workspace.kollaps("validate", file.toString());

    assertThat(valid.exitCode()).as(valid.shown()).isZero();
    assertThat(valid.out().lines()).hasSize(1);
    assertThat(valid.out()).contains("two", "2 services", "2 endpoints", "2 epochs");
  }

  @Test
  void shouldReportEveryProblemWithItsPlace() throws Exception {
    Path file =
        workspace.file(
            "bad.yaml",
            """
            services:
              a: { command: sleep 1 }
              b: { comand: sleep 1 }
            links:
              - { from: a, to: c, latency: 3 }
            """);

    Finished invalid = workspace.kollaps("validate", file.toString());

    assertThat(invalid.exitCode()).as(invalid.shown()).isEqualTo(2);
    assertThat(invalid.err())
        .contains(file + ":3:8: ") // the misspelt key
        .contains(file + ":5:20: ") // the unknown element
        .contains(file + ":5:32: "); // the number without its unit
    Finished json = workspace.kollaps("validate", file.toString(), "--json");
    assertThat(json.exitCode()).isEqualTo(2);
    assertThat(json.json().path("valid").asBoolean()).isFalse();
    assertThat(json.json().path("problems").size()).isGreaterThanOrEqualTo(3);
    Finished run = workspace.kollaps("run", file.toString(), "--results", "never");
    assertThat(run.exitCode()).as(run.shown()).isEqualTo(2);
    assertThat(workspace.folder().resolve("never")).doesNotExist();
  }

  @Test
  void shouldRefuseWhatCannotBeUsed() throws Exception {
    Path file = workspace.file("two.yaml", TWO);
    for (List<String> words :
        List.of(
            List.of("validate", "missing.yaml"),
            List.of("run", "missing.yaml"),
            List.of("paths", "missing.yaml"),
            List.of("unknown"),
            List.of("run"),
            List.of("paths", file.toString(), "--nonsense"),
            List.of("paths", file.toString(), "--from", "nobody"),
            List.of("explain", file.toString(), "--flows", "a"),
            List.of("explain", file.toString(), "--flows", "a:b", "--weights", "heavy"),
            List.of("run", file.toString(), "--seed", "many"),
            List.of("bench", "discovery", "--kind", "ring"),
            List.of("bench", "discovery", "--noise", "3"),
            List.of("bench", "discovery", "--nodes", "1"))) {
      Finished refused = workspace.kollaps(words.toArray(String[]::new));

      assertThat(refused.exitCode()).as(words + ": " + refused.shown()).isEqualTo(2);
      assertThat(refused.err()).as(words.toString()).isNotBlank().doesNotContain("\tat ");
    }
  }

  @Test
  void shouldRefuseToRunImagesAndValidateThem() throws Exception {
    Path file =
        workspace.file(
            "image.yaml",
            """
            services: { a: { image: "some/image:1" }, b: { command: sleep 1 } }
            links: [ { from: a, to: b, latency: 1 ms } ]
            """);

    assertThat(workspace.kollaps("validate", file.toString()).exitCode()).isZero();
    Finished refused = workspace.kollaps("run", file.toString(), "--results", "never");

    assertThat(refused.exitCode()).as(refused.shown()).isEqualTo(2);
    assertThat(refused.err()).contains("some/image:1", "command");
    assertThat(workspace.folder().resolve("never")).doesNotExist();
  }

  @Test
  void shouldCountCapacityProbesWithTheContractFields() throws Exception {
    JsonNode rows =
        workspace
            .kollaps(
                "bench", "discovery", "--nodes", "15", "--graphs", "20", "--seed", "7", "--json")
            .json();

    assertThat(rows.size()).isEqualTo(2);
    assertThat(rows.get(0).propertyNames())
        .containsExactlyInAnyOrder(
            "algorithm",
            "tests_per_node_avg",
            "tests_per_node_min",
            "tests_per_node_max",
            "wrong_entries",
            "mean_error",
            "share_over_10_percent");
    assertThat(rows.get(0).path("wrong_entries").asInt()).isZero();
    assertThat(rows.get(0).path("tests_per_node_avg").asDouble())
        .isBetween(14 / 15.0, rows.get(1).path("tests_per_node_avg").asDouble());
  }

  @Test
  void shouldFindNothingToRemoveWhereNothingRan() throws Exception {
    Finished gc = workspace.kollaps("gc");

    assertThat(gc.exitCode()).as(gc.shown()).isZero();
    assertThat(gc.out()).isEqualTo("nothing to remove\n");
    assertThat(workspace.kollaps("gc", "--json").json().path("clean").asBoolean()).isTrue();
  }

  @Test
  void shouldPlaceBesideTheThesis() throws Exception {
    Finished bench =
        workspace.kollaps(
            "bench",
            "placement",
            "--endpoints",
            "40",
            "--nodes",
            "10",
            "--kind",
            "planted",
            "--seed",
            "2",
            "--json");

    assertThat(bench.exitCode()).as(bench.shown()).isZero();
    JsonNode ours = bench.json().get(0);
    assertThat(ours.propertyNames())
        .containsExactlyInAnyOrder(
            "algorithm",
            "placed",
            "time_ms",
            "max_load",
            "min_load",
            "overloaded_links",
            "optimum");
    assertThat(ours.path("placed").asBoolean()).isTrue();
    assertThat(ours.path("max_load").asInt()).isEqualTo(4);
    assertThat(ours.path("min_load").asInt()).isEqualTo(4);
    assertThat(ours.path("overloaded_links").asInt()).isZero();
    assertThat(ours.path("optimum").asBoolean()).isTrue();
    assertThat(bench.json().get(1).path("algorithm").asString()).isEqualTo("thesis");
  }

  @Test
  void shouldHaveAllThatTheDocumentationNames() throws Exception {
    Set<String> commands = new TreeSet<>();
    Set<String> files = new TreeSet<>();
    Set<String> broken = new TreeSet<>();
    for (Path page : pages()) {
      String text = Files.readString(page);
      find(text, "\\./kollaps ([a-z][a-z-]*)", commands);
      find(text, "\\b(examples/[a-z0-9-]+\\.(?:yaml|xml))", files);
      Set<String> links = new TreeSet<>();
      find(text, "]\\(([^)#:]+)\\)", links);
      links.stream()
          .filter(link -> !Files.exists(page.resolveSibling(link)))
          .forEach(link -> broken.add(page.getFileName() + " -> " + link));
    }
    String help = workspace.kollaps("--help").out();

    assertThat(broken).isEmpty();
    assertThat(commands).contains("run", "validate", "paths", "explain", "doctor");
    assertThat(files).contains("examples/three-clients.yaml");
    assertThat(commands)
        .allSatisfy(command -> assertThat(help).containsPattern("(?m)^  " + command + "[ ,]"));
    assertThat(files).allSatisfy(file -> assertThat(Checkout.folder().resolve(file)).exists());
  }

  private static List<Path> pages() throws Exception {
    try (Stream<Path> docs = Files.list(Checkout.folder().resolve("docs"))) {
      return Stream.concat(
              Stream.of(Checkout.folder().resolve("README.md")),
              docs.filter(page -> page.toString().endsWith(".md")))
          .sorted()
          .toList();
    }
  }

  private static void find(String text, String pattern, Set<String> found) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    while (matcher.find()) {
      found.add(matcher.group(1));
    }
  }
}
