package io.kollaps.node.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.node.results.FlowSummary;
import io.kollaps.node.results.ResultsJson;
import io.kollaps.node.results.RunObservations;
import io.kollaps.node.results.RunOutcome;
import io.kollaps.node.results.TestRuns;
import io.kollaps.node.verdict.Judge;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class ResultTablesTest {
  private static RunOutcome outcome(List<FlowSummary> flows) {
    RunObservations good = TestRuns.good();
    RunObservations seen =
        new RunObservations(
            good.facts(),
            good.end(),
            good.durationNanos(),
            good.smallestRoundTripNanos(),
            good.events(),
            flows,
            good.programs(),
            good.health(),
            List.of());
    return new RunOutcome(seen, Judge.judge(seen));
  }

  private static String render(List<FlowSummary> flows, ResultTables.Style style) {
    return ResultTables.render(outcome(flows), Path.of("r/report.html"), style);
  }

  @Test
  void shouldAlignColumnsAndSayWhereTheReportIs() {
    String text =
        render(
            List.of(TestRuns.flow("c1", "c3", -0.2), TestRuns.flow("long-name", "c3", 4)),
            ResultTables.Style.PLAIN);
    List<String> lines = text.lines().toList();
    assertThat(lines.get(0)).startsWith("Flow ").endsWith("dropped");
    assertThat(lines.get(1)).startsWith("c1 -> c3 ").contains("100 Mbit/s", "-0.20 %");
    assertThat(lines.subList(0, 3)).extracting(String::length).containsOnly(lines.get(0).length());
    assertThat(text).contains("Verdict: DEGRADED\n  DEGRADED: The flow long-name to c3");
    assertThat(text).endsWith("Report: r/report.html\n");
    assertThat(text).doesNotContain("\u001b");
  }

  @Test
  void shouldColourOnlyWhenAsked() {
    assertThat(render(List.of(TestRuns.flow("a", "b", 0)), ResultTables.Style.ANSI))
        .contains("\u001b[1;32mPASS\u001b[0m");
  }

  @Test
  void shouldNotLetANameSteerTheTerminal() {
    String text =
        render(List.of(TestRuns.flow("a\u001b[2J\n\u202e", "b", 0)), ResultTables.Style.PLAIN);
    assertThat(text).contains("a?[2J?? -> b");
  }

  @Test
  void shouldBoundItsRows() {
    List<FlowSummary> flows = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      flows.add(TestRuns.flow("f" + i, "to", 0));
    }
    assertThat(render(flows, ResultTables.Style.PLAIN)).contains("and 180 more, see the report");
  }

  @Test
  void shouldGiveTheWholeOutcomeAsJson() {
    JsonNode json = ResultsJson.outcome(outcome(List.of(TestRuns.flow("a", "b", 0.5))));
    assertThat(json.at("/run/run_id").asString()).isEqualTo("run-1");
    assertThat(json.at("/verdict").asString()).isEqualTo("PASS");
    assertThat(json.at("/summaries/flows/0/error_percent").asDouble()).isEqualTo(0.5);
    assertThat(json.at("/events/0/lateness_ms").asDouble()).isEqualTo(1);
    assertThat(json.at("/summaries/health/fabric/lateness_p99_ms").asDouble()).isEqualTo(0.06);
  }
}
