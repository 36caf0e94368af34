package io.kollaps.node.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.node.results.EventRecord;
import io.kollaps.node.results.FlowSample;
import io.kollaps.node.results.HealthSample;
import io.kollaps.node.results.HealthSummary;
import io.kollaps.node.results.KilledRuns;
import io.kollaps.node.results.ProgramRecord;
import io.kollaps.node.results.ResultsFolder;
import io.kollaps.node.results.RunEnd;
import io.kollaps.node.results.RunObservations;
import io.kollaps.node.results.RunOutcome;
import io.kollaps.node.results.TestRuns;
import io.kollaps.node.results.Verdict;
import io.kollaps.node.verdict.Judge;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class HtmlReportTest {
  private static final String HOSTILE =
      "</script><script>alert(1)</script><!--\"'><img src=x onerror=alert(2)>&\u2028";
  private static final Pattern DATA =
      Pattern.compile(
          "<script type=\"application/json\" id=\"data\">(.*?)</script>", Pattern.DOTALL);
  private static final Pattern SCRIPTS =
      Pattern.compile("<(script|style)[^>]*>.*?</\\1>|<!--.*?-->", Pattern.DOTALL);
  private static final Pattern TAGS =
      Pattern.compile("<(/?)([a-z0-9]+)(?:\\s[^<>]*)?>", Pattern.CASE_INSENSITIVE);
  private static final Set<String> VOID = Set.of("meta", "input", "br");

  @TempDir Path temp;

  private String page(int flows, String name) throws IOException {
    byte[] topology = ("# " + name).getBytes(StandardCharsets.UTF_8);
    Path path = temp.resolve("run");
    try (ResultsFolder folder = ResultsFolder.create(path, TestRuns.facts(name, false), topology)) {
      for (int t = 1; t <= 20; t++) {
        for (int f = 0; f < flows; f++) {
          folder.flow(
              TestRuns.sample(
                  t * TestRuns.SECOND / 10, name + f, name, 1000, 990 + f, FlowSample.Limit.SHARE));
        }
        folder.health(new HealthSample(t * TestRuns.SECOND / 10, 0.5, 0, 0.1));
      }
      folder.event(new EventRecord(1, 2, name, name, name, Optional.of(name)));
      ResultsFolder.Recorded recorded = folder.stopRecording();
      ProgramRecord program =
          new ProgramRecord(
              name,
              OptionalLong.of(0),
              OptionalLong.empty(),
              OptionalInt.of(1),
              ProgramRecord.Cause.NOT_STARTED,
              name);
      RunObservations seen =
          new RunObservations(
              TestRuns.facts(name, false, name),
              new RunEnd(RunEnd.Kind.FAILED, name),
              2 * TestRuns.SECOND,
              OptionalLong.empty(),
              recorded.events(),
              recorded.flows(),
              List.of(program),
              HealthSummary.NONE,
              List.of(name));
      RunOutcome outcome = new RunOutcome(seen, Judge.judge(seen));
      return Files.readString(HtmlReport.write(path, outcome));
    }
  }

  private static JsonNode data(String page) {
    Matcher matcher = DATA.matcher(page);
    assertThat(matcher.find()).isTrue();
    return JsonMapper.builder().build().readTree(matcher.group(1));
  }

  @Test
  void shouldMakeHostileNamesHarmless() throws IOException {
    String page = page(2, HOSTILE);
    assertThat(page).doesNotContain("<script>alert").doesNotContain("<img");
    assertThat(page.split("<script", -1)).as("scripts").hasSize(4);
    assertThat(data(page).at("/flows/0/to").asString()).isEqualTo(HOSTILE);
    assertThat(data(page).at("/events/0/label").asString()).isEqualTo(HOSTILE + " " + HOSTILE);
    assertWellFormed(page);
  }

  @Test
  void shouldNeedNothingButItself() throws IOException {
    String page = page(1, "plain");
    assertThat(page).contains("default-src 'none'", "Permission is hereby granted", "uPlot");
    assertThat(page)
        .doesNotContainPattern("(src|href)=\"(https?:)?//")
        .doesNotContain("@import")
        .doesNotContain("url(")
        .doesNotContain("<link");
    assertWellFormed(page);
  }

  @Test
  void shouldChartTheBiggestFlowsUpToItsBoundAndListMore() throws IOException {
    String page = page(ChartData.MAX_CHARTED_FLOWS + 5, "f");
    JsonNode flows = data(page).at("/flows");
    assertThat(flows).hasSize(ChartData.MAX_CHARTED_FLOWS);
    assertThat(flows.at("/0/from").asString()).isEqualTo("f" + (ChartData.MAX_CHARTED_FLOWS + 4));
    assertThat(page).contains("<td>f0</td>");
    assertThat(page.length()).isLessThan(4_000_000);
  }

  @Test
  void shouldReportAnEmptyRun() throws IOException {
    Path path = temp.resolve("empty");
    try (ResultsFolder folder =
        ResultsFolder.create(path, TestRuns.facts("empty", true), new byte[0])) {
      ResultsFolder.Recorded recorded = folder.stopRecording();
      RunObservations seen =
          new RunObservations(
              TestRuns.facts("empty", true),
              RunEnd.COMPLETED,
              0,
              OptionalLong.empty(),
              recorded.events(),
              recorded.flows(),
              List.of(),
              HealthSummary.NONE,
              recorded.failures());
      RunOutcome outcome = new RunOutcome(seen, Judge.judge(seen));
      folder.finish(outcome);
      String page = Files.readString(HtmlReport.write(path, outcome));
      assertThat(outcome.verdict().grade()).isEqualTo(Verdict.Grade.PASS);
      assertThat(page).contains("No endpoint sent anything", "Nothing happened");
      assertWellFormed(page);
    }
  }

  @Test
  void shouldReportAKilledRun() throws IOException {
    Path path = temp.resolve("killed");
    try (ResultsFolder folder =
        ResultsFolder.create(path, TestRuns.facts("killed", true), new byte[0])) {
      folder.flow(TestRuns.sample(TestRuns.SECOND, "a", "b", 10, 9, FlowSample.Limit.SHARE));
    }
    String page = Files.readString(HtmlReport.write(path, KilledRuns.finish(path).orElseThrow()));
    assertThat(page).contains("INVALID", "killed before its end");
    assertWellFormed(page);
  }

  /** Every element that is opened is closed in its order; scripts and comments aside. */
  private static void assertWellFormed(String page) {
    Deque<String> open = new ArrayDeque<>();
    Matcher tag = TAGS.matcher(SCRIPTS.matcher(page).replaceAll(""));
    while (tag.find()) {
      String name = tag.group(2);
      if (tag.group(1).isEmpty()) {
        if (!VOID.contains(name)) {
          open.push(name);
        }
      } else {
        assertThat(open.poll()).as("element closed at %d", tag.start()).isEqualTo(name);
      }
    }
    assertThat(open).isEmpty();
  }
}
