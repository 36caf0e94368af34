package io.kollaps.node.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import io.kollaps.fabric.FabricHealth;
import io.kollaps.fabric.OverlayHealth;
import io.kollaps.node.results.EventRecord;
import io.kollaps.node.results.FlowSummary;
import io.kollaps.node.results.HealthSummary;
import io.kollaps.node.results.HostHealth;
import io.kollaps.node.results.LoopHealth;
import io.kollaps.node.results.ProgramRecord;
import io.kollaps.node.results.RunEnd;
import io.kollaps.node.results.RunFacts;
import io.kollaps.node.results.RunObservations;
import io.kollaps.node.results.TestRuns;
import io.kollaps.node.results.Verdict;
import io.kollaps.node.results.Verdict.Grade;
import io.kollaps.node.results.Verdict.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JudgeTest {
  private static final RunObservations GOOD = TestRuns.good();

  @Test
  void shouldPassARunWithoutFault() {
    assertThat(Judge.judge(GOOD)).isEqualTo(new Verdict(Grade.PASS, List.of()));
  }

  @ParameterizedTest
  @CsvSource({
    "5000000, PASS",
    "5000001, DEGRADED",
    "-5000001, DEGRADED",
    "100000000, DEGRADED",
    "100000001, INVALID"
  })
  void shouldJudgeEventLatenessAroundItsBounds(long latenessNanos, Grade grade) {
    expect(withEvents(List.of(TestRuns.event(1_000_000_000L, latenessNanos))), grade, "event-late");
  }

  @Test
  void shouldAllowOneLateEventInAHundred() {
    List<EventRecord> events = new ArrayList<>();
    for (int i = 0; i < 99; i++) {
      events.add(TestRuns.event(i, 1));
    }
    events.add(TestRuns.event(99, 900_000_000L));
    assertThat(Judge.judge(withEvents(events)).grade()).isEqualTo(Grade.PASS);
    events.add(TestRuns.event(99, 900_000_000L));
    assertThat(Judge.judge(withEvents(events)).grade()).isEqualTo(Grade.INVALID);
  }

  @Test
  void shouldNotTrustARunWithAFailedEvent() {
    EventRecord failed = new EventRecord(0, 0, "crash", "c", "", Optional.of("it was gone"));
    Verdict verdict = expect(withEvents(List.of(failed)), Grade.INVALID, "event-failed");
    assertThat(verdict.reasons().getFirst().message()).contains("crash c", "it was gone");
  }

  @ParameterizedTest
  @CsvSource({
    // lateness, smallest round trip, grade: 1 ms is the bound unless a tenth of the round trip is
    // less, and that never below 0.1 ms
    "1000000, 50000000, PASS",
    "1000001, 50000000, DEGRADED",
    "200000, 2000000, PASS",
    "200001, 2000000, DEGRADED",
    "100000, 10, PASS",
    "100001, 10, DEGRADED",
    "1000000, 0, PASS",
    "10000000, 50000000, DEGRADED",
    "10000001, 50000000, INVALID"
  })
  void shouldJudgeFabricLatenessAgainstTheSmallestRoundTrip(
      long p99Nanos, long roundTripNanos, Grade grade) {
    FabricHealth fabric = new FabricHealth(1_000, 1, p99Nanos, p99Nanos, 1, 0, 0, 0, true, 0);
    RunObservations seen =
        new RunObservations(
            GOOD.facts(),
            GOOD.end(),
            GOOD.durationNanos(),
            OptionalLong.of(roundTripNanos),
            GOOD.events(),
            GOOD.flows(),
            GOOD.programs(),
            new HealthSummary(
                fabric, GOOD.health().host(), GOOD.health().loop(), OptionalLong.empty()),
            List.of());
    expect(seen, grade, "fabric-late");
  }

  @ParameterizedTest
  @CsvSource({"0, PASS", "1, DEGRADED", "10, DEGRADED", "11, INVALID"})
  void shouldJudgeDropsOfOurOwnByTheirPartOfAllPackets(long dropped, Grade grade) {
    // 10 of 10 000 are exactly 0.1 %.
    expect(withFabric(fabric(10_000 - dropped, dropped, 0, true)), grade, "limit-drops");
    expect(withFabric(fabric(10_000 - dropped, 0, dropped, true)), grade, "device-drops");
  }

  @ParameterizedTest
  @CsvSource({"10, PASS", "11, DEGRADED"})
  void shouldJudgeBusyProcessorsByTheirPartOfTheSeconds(long starvedOf100, Grade grade) {
    expect(
        withHost(new HostHealth(100, starvedOf100, 0.3, 0, 0, 0), GOOD.health().loop()),
        grade,
        "host-starved");
  }

  @ParameterizedTest
  @CsvSource({"0.05, PASS", "0.051, DEGRADED"})
  void shouldJudgeStolenTime(double steal, Grade grade) {
    expect(
        withHost(new HostHealth(100, 0, 0.5, 0.5, steal, 0.2), GOOD.health().loop()),
        grade,
        "host-steal");
  }

  @ParameterizedTest
  @CsvSource({"25000000, PASS", "25000001, DEGRADED"})
  void shouldJudgeTheSharingLoopAgainstItsPeriod(long p99Nanos, Grade grade) {
    expect(
        withHost(GOOD.health().host(), new LoopHealth(10, p99Nanos, p99Nanos)),
        grade,
        "sharing-late");
  }

  @ParameterizedTest
  @CsvSource({
    "3.0, 1000000000, PASS",
    "3.01, 1000000000, DEGRADED",
    "-3.01, 1000000000, DEGRADED",
    "-50, 999999999, PASS"
  })
  void shouldJudgeSettledFlowsAgainstTheirShare(double error, long settledNanos, Grade grade) {
    FlowSummary flow =
        new FlowSummary(
            "a", "b", settledNanos, settledNanos, 1e6, 1e6, OptionalDouble.of(error), 0);
    expect(withFlows(List.of(flow)), grade, "share-missed");
  }

  @Test
  void shouldNotHoldAgainstARunWhatTheDescribedNetworkDrops() {
    FlowSummary lossy =
        new FlowSummary("a", "b", 10, 0, 1e8, 1e5, OptionalDouble.empty(), 1_000_000);
    assertThat(Judge.judge(withFlows(List.of(lossy))).grade()).isEqualTo(Grade.PASS);
  }

  @Test
  void shouldBoundTheReasonsOfOneRuleAndNameTheWorstFirst() {
    List<FlowSummary> flows = new ArrayList<>();
    for (int i = 1; i <= 20; i++) {
      flows.add(TestRuns.flow("f" + i, "to", -3 - i));
    }
    Verdict verdict = Judge.judge(withFlows(flows));
    assertThat(verdict.reasons()).hasSize(Thresholds.MAX_REASONS_PER_RULE + 1);
    assertThat(verdict.reasons().getFirst().message()).contains("f20");
    assertThat(verdict.reasons().getLast().message()).startsWith("15 more");
  }

  @ParameterizedTest
  @CsvSource({
    "ENDED, 0, PASS, program-failed",
    "ENDED, 1, DEGRADED, program-failed",
    "CRASHED, 137, PASS, program-failed",
    "LEFT, 143, PASS, program-failed",
    "RUN_ENDED, 143, PASS, program-failed",
    "NOT_STARTED, 0, INVALID, program-not-started",
    "START_CONDITION_TIMED_OUT, 0, INVALID, start-condition-timed-out",
    "STILL_WAITING, 0, INVALID, start-condition-never-held"
  })
  void shouldJudgeHowProgramsEnded(ProgramRecord.Cause cause, int code, Grade grade, String rule) {
    ProgramRecord program =
        new ProgramRecord(
            "c1", OptionalLong.of(0), OptionalLong.of(1), OptionalInt.of(code), cause, "why");
    expect(
        new RunObservations(
            GOOD.facts(),
            GOOD.end(),
            1,
            OptionalLong.empty(),
            List.of(),
            GOOD.flows(),
            List.of(program),
            GOOD.health(),
            List.of()),
        grade,
        rule);
  }

  @Test
  void shouldNotBlameAWaitForARunThatItsUserEnded() {
    ProgramRecord waiting =
        new ProgramRecord(
            "c1",
            OptionalLong.empty(),
            OptionalLong.empty(),
            OptionalInt.empty(),
            ProgramRecord.Cause.STILL_WAITING,
            "nothing listened on server:5201 for 800 ms");
    Verdict verdict =
        Judge.judge(
            new RunObservations(
                GOOD.facts(),
                new RunEnd(RunEnd.Kind.INTERRUPTED, "Ctrl-C"),
                1,
                OptionalLong.empty(),
                List.of(),
                GOOD.flows(),
                List.of(waiting),
                GOOD.health(),
                List.of()));
    assertThat(verdict.reasons()).extracting(Verdict.Reason::code).containsExactly("ended-early");
  }

  @ParameterizedTest
  @CsvSource({
    "COMPLETED, PASS, x",
    "INTERRUPTED, DEGRADED, ended-early",
    "FAILED, INVALID, run-failed",
    "KILLED, INVALID, killed"
  })
  void shouldJudgeHowTheRunEnded(RunEnd.Kind kind, Grade grade, String code) {
    expect(with(GOOD.facts(), new RunEnd(kind, "boom"), List.of()), grade, code);
  }

  @Test
  void shouldOnlyNoteWhatIsLostWithoutRootWhileItHasNoEffect() {
    RunObservations seen =
        new RunObservations(
            TestRuns.facts("user", false, "latency of s1 to s2 is 0"),
            RunEnd.COMPLETED,
            1,
            OptionalLong.empty(),
            List.of(),
            List.of(),
            List.of(),
            new HealthSummary(
                fabric(10, 0, 0, false),
                HostHealth.NONE,
                LoopHealth.NONE,
                OptionalLong.of(30_000_000L)),
            List.of());
    Verdict verdict = Judge.judge(seen);
    assertThat(verdict.grade()).isEqualTo(Grade.PASS);
    assertThat(verdict.reasons()).allMatch(r -> r.level() == Level.INFO);
    assertThat(verdict.reasons())
        .extracting(Verdict.Reason::code)
        .containsExactlyInAnyOrder("no-root", "no-real-time", "gc-pause", "notice");
  }

  @Test
  void shouldNotePathsThatAreToBeFasterThanTheNodesNetwork() {
    OverlayHealth overlay = new OverlayHealth(9, 0, 9, 0, 0, 0, 0, 2, 3_000_000);
    FabricHealth health = new FabricHealth(10, 1, 2, 3, 4, 0, 0, 0, true, 0, overlay);
    Verdict verdict = Judge.judge(withFabric(health));
    assertThat(verdict.reasons())
        .filteredOn(reason -> reason.code().equals("faster-than-nodes"))
        .singleElement()
        .satisfies(
            reason -> {
              assertThat(reason.level()).isEqualTo(Level.INFO);
              assertThat(reason.message()).contains("2 paths", "3.00 ms");
            });
  }

  @Test
  void shouldNoteThatNothingWasSent() {
    Verdict verdict =
        Judge.judge(
            rest(
                GOOD.events(),
                List.of(),
                new HealthSummary(
                    fabric(0, 0, 0, true),
                    HostHealth.NONE,
                    LoopHealth.NONE,
                    OptionalLong.empty())));
    assertThat(verdict.grade()).isEqualTo(Grade.PASS);
    assertThat(verdict.reasons()).extracting(Verdict.Reason::code).contains("no-traffic");
  }

  @Test
  void shouldSayThatResultsAreIncomplete() {
    expect(
        with(GOOD.facts(), GOOD.end(), List.of("flows.csv could not be written: no space")),
        Grade.DEGRADED,
        "results-incomplete");
  }

  @Test
  void shouldSortTheWorstReasonFirst() {
    Verdict verdict =
        Judge.judge(
            with(
                TestRuns.facts("user", false),
                new RunEnd(RunEnd.Kind.FAILED, "boom"),
                List.of("disk full")));
    assertThat(verdict.reasons())
        .extracting(Verdict.Reason::level)
        .containsExactly(Level.INVALID, Level.DEGRADED, Level.INFO);
  }

  /** A grade other than PASS must come from the rule, with something to do about it. */
  private static Verdict expect(RunObservations seen, Grade grade, String code) {
    Verdict verdict = Judge.judge(seen);
    assertThat(verdict.grade()).as(verdict.toString()).isEqualTo(grade);
    if (grade == Grade.PASS) {
      assertThat(verdict.reasons()).extracting(Verdict.Reason::code).doesNotContain(code);
    } else {
      assertThat(verdict.reasons()).singleElement().satisfies(r -> assertBlames(r, code));
    }
    return verdict;
  }

  private static void assertBlames(Verdict.Reason reason, String code) {
    assertThat(reason.code()).isEqualTo(code);
    assertThat(reason.remedy()).isNotEmpty();
    reason.measure().ifPresent(m -> assertThat(Math.abs(m.figure())).isGreaterThan(m.bound()));
  }

  private static FabricHealth fabric(long delivered, long limit, long device, boolean realTime) {
    return new FabricHealth(delivered, 1, 2, 3, 4, limit, device, 0, realTime, 0);
  }

  private static RunObservations withEvents(List<EventRecord> events) {
    return rest(events, GOOD.flows(), GOOD.health());
  }

  private static RunObservations withFlows(List<FlowSummary> flows) {
    return rest(GOOD.events(), flows, GOOD.health());
  }

  private static RunObservations withFabric(FabricHealth fabric) {
    HealthSummary health = GOOD.health();
    return rest(
        GOOD.events(),
        GOOD.flows(),
        new HealthSummary(fabric, health.host(), health.loop(), OptionalLong.empty()));
  }

  private static RunObservations withHost(HostHealth host, LoopHealth loop) {
    return rest(
        GOOD.events(),
        GOOD.flows(),
        new HealthSummary(GOOD.health().fabric(), host, loop, OptionalLong.empty()));
  }

  private static RunObservations rest(
      List<EventRecord> events, List<FlowSummary> flows, HealthSummary health) {
    return new RunObservations(
        GOOD.facts(),
        GOOD.end(),
        GOOD.durationNanos(),
        GOOD.smallestRoundTripNanos(),
        events,
        flows,
        GOOD.programs(),
        health,
        List.of());
  }

  private static RunObservations with(RunFacts facts, RunEnd end, List<String> failures) {
    return new RunObservations(
        facts,
        end,
        GOOD.durationNanos(),
        GOOD.smallestRoundTripNanos(),
        GOOD.events(),
        GOOD.flows(),
        GOOD.programs(),
        GOOD.health(),
        failures);
  }
}
