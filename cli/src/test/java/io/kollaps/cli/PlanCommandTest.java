package io.kollaps.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class PlanCommandTest {
  /** Figure 7 of the thesis. */
  private static final String FIGURE_7 =
      """
      services:
        pt1: { command: sleep 1 }
        pt2: { command: sleep 1 }
        pt3: { command: sleep 1 }
      bridges: [b1, b2]
      links:
        - { from: pt1, to: b1, rate: 80 Mbit/s }
        - { from: pt2, to: b1, rate: 80 Mbit/s }
        - { from: b1, to: b2, rate: 70 Mbit/s }
        - { from: b2, to: pt3, rate: 70 Mbit/s }
      """;

  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final CommandLine line =
      Main.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));

  private int plan(String nodes, String... more) throws Exception {
    Path experiment = Files.writeString(folder.resolve("figure7.yaml"), FIGURE_7);
    Path file = Files.writeString(folder.resolve("nodes.yaml"), nodes);
    String[] arguments = new String[4 + more.length];
    arguments[0] = "plan";
    arguments[1] = experiment.toString();
    arguments[2] = "--nodes-file";
    arguments[3] = file.toString();
    System.arraycopy(more, 0, arguments, 4, more.length);
    return line.execute(arguments);
  }

  @Test
  void shouldSayWhereEachEndpointWouldRunAndWhy() throws Exception {
    int code =
        plan(
            """
            nodes:
              n1: { link: 100 Mbit/s }
              n2: { link: 100 Mbit/s }
              n3: { link: { up: 100 Mbit/s, down: 100 Mbit/s } }
            pins: { pt3: n1 }
            """,
            "--json");

    assertThat(code).as(err.toString()).isEqualTo(ExitCode.OK);
    JsonNode plan = new JsonMapper().readTree(out.toString());
    assertThat(plan.propertyNames())
        .containsExactlyInAnyOrder(
            "placed", "soundness", "time_ms", "seats", "proved", "reason", "tightest");
    assertThat(plan.get("placed").asBoolean()).isTrue();
    assertThat(plan.get("soundness").asString()).isEqualTo("known_topology");
    assertThat(plan.get("seats").findValuesAsString("node"))
        .containsExactlyInAnyOrder("n1", "n2", "n3");
    assertThat(plan.get("seats").get(2).get("node").asString()).isEqualTo("n1");
    assertThat(plan.get("seats").get(2).get("why").asString()).isEqualTo("pinned");
  }

  @Test
  void shouldSayWhatDoesNotFitAndByHowMuch() throws Exception {
    String nodes =
        """
        nodes: { n1: { endpoints: 1, to: a }, n2: { endpoints: 1, to: a }, n3: { endpoints: 1, to: b } }
        links: [ { from: a, to: b, rate: 50 Mbit/s } ]
        """;

    assertThat(plan(nodes, "--json")).isEqualTo(ExitCode.FAILED);

    JsonNode plan = new JsonMapper().readTree(out.toString());
    assertThat(plan.get("proved").asBoolean()).isTrue();
    assertThat(plan.get("tightest").get("left_bps").asLong()).isEqualTo(50_000_000);
    assertThat(plan.get("tightest").get("needed_bps").asLong()).isIn(70_000_000L, 80_000_000L);
    assertThat(plan(nodes)).isEqualTo(ExitCode.FAILED);
    assertThat(out.toString()).contains("does not fit: ", "which has 50.000 Mbit/s left");
  }

  @Test
  void shouldKnowCapacitiesWithoutATopology() throws Exception {
    String nodes =
        """
        nodes: { n1: {}, n2: {}, n3: {} }
        capacities: { level: 120 Mbit/s, confirmed: %s, members: [n1, n2, n3] }
        """;

    assertThat(plan(nodes.formatted("true"), "--json")).isEqualTo(ExitCode.OK);
    assertThat(new JsonMapper().readTree(out.toString()).get("soundness").asString())
        .isEqualTo("confirmed_ties");
    out.getBuffer().setLength(0);
    assertThat(plan(nodes.formatted("false"), "--json")).isEqualTo(ExitCode.OK);
    assertThat(new JsonMapper().readTree(out.toString()).get("soundness").asString())
        .isEqualTo("conservative");
  }

  @Test
  void shouldSayWhatIsWrongWithTheNodesFile() throws Exception {
    for (String nodes :
        new String[] {
          "",
          "nodes: [n1]",
          "nodes: { n1: { lynk: 1 Gbit/s } }",
          "nodes: { n1: { link: 1 furlong } }",
          "nodes: { n1: { endpoints: many } }",
          "nodes: { n1: {}, n2: {} }\ncapacities: { level: 1 Gbit/s, members: [n1, n4] }",
          "nodes: { n1: { to: a }, n2: { to: b } }",
          "nodes: { n1: {} }\npins: { nobody: n1 }",
          "nodes: { n1: {",
        }) {
      assertThat(plan(nodes)).as(nodes + err).isEqualTo(ExitCode.BAD_INPUT);
    }
    assertThat(err.toString()).contains("lynk", "furlong", "n4", "nobody").doesNotContain("bug");
  }
}
