package io.kollaps.node.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kollaps.node.results.EventRecord;
import io.kollaps.node.results.ExchangeCounts;
import io.kollaps.node.results.FlowSample;
import io.kollaps.node.results.FlowSample.Limit;
import io.kollaps.node.results.HealthSample;
import io.kollaps.node.results.HealthSummary;
import io.kollaps.node.results.HostHealth;
import io.kollaps.node.results.LoopHealth;
import io.kollaps.node.results.NodeResult;
import io.kollaps.node.results.PartFacts;
import io.kollaps.node.results.ProgramRecord;
import io.kollaps.node.results.ResultsFolder;
import io.kollaps.node.results.ResultsReader;
import io.kollaps.node.results.RunEnd;
import io.kollaps.node.results.RunObservations;
import io.kollaps.node.results.RunOutcome;
import io.kollaps.node.results.TestRuns;
import io.kollaps.node.results.Verdict.Grade;
import io.kollaps.node.results.Verdict.Level;
import io.kollaps.node.results.Verdict.Reason;
import io.kollaps.node.verdict.Judge;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PartResultsTest {
  private static final long SECOND = TestRuns.SECOND;
  private static final long MILLI = 1_000_000L;
  private static final List<PartFacts.Node> NODES =
      List.of(new PartFacts.Node("id-0", "ant"), new PartFacts.Node("id-1", "bee"));

  @TempDir Path temp;

  /** What a test part has. */
  private record Made(
      int number,
      long startLatenessNanos,
      long clockBoundNanos,
      double idle,
      RunEnd end,
      List<EventRecord> events,
      List<FlowSample> flows,
      List<ProgramRecord> programs) {}

  private static EventRecord event(long planned, long late, String kind, String subject) {
    return new EventRecord(planned, planned + late, kind, subject, "", Optional.empty());
  }

  private static ProgramRecord program(String endpoint, long startedNanos) {
    return new ProgramRecord(
        endpoint,
        OptionalLong.of(startedNanos),
        OptionalLong.of(9 * SECOND),
        OptionalInt.of(0),
        ProgramRecord.Cause.ENDED,
        "");
  }

  private static Made ant() {
    return new Made(
        0,
        200_000,
        MILLI,
        0.5,
        RunEnd.COMPLETED,
        List.of(event(0, MILLI, "join", "a"), event(5 * SECOND, 2 * MILLI, "link-set", "a->b")),
        flows("a", 0),
        List.of(program("a", MILLI)));
  }

  private static Made bee() {
    return new Made(
        1,
        700_000,
        2 * MILLI,
        0.25,
        RunEnd.COMPLETED,
        List.of(
            event(5 * SECOND, 3 * MILLI, "link-set", "a->b"),
            event(SECOND, MILLI, "join", "b, the second")),
        flows("b, the second", 50 * MILLI),
        List.of(program("b, the second", SECOND)));
  }

  private static List<FlowSample> flows(String from, long offset) {
    List<FlowSample> samples = new ArrayList<>();
    for (int i = 1; i <= 80; i++) {
      samples.add(
          TestRuns.sample(
              i * SECOND / 10 + offset, from, "c", 50_000_000, 50_000_000, Limit.SHARE));
    }
    return samples;
  }

  private Path write(Made made) throws IOException {
    Path folder = temp.resolve("part-" + made.number());
    byte[] topology = "name: a\n".getBytes(java.nio.charset.StandardCharsets.UTF_8);
    try (ResultsFolder results =
        ResultsFolder.create(folder, TestRuns.facts("parts", true, "of all"), topology)) {
      results.part(facts(made, ExchangeCounts.NONE));
      made.events().forEach(results::event);
      made.flows().forEach(results::flow);
      for (int i = 1; i <= 8; i++) {
        results.health(new HealthSample(i * SECOND + made.number(), made.idle(), 0, 0.1));
      }
      Files.writeString(results.outLog(made.number() == 0 ? "a" : "b"), "out " + made.number());
      ResultsFolder.Recorded recorded = results.stopRecording();
      RunObservations seen =
          new RunObservations(
              TestRuns.facts("parts", true, "of all"),
              made.end(),
              10 * SECOND,
              OptionalLong.of(20 * MILLI),
              recorded.events(),
              recorded.flows(),
              made.programs(),
              new HealthSummary(
                  TestRuns.GOOD_FABRIC,
                  new HostHealth(8, 0, made.idle(), made.idle(), 0, 0),
                  new LoopHealth(400, 100_000, 200_000 + made.number()),
                  OptionalLong.of(made.number())),
              recorded.failures());
      results.part(facts(made, new ExchangeCounts(10, 1_000 * (made.number() + 1), 5, 500, 0)));
      results.finish(new RunOutcome(seen, Judge.judgePart(seen)));
    }
    return folder;
  }

  private static PartFacts facts(Made made, ExchangeCounts exchange) {
    return new PartFacts(
        made.number(),
        NODES,
        OptionalLong.of(made.startLatenessNanos()),
        made.clockBoundNanos(),
        exchange);
  }

  private RunOutcome merge(Path... parts) throws IOException {
    return PartResults.merge(List.of(parts), temp.resolve("merged")).orElseThrow();
  }

  @Test
  void shouldMakeOneRunOfTheParts() throws Exception {
    RunOutcome outcome = merge(write(bee()), write(ant()));

    Path merged = temp.resolve("merged");
    RunObservations seen = outcome.observations();
    assertThat(outcome.verdict().grade()).isEqualTo(Grade.PASS);
    assertThat(seen.durationNanos()).isEqualTo(10 * SECOND);
    // a change of the network is one event, at the time of the part that was later
    assertThat(ResultsReader.events(merged))
        .isEqualTo(seen.events())
        .containsExactly(
            event(0, MILLI, "join", "a"),
            event(SECOND, MILLI, "join", "b, the second"),
            event(5 * SECOND, 3 * MILLI, "link-set", "a->b"));
    List<FlowSample> samples = new ArrayList<>();
    ResultsReader.flows(merged, samples::add);
    List<FlowSample> expected = new ArrayList<>(ant().flows());
    expected.addAll(bee().flows());
    expected.sort(java.util.Comparator.comparingLong(FlowSample::endNanos));
    assertThat(samples).isEqualTo(expected);
    assertThat(seen.flows())
        .extracting(f -> f.from())
        .containsExactlyInAnyOrder("a", "b, the second");
    assertThat(seen.programs()).extracting(p -> p.endpoint()).containsExactly("a", "b, the second");
    List<HealthSample> health = new ArrayList<>();
    ResultsReader.health(merged, health::add);
    assertThat(health).hasSize(8).allSatisfy(h -> assertThat(h.hostIdleShare()).isEqualTo(0.25));
    assertThat(merged.resolve("endpoints/a.out.log")).hasContent("out 0");
    assertThat(merged.resolve("endpoints/b.out.log")).hasContent("out 1");
    assertThat(merged.resolve("topology.yaml")).hasContent("name: a");
    assertThat(merged.resolve("nodes/ant/verdict.json")).exists();
    assertThat(merged.resolve("nodes/bee/health.csv")).exists();
    assertThat(Files.readString(merged.resolve("report.html"))).contains("Nodes", "ant", "bee");
  }

  @Test
  void shouldTellEachNodesFiguresAndTheBytesOfTheExchange() throws Exception {
    RunOutcome outcome = merge(write(ant()), write(bee()));

    List<NodeResult> nodes = outcome.observations().nodes();
    assertThat(nodes).extracting(NodeResult::name).containsExactly("ant", "bee");
    assertThat(nodes.get(1).health().host().idleShareMean()).isEqualTo(0.25);
    assertThat(nodes.get(1).health().fabric()).isEqualTo(TestRuns.GOOD_FABRIC);
    assertThat(nodes.get(1).startLatenessNanos()).hasValue(700_000);
    assertThat(nodes.get(1).sentBytesPerSecond()).isEqualTo(200.0);
    String verdict = Files.readString(temp.resolve("merged/verdict.json"));
    assertThat(verdict)
        .contains("\"sent_bytes_per_s\" : 300.0")
        .contains("\"start_lateness_ms\" : 0.7")
        .contains("\"clock_bound_ms\" : 2.0");
    assertThat(outcome.observations().health().fabric().deliveredPackets())
        .isEqualTo(2 * TestRuns.GOOD_FABRIC.deliveredPackets());
    assertThat(outcome.observations().health().loop())
        .isEqualTo(new LoopHealth(800, 100_000, 200_001));
  }

  @Test
  void shouldGiveTheWorstVerdictWithTheNodesName() throws Exception {
    Made failing = bee();
    Path part =
        write(
            new Made(
                1,
                700_000,
                MILLI,
                0.01,
                new RunEnd(RunEnd.Kind.FAILED, "the fabric broke"),
                failing.events(),
                failing.flows(),
                failing.programs()));

    RunOutcome outcome = merge(write(ant()), part);

    assertThat(outcome.verdict().grade()).isEqualTo(Grade.INVALID);
    assertThat(outcome.observations().end())
        .isEqualTo(new RunEnd(RunEnd.Kind.FAILED, "node bee: the fabric broke"));
    assertThat(outcome.verdict().reasons())
        .filteredOn(r -> r.code().equals("run-failed"))
        .singleElement()
        .satisfies(r -> assertThat(r.message()).startsWith("Node bee: "));
    // what all say is said once, without a name
    assertThat(outcome.verdict().reasons())
        .filteredOn(r -> r.message().contains("of all"))
        .extracting(Reason::message)
        .containsExactly("of all");
  }

  @Test
  void shouldSayWhatIsMissingWhenANodeWasLost() throws Exception {
    RunOutcome outcome = merge(write(ant()));

    assertThat(outcome.verdict().grade()).isEqualTo(Grade.INVALID);
    assertThat(outcome.verdict().reasons().getFirst().code()).isEqualTo("part-missing");
    assertThat(outcome.verdict().reasons().getFirst().message()).contains("bee");
    assertThat(outcome.observations().nodes().get(1).present()).isFalse();
    assertThat(Files.readString(temp.resolve("merged/report.html"))).contains("missing");
  }

  @Test
  void shouldEndTheFolderOfAPartThatWasKilled() throws Exception {
    Path killed = write(bee());
    Files.delete(killed.resolve("verdict.json"));
    Files.delete(killed.resolve("programs.json"));

    RunOutcome outcome = merge(write(ant()), killed);

    assertThat(outcome.verdict().grade()).isEqualTo(Grade.INVALID);
    assertThat(outcome.verdict().reasons())
        .filteredOn(r -> r.code().equals("killed"))
        .singleElement()
        .satisfies(r -> assertThat(r.message()).startsWith("Node bee: "));
    assertThat(outcome.observations().flows()).hasSize(2);
  }

  @Test
  void shouldJudgeStartsAndClocksAcrossTheNodes() throws Exception {
    Made b = bee();
    Path late =
        write(new Made(1, 8 * MILLI, 6 * MILLI, 0.5, b.end(), b.events(), b.flows(), b.programs()));

    RunOutcome outcome = merge(write(ant()), late);

    assertThat(outcome.verdict().grade()).isEqualTo(Grade.DEGRADED);
    assertThat(outcome.verdict().reasons())
        .filteredOn(r -> r.level() == Level.DEGRADED)
        .extracting(Reason::code)
        .containsExactlyInAnyOrder("start-skew", "clock-uncertain");
    assertThat(outcome.verdict().reasons())
        .filteredOn(r -> r.code().equals("start-skew"))
        .singleElement()
        .satisfies(r -> assertThat(r.measure().orElseThrow().figure()).isEqualTo(7.8));
  }

  @Test
  void shouldCopyTheFolderOfARunWithOnePart() throws Exception {
    Path part = write(ant());
    Files.delete(part.resolve("part.json"));

    assertThat(PartResults.merge(List.of(part), temp.resolve("copy"))).isEmpty();

    try (var files = Files.walk(part)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(temp.resolve("copy").resolve(part.relativize(file)))
            .hasSameBinaryContentAs(file);
      }
    }
  }

  @Test
  void shouldRefusePartsOfDifferentRunsAndFoldersOfNone() throws Exception {
    Path part = write(ant());
    Path merged = temp.resolve("merged");

    assertThatThrownBy(() -> PartResults.merge(List.of(part, part), merged))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("second time");
    assertThatThrownBy(() -> PartResults.merge(List.of(), merged)).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> PartResults.merge(List.of(temp), merged))
        .isInstanceOf(IOException.class);
    merge(part);
    assertThatThrownBy(() -> PartResults.merge(List.of(part), merged))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("another run");
  }
}
