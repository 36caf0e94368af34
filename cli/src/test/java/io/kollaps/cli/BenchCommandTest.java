package io.kollaps.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.benchmarks.ComparedRow;
import io.kollaps.benchmarks.fabric.FabricRow;
import io.kollaps.benchmarks.run.SharingRow;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class BenchCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final CommandLine line =
      Main.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));

  private JsonNode printed(Object row) {
    new Output(line.getCommandSpec()).json(List.of(row));
    return new JsonMapper().readTree(out.toString()).get(0);
  }

  @Test
  void shouldPrintFabricFiguresWithTheFieldsOfTheContract() {
    JsonNode row =
        printed(new FabricRow("user-space", "TCP cubic goodput", 1e8, 96e6, 96.5e6, 0.52, "bit/s"));

    assertThat(row.propertyNames())
        .containsExactlyInAnyOrder(
            "fabric", "what", "nominal", "ideal", "measured", "error_percent", "unit");
    assertThat(row.get("error_percent").asDouble()).isEqualTo(0.52);
  }

  @Test
  void shouldNameTheGroupsOfFabricFiguresWhenOneIsUnknown() {
    int code = line.execute("bench", "fabric", "--only", "rates,speed");

    assertThat(code).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(err.toString()).contains("speed", "rates, delays, throughput, costs or overlay");
  }

  @Test
  void shouldPrintSharesWithTheFieldsOfTheContract() {
    JsonNode row = printed(new SharingRow(1, "c1:s1", false, 5e7, 5e7, 0, 5e7, 0, null));

    assertThat(row.propertyNames())
        .containsExactlyInAnyOrder(
            "step",
            "flow",
            "limited",
            "expected_bps",
            "granted_bps",
            "granted_sd_percent",
            "received_bps",
            "received_error_percent",
            "settle_ms");
    assertThat(row.get("settle_ms").isNull()).isTrue();
  }

  @Test
  void shouldPrintComparedFiguresWithTheFieldsOfTheContract() {
    JsonNode row = printed(new ComparedRow("set-up", 6, "goal", 2.5, "s"));

    assertThat(row.propertyNames())
        .containsExactlyInAnyOrder("what", "reference", "reference_is", "measured", "unit");
  }

  @Test
  void shouldCountUsageWithTheFieldsOfTheContract() {
    int code = line.execute("bench", "usage", "--endpoints", "8", "--quick", "--json");

    assertThat(code).as(err.toString()).isEqualTo(ExitCode.OK);
    JsonNode rows = new JsonMapper().readTree(out.toString());
    assertThat(rows).isNotEmpty();
    for (JsonNode row : rows) {
      assertThat(row.propertyNames())
          .containsExactlyInAnyOrder(
              "pattern",
              "endpoints",
              "nodes",
              "bytes_per_second",
              "peak_bytes_per_second",
              "datagrams_per_second",
              "paper_bytes_per_second",
              "goal_bytes_per_second",
              "grant_deviation_percent");
    }
  }

  @Test
  void shouldPlaceFigure49WithTheFieldsOfTheContract() {
    int code = line.execute("bench", "placement", "--kind", "fig49", "--json");

    assertThat(code).as(err.toString()).isEqualTo(ExitCode.OK);
    JsonNode rows = new JsonMapper().readTree(out.toString());
    assertThat(rows).hasSize(28);
    for (JsonNode row : rows) {
      assertThat(row.propertyNames())
          .containsExactlyInAnyOrder(
              "algorithm",
              "placed",
              "time_ms",
              "max_load",
              "min_load",
              "overloaded_links",
              "optimum");
    }
    // Thirteen admitted by both; ours is even, the thesis' fills the first nodes first.
    for (int i = 0; i < 14; i++) {
      JsonNode ours = rows.get(i);
      assertThat(ours.get("algorithm").asString()).isEqualTo("kollaps");
      assertThat(ours.get("placed").asBoolean()).isEqualTo(i < 13);
      assertThat(ours.get("optimum").asBoolean()).isEqualTo(i < 13);
      assertThat(ours.get("max_load").asInt() - ours.get("min_load").asInt())
          .isLessThanOrEqualTo(1);
      assertThat(ours.get("overloaded_links").asInt()).isZero();
      assertThat(rows.get(14 + i).get("placed").asBoolean()).isEqualTo(i < 13);
    }
    assertThat(rows.get(14 + 3).get("max_load").asInt()).isEqualTo(4);
    assertThat(rows.get(14 + 3).get("min_load").asInt()).isZero();
  }

  @Test
  void shouldSayWhatIsKnownOfAPlacement() {
    assertThat(
            line.execute(
                "bench",
                "placement",
                "--kind",
                "infeasible",
                "--endpoints",
                "8",
                "--nodes",
                "20",
                "--json"))
        .isEqualTo(ExitCode.OK);
    JsonNode row = new JsonMapper().readTree(out.toString()).get(0);
    assertThat(row.get("placed").asBoolean()).isFalse();
    assertThat(row.get("optimum").asBoolean()).isFalse();
    assertThat(row.get("optimum").isNull()).isFalse();
    assertThat(err.toString()).contains("refused: ");
  }

  @Test
  void shouldMeasureATopologyFromTheCommandLine() {
    int code = line.execute("bench", "topology", "--elements", "30,60", "--json");

    assertThat(code).isEqualTo(ExitCode.OK);
    assertThat(new JsonMapper().readTree(out.toString())).hasSize(6);
  }

  @Test
  void shouldCountCapacityProbesFromTheCommandLine() {
    int code =
        line.execute(
            "bench",
            "discovery",
            "--nodes",
            "20",
            "--graphs",
            "3",
            "--kind",
            "star",
            "--noise",
            "3 %",
            "--json");

    assertThat(code).isEqualTo(ExitCode.OK);
    JsonNode own = new JsonMapper().readTree(out.toString()).get(0);
    assertThat(own.get("algorithm").asString()).isEqualTo("kollaps");
    assertThat(own.get("tests_per_node_max").asDouble()).isEqualTo(19 / 20.0);
    assertThat(own.get("share_over_10_percent").asDouble()).isZero();
  }

  @Test
  void shouldRefuseUnknownFabricsAndImpossibleSizes() {
    assertThat(line.execute("bench", "fabric", "--fabric", "tc2")).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(line.execute("bench", "sharing", "--step", "1")).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(line.execute("bench", "placement", "--kind", "odd")).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(line.execute("bench", "placement", "--nodes", "0")).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(line.execute("bench", "topology", "--elements", "1")).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(err.toString()).contains("--fabric 'tc2' is unknown; write all, user-space");
  }

  @Test
  void shouldAlignTables() {
    BenchTable table = new BenchTable(1, "what", "value");
    table.add("a", BenchTable.metric(96_533_333));
    table.add("longer", BenchTable.metric(0.5));

    assertThat(table.text()).isEqualTo("what       value\na        96.53 M\nlonger  0.5000");
  }
}
