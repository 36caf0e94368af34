package io.kollaps.node.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ResultsFolderTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final byte[] TOPOLOGY = {'a', (byte) 0xff, 0, '\r', '\n'};

  @TempDir Path temp;

  private ResultsFolder create(String name) throws IOException {
    return ResultsFolder.create(temp.resolve(name), TestRuns.facts("test", true), TOPOLOGY);
  }

  @Test
  void shouldReadBackWhatWasRecordedWhateverTheNames() throws IOException {
    List<String> names =
        List.of("plain", "a,b", "say \"hi\"", "two\nlines\r", "", "\u00e9\u2192", "</script>");
    List<FlowSample> samples = new ArrayList<>();
    Path path;
    EventRecord event =
        new EventRecord(
            1_000_000, 1_500_000, "join", "a\n\"b\"", "\u00e9", Optional.of("no, \n really"));
    try (ResultsFolder folder = create("run")) {
      path = folder.path();
      long end = 0;
      for (String name : names) {
        end += 25_000_000;
        FlowSample sample =
            new FlowSample(end, 25_000_000, name, "to", end, 3, FlowSample.Limit.SHARE, 7);
        samples.add(sample);
        folder.flow(sample);
      }
      folder.event(event);
      folder.health(new HealthSample(1_000_000_000, 0.25, 0.5, 1.25));
    }
    List<FlowSample> read = new ArrayList<>();
    ResultsReader.flows(path, read::add);
    assertThat(read).isEqualTo(samples);
    assertThat(ResultsReader.events(path)).containsExactly(event);
    List<HealthSample> health = new ArrayList<>();
    ResultsReader.health(path, health::add);
    assertThat(health).containsExactly(new HealthSample(1_000_000_000, 0.25, 0.5, 1.25));
    assertThat(path.resolve("topology.yaml")).hasBinaryContent(TOPOLOGY);
    assertThat(ResultsJson.readFacts(Files.readAllBytes(path.resolve("run.json"))))
        .isEqualTo(TestRuns.facts("test", true));
  }

  @Test
  void shouldWriteTheDocumentedHeaderAndFields() throws IOException {
    try (ResultsFolder folder = create("run")) {
      folder.flow(
          new FlowSample(
              1_250_000_000L, 250_000_000L, "a", "b", 10, 9, FlowSample.Limit.DEMAND, 4));
    }
    assertThat(temp.resolve("run/flows.csv"))
        .hasContent(
            "time_s,from,to,granted_bps,measured_bps,dropped_packets,limited_by,interval_s\n"
                + "1.250000,a,b,10,9,4,demand,0.250000\n");
  }

  @Test
  void shouldBringSamplesToTheDiskWhileTheRunGoesOn() throws Exception {
    try (ResultsFolder folder = create("run")) {
      folder.flow(TestRuns.sample(TestRuns.SECOND, "a", "b", 1, 1, FlowSample.Limit.SHARE));
      Path flows = folder.path().resolve(ResultFiles.FLOWS);
      // 10 s is far: the writer thread looks for work at once.
      long deadline = System.nanoTime() + 10 * TestRuns.SECOND;
      while (Files.size(flows) <= ResultFiles.FLOWS_HEADER.length()
          && System.nanoTime() < deadline) {
        Thread.sleep(5);
      }
      assertThat(Files.readString(flows)).contains("1.000000,a,b,");
    }
  }

  @Test
  void shouldFinishWithVerdictSummariesAndPrograms() throws IOException {
    RunObservations good = TestRuns.good();
    ProgramRecord program =
        new ProgramRecord(
            "c\"1",
            OptionalLong.of(500_000_000L),
            OptionalLong.empty(),
            OptionalInt.empty(),
            ProgramRecord.Cause.NOT_STARTED,
            "no such file");
    RunObservations seen =
        new RunObservations(
            good.facts(),
            good.end(),
            good.durationNanos(),
            good.smallestRoundTripNanos(),
            good.events(),
            good.flows(),
            List.of(program),
            good.health(),
            List.of());
    Verdict.Reason reason =
        new Verdict.Reason(
            Verdict.Level.DEGRADED,
            "code",
            "message",
            Optional.of(new Verdict.Measure(2, 1, "ms")),
            "remedy");
    try (ResultsFolder folder = create("run")) {
      folder.finish(new RunOutcome(seen, Verdict.of(List.of(reason))));
    }
    JsonNode verdict = JSON.readTree(temp.resolve("run/verdict.json").toFile());
    assertThat(verdict.at("/verdict").asString()).isEqualTo("DEGRADED");
    assertThat(verdict.at("/reasons/0/level").asString()).isEqualTo("DEGRADED");
    assertThat(verdict.at("/reasons/0/remedy").asString()).isEqualTo("remedy");
    assertThat(verdict.at("/reasons/0/figure").asDouble()).isEqualTo(2);
    assertThat(verdict.at("/summaries/flows/0/granted_bps").asLong()).isEqualTo(100_000_000);
    assertThat(verdict.at("/summaries/events/lateness_p99_ms").asDouble()).isEqualTo(1);
    JsonNode programs = JSON.readTree(temp.resolve("run/programs.json").toFile());
    assertThat(programs.at("/0/endpoint").asString()).isEqualTo("c\"1");
    assertThat(programs.at("/0/started_s").asDouble()).isEqualTo(0.5);
    assertThat(programs.at("/0/exit_code").isNull()).isTrue();
    assertThat(programs.at("/0/cause").asString()).isEqualTo("not-started");
    assertThat(KilledRuns.finish(temp.resolve("run"))).isEmpty();
  }

  @Test
  void shouldRefuseAFolderThatHoldsARun() throws IOException {
    create("run").close();
    assertThatThrownBy(() -> create("run"))
        .isInstanceOf(FileAlreadyExistsException.class)
        .hasMessageContaining("give another folder");
  }

  @Test
  void shouldKeepEveryLogInsideTheFolderAndApart() throws IOException {
    try (ResultsFolder folder = create("run")) {
      List<Path> logs = new ArrayList<>();
      for (String name :
          List.of("c1", "../../x", "..", "", "a/b", "a%2Fb", "x".repeat(400), "x".repeat(401))) {
        logs.add(folder.outLog(name));
        logs.add(folder.errLog(name));
      }
      assertThat(logs).doesNotHaveDuplicates();
      assertThat(logs)
          .allMatch(p -> p.normalize().getParent().equals(folder.path().resolve("endpoints")));
      for (Path log : logs) {
        Files.createFile(log);
      }
      assertThat(folder.outLog("c1")).hasFileName("c1.out.log");
    }
  }

  @Test
  void shouldGiveAKilledRunAVerdictFromItsPartialFiles() throws IOException {
    ResultsFolder folder = create("run");
    folder.flow(TestRuns.sample(TestRuns.SECOND, "a", "b", 10, 8, FlowSample.Limit.SHARE));
    folder.event(TestRuns.event(2 * TestRuns.SECOND, 5));
    folder.close();
    for (String file : List.of(ResultFiles.FLOWS, ResultFiles.EVENTS, ResultFiles.HEALTH)) {
      Files.writeString(folder.path().resolve(file), "{\"1.5,\"a", StandardOpenOption.APPEND);
    }
    RunOutcome outcome = KilledRuns.finish(folder.path()).orElseThrow();
    assertThat(outcome.verdict().grade()).isEqualTo(Verdict.Grade.INVALID);
    assertThat(outcome.observations().flows()).hasSize(1);
    assertThat(outcome.observations().durationNanos()).isEqualTo(2 * TestRuns.SECOND + 5);
    assertThat(Files.readString(folder.path().resolve("verdict.json")))
        .contains("killed before its end");
    assertThat(KilledRuns.finish(folder.path())).as("the second time").isEmpty();
  }

  @Test
  void shouldNotTouchAFolderThatHoldsNoRun() throws IOException {
    assertThat(KilledRuns.finish(temp)).isEmpty();
    assertThat(temp).isEmptyDirectory();
  }

  @Test
  void shouldLeaveReadableFilesWhenKilledInTheMiddle() throws Exception {
    Path run = temp.resolve("killed");
    Process writer =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                EndlessRun.class.getName(),
                run.toString())
            .redirectErrorStream(true)
            .redirectOutput(temp.resolve("child.log").toFile())
            .start();
    try {
      Path flows = run.resolve(ResultFiles.FLOWS);
      // 60 s is far: a Java process starts within seconds even on a busy machine.
      long deadline = System.nanoTime() + 60 * TestRuns.SECOND;
      while ((!Files.exists(flows) || Files.size(flows) < 300_000)
          && writer.isAlive()
          && System.nanoTime() < deadline) {
        Thread.sleep(10);
      }
      assertThat(writer.isAlive())
          .as(Files.readString(temp.resolve("child.log"), StandardCharsets.UTF_8))
          .isTrue();
    } finally {
      writer.destroyForcibly();
      assertThat(writer.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }
    RunOutcome outcome = KilledRuns.finish(run).orElseThrow();
    assertThat(outcome.observations().flows()).hasSize(1);
    assertThat(outcome.observations().durationNanos()).isGreaterThan(100 * TestRuns.SECOND);
  }

  @Test
  void shouldRecordAMillionSamplesInBoundedMemory() throws IOException {
    Runtime runtime = Runtime.getRuntime();
    try (ResultsFolder folder = create("long")) {
      System.gc();
      long before = runtime.totalMemory() - runtime.freeMemory();
      for (int i = 1; i <= 1_000_000; i++) {
        folder.flow(
            TestRuns.sample(i * 1_000_000L, "a" + i % 3, "b", 100, 99, FlowSample.Limit.SHARE));
      }
      System.gc();
      long grown = runtime.totalMemory() - runtime.freeMemory() - before;
      // Kept samples would take at least 64 bytes each, 64 MB; full buffers take 8 MB.
      assertThat(grown).isLessThan(24_000_000L);
      ResultsFolder.Recorded recorded = folder.stopRecording();
      assertThat(recorded.failures()).isEmpty();
      assertThat(recorded.flows()).hasSize(3);
    }
    long[] count = {0};
    ResultsReader.flows(temp.resolve("long"), sample -> count[0]++);
    assertThat(count[0]).isEqualTo(1_000_000);
  }
}
