package io.kollaps.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kollaps.fabric.OverlayHealth;
import io.kollaps.node.fabric.FabricFactory;
import io.kollaps.node.results.EventRecord;
import io.kollaps.node.results.FlowSample;
import io.kollaps.node.results.NodeResult;
import io.kollaps.node.results.ResultsReader;
import io.kollaps.node.results.RunEnd;
import io.kollaps.node.results.RunOutcome;
import io.kollaps.node.results.Verdict.Grade;
import io.kollaps.node.run.Part.HomeEndpoint;
import io.kollaps.node.run.PartEnd;
import io.kollaps.node.run.PartResults;
import io.kollaps.node.run.PartSummary;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Parts of a run, with real programs and packets: together, and when something fails. */
@Order(52)
@Timeout(240)
class PartsTest {
  private static final long SECOND = 1_000_000_000L;

  /** c1 and c2 are in different parts, and share the link s1 -- s2. */
  private static final String THREE_CLIENTS =
      """
      name: three-clients
      duration: 30 s
      services:
        c3: { command: "iperf3 -s -p 5201 & exec iperf3 -s -p 5202", background: true }
        c1: { command: [iperf3, -c, c3, -p, "5201", -t, "9"], wait_for: "c3:5201" }
        c2: { command: [iperf3, -c, c3, -p, "5202", -t, "5"], wait_for: "c3:5202" }
      bridges: [s1, s2]
      links:
        - { from: c1, to: s1, latency: 5 ms, rate: 100 Mbit/s }
        - { from: c2, to: s1, latency: 5 ms, rate: 50 Mbit/s }
        - { from: s1, to: s2, rate: 100 Mbit/s }
        - { from: s2, to: c3, rate: 100 Mbit/s }
      timeline:
        - { at: 2 s, join: c2 }
        - { at: 8500 ms, set: s1 -> s2, rate: 80 Mbit/s }
      """;

  private static final int[] THREE_CLIENTS_HOMES = {1, 0, 1};

  private static final String TWO =
      """
      name: two
      duration: 60 s
      services:
        a: { command: sleep 600 }
        b: { command: sleep 600 }
      links:
        - { from: a, to: b, latency: 1 ms, rate: 10 Mbit/s }
      """;

  private static final int[] TWO_HOMES = {0, 1};

  @TempDir Path temp;

  private PartsOfARun parts(String file, int[] homes, FabricFactory... fabrics) throws Exception {
    return PartsOfARun.of(temp, file, homes, List.of(fabrics), 0);
  }

  @Test
  void shouldShareALinkAmongFlowsOfDifferentParts() throws Exception {
    List<FabricFactory> fabrics = List.of(PartsOfARun.fabric(), PartsOfARun.fabric());
    try (PartsOfARun parts =
        PartsOfARun.of(temp, THREE_CLIENTS, THREE_CLIENTS_HOMES, fabrics, 0.2)) {
      parts.prepare();
      parts.link();
      parts.start();
      Waiting.until(
          "c2 sends", Duration.ofSeconds(60), () -> !sends(parts.node(1), "c2").isEmpty());
      lookInside(parts);
      for (PartsOfARun.Node node : parts.nodes()) {
        assertThat(node.await(node.idle)).isTrue();
      }
      parts.end(PartEnd.programsEnded());
      for (PartsOfARun.Node node : parts.nodes()) {
        PartSummary summary = node.await(node.ended);
        assertThat(summary.end()).isEqualTo(RunEnd.COMPLETED);
        assertThat(summary.exchange().sentBytes()).isPositive();
        assertThat(summary.exchange().refusedDatagrams()).isZero();
        assertThat(node.failures).isEmpty();
        assertThat(node.left()).isEmpty();
      }
      assertThat(parts.processes()).isEmpty();
      expectMerged(
          PartResults.merge(
                  parts.nodes().stream().map(node -> node.part().results()).toList(),
                  temp.resolve("merged"))
              .orElseThrow());
    }
  }

  private static List<FlowSample> sends(PartsOfARun.Node node, String from) {
    return node.part().newestFlows().stream()
        .filter(s -> s.from().equals(from) && s.to().equals("c3"))
        .toList();
  }

  /** What a user asks of a running part. */
  private static void lookInside(PartsOfARun parts) throws Exception {
    PartsOfARun.Node server = parts.node(1);
    assertThat(server.part().endpoints())
        .extracting(HomeEndpoint::name)
        .containsExactly("c3", "c2");
    HomeEndpoint c3 = server.part().endpoints().getFirst();
    assertThat(c3.running()).isTrue();
    assertThat(c3.startedNanos()).isPresent();
    assertThat(c3.standardOutput()).exists();
    Process inside =
        server
            .part()
            .enter("c3", List.of("sh", "-c", "hostname; ls /sys/class/net; getent hosts c1"));
    String output = new String(inside.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(inside.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(output.lines()).contains("c3", "eth0").anyMatch(line -> line.endsWith("c1"));
    Process lasting = server.part().enter("c3", List.of("sleep", "501.25"));
    lasting.destroy();
    assertThat(lasting.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThatThrownBy(() -> parts.node(0).part().enter("c3", List.of("true")))
        .hasMessageContaining("c1");
  }

  private void expectMerged(RunOutcome outcome) throws Exception {
    Results results = new Results(temp.resolve("merged"));
    assertThat(outcome.observations().programs())
        .filteredOn(p -> !p.endpoint().equals("c3"))
        .allSatisfy(p -> assertThat(p.exitCode()).hasValue(0));
    List<EventRecord> events = ResultsReader.events(temp.resolve("merged"));
    assertThat(events)
        .extracting(e -> e.kind() + " " + e.subject())
        .containsExactlyInAnyOrder("join c3", "join c1", "join c2", "link-set s1->s2");
    assertThat(outcome.observations().nodes())
        .allSatisfy(
            node -> {
              OverlayHealth overlay = node.health().fabric().overlay();
              assertThat(overlay.sentPackets()).isPositive();
              assertThat(overlay.receivedPackets()).isPositive();
              assertThat(overlay.malformedDatagrams()).isZero();
            });
    double bytes =
        outcome.observations().nodes().stream().mapToDouble(NodeResult::sentBytesPerSecond).sum();
    assertThat(bytes).as("bytes a second that the parts told each other").isBetween(1.0, 2_000.0);
    List<FlowSample> both = new ArrayList<>();
    long[] c2 = spanOf(events);
    ResultsReader.flows(
        temp.resolve("merged"),
        sample -> {
          long begin = sample.endNanos() - sample.intervalNanos();
          if (begin > c2[0] + SECOND
              && sample.endNanos() < c2[0] + 4 * SECOND
              && sample.to().equals("c3")) {
            both.add(sample);
          }
        });
    double first = mean(both, "c1");
    double second = mean(both, "c2");
    Figures.saw(
        "parts: c1 %.2f Mbit/s, c2 %.2f Mbit/s, %.0f bytes/s told, %s",
        first / 1e6, second / 1e6, bytes, results.summary());
    assertThat(granted(both, "c1")).isBetween(49.5e6, 50.5e6);
    assertThat(granted(both, "c2")).isBetween(49.5e6, 50.5e6);
    boolean good =
        Machine.passes(
            results,
            _ -> {
              assertThat(first).isBetween(48.5e6, 51.5e6);
              assertThat(second).isBetween(48.5e6, 51.5e6);
            });
    assertThat(good || first > 0).isTrue();
  }

  private static long[] spanOf(List<EventRecord> events) {
    return events.stream()
        .filter(e -> e.subject().equals("c2"))
        .mapToLong(EventRecord::actualNanos)
        .toArray();
  }

  private static double mean(List<FlowSample> samples, String from) {
    return samples.stream()
        .filter(s -> s.from().equals(from))
        .mapToLong(FlowSample::measuredBitsPerSecond)
        .average()
        .orElse(0);
  }

  private static double granted(List<FlowSample> samples, String from) {
    return samples.stream()
        .filter(s -> s.from().equals(from))
        .mapToLong(FlowSample::grantedBitsPerSecond)
        .average()
        .orElse(0);
  }

  /** One part's fabric fails at each of its steps; the other is ended, as a controller does. */
  @ParameterizedTest
  @CsvSource({"attach, 1", "openOverlay, 1", "setPaths, 1", "setPeers, 1", "checkPeers, 1"})
  void shouldEndCleanlyWhenAPartFailsBeforeItsStart(String method, int call) throws Exception {
    try (PartsOfARun parts =
        parts(TWO, TWO_HOMES, PartsOfARun.fabric(), PartsOfARun.failing(method, call))) {
      PartsOfARun.Node good = parts.node(0);
      PartsOfARun.Node bad = parts.node(1);
      parts.nodes().forEach(node -> node.part().prepare());
      int port = good.await(good.prepared);
      boolean atLink = method.endsWith("Peers");
      if (atLink) {
        List<InetSocketAddress> addresses =
            List.of(address(0, port), address(1, bad.await(bad.prepared)));
        parts.nodes().forEach(node -> node.part().link(addresses));
      }
      PartSummary failed = bad.await(bad.ended);
      long asked = System.nanoTime();
      good.part().end(new PartEnd(PartEnd.Kind.ABORTED, "node-1 failed"));
      PartSummary aborted = good.await(good.ended);
      long took = System.nanoTime() - asked;

      assertThat(bad.failures).singleElement().asString().contains("broken on purpose: " + method);
      assertThat(bad.order).endsWith("failed", "ended");
      assertThat(failed.end().kind()).isEqualTo(RunEnd.Kind.FAILED);
      assertThat(failed.verdict().grade()).isEqualTo(Grade.INVALID);
      assertThat(good.failures).isEmpty();
      assertThat(aborted.end()).isEqualTo(new RunEnd(RunEnd.Kind.FAILED, "node-1 failed"));
      assertThat(good.part().results().resolve("verdict.json")).exists();
      expectNothingLeft(parts);
      // far above what it takes; a wait for the other node would be longer
      assertThat(Duration.ofNanos(took)).isLessThan(Duration.ofSeconds(20));
    }
  }

  @Test
  void shouldEndCleanlyWhenAPartFailsWhileItRuns() throws Exception {
    // the cut of b breaks its part; the other goes on until it is told to end
    String file = TWO + "timeline:\n  - { at: 500 ms, disconnect: b }\n";
    try (PartsOfARun parts =
        parts(file, TWO_HOMES, PartsOfARun.fabric(), PartsOfARun.failing("setConnected", 1))) {
      parts.prepare();
      parts.link();
      parts.start();
      PartsOfARun.Node bad = parts.node(1);
      PartsOfARun.Node good = parts.node(0);
      assertThat(bad.await(bad.ended).end().kind()).isEqualTo(RunEnd.Kind.FAILED);
      assertThat(good.ended).isNotDone();
      good.part().peerGone(1);
      good.part().end(new PartEnd(PartEnd.Kind.ABORTED, "node-1 failed"));
      assertThat(good.await(good.ended).end().detail()).isEqualTo("node-1 failed");
      expectNothingLeft(parts);
      RunOutcome merged =
          PartResults.merge(
                  parts.nodes().stream().map(node -> node.part().results()).toList(),
                  temp.resolve("merged"))
              .orElseThrow();
      assertThat(merged.verdict().grade()).isEqualTo(Grade.INVALID);
      assertThat(merged.verdict().reasons())
          .anyMatch(r -> r.message().contains("Node node-1: ") && r.message().contains("broken"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"before", "preparing", "prepared", "linking", "ready", "waiting", "running"})
  void shouldEndInEveryState(String state) throws Exception {
    PartEnd why = new PartEnd(PartEnd.Kind.STOPPED, "its user wants it");
    try (PartsOfARun parts = parts(TWO, TWO_HOMES, PartsOfARun.fabric(), PartsOfARun.fabric())) {
      bring(parts, state);
      parts.end(why);
      for (PartsOfARun.Node node : parts.nodes()) {
        PartSummary summary = node.await(node.ended);
        assertThat(summary.end()).isEqualTo(new RunEnd(RunEnd.Kind.INTERRUPTED, why.detail()));
        assertThat(node.failures).isEmpty();
        assertThat(node.order).endsWith("ended").doesNotHaveDuplicates();
      }
      expectNothingLeft(parts);
    }
  }

  private static void bring(PartsOfARun parts, String state) throws Exception {
    if (state.equals("before")) {
      return;
    }
    if (state.equals("preparing")) {
      parts.nodes().forEach(node -> node.part().prepare());
      Thread.sleep(300);
      return;
    }
    parts.prepare();
    if (state.equals("prepared")) {
      return;
    }
    if (state.equals("linking")) {
      // nobody answers there
      List<InetSocketAddress> nowhere = List.of(address(7, 9), address(8, 9));
      parts.nodes().forEach(node -> node.part().link(nowhere));
      Thread.sleep(300);
      return;
    }
    parts.link();
    if (state.equals("ready")) {
      return;
    }
    if (state.equals("waiting")) {
      parts.nodes().forEach(node -> node.part().startAt(System.nanoTime() + 30 * SECOND));
      Thread.sleep(100);
      return;
    }
    parts.start();
  }

  /** Several nodes may be on one machine, and a part that ends sweeps what it left. */
  @Test
  void shouldLeaveTheProcessesOfTheRunsOtherPartsAloneAtItsEnd() throws Exception {
    try (PartsOfARun parts = parts(TWO, TWO_HOMES, PartsOfARun.fabric(), PartsOfARun.fabric())) {
      parts.prepare();
      parts.link();
      parts.start();
      parts.node(0).part().end(new PartEnd(PartEnd.Kind.STOPPED, "only this one"));
      PartsOfARun.Node other = parts.node(1);
      assertThat(parts.node(0).await(parts.node(0).ended).end().kind())
          .isEqualTo(RunEnd.Kind.INTERRUPTED);
      HomeEndpoint b = other.part().endpoints().getFirst();
      assertThat(b.running()).isTrue();
      assertThat(parts.processes()).isNotEmpty();
      Process inside = other.part().enter("b", List.of("true"));
      assertThat(inside.waitFor(20, TimeUnit.SECONDS)).isTrue();
      assertThat(inside.exitValue()).isZero();
      assertThat(other.failures).isEmpty();
    }
  }

  @Test
  void shouldFailAPartThatIsTakenOutOfOrder() throws Exception {
    try (PartsOfARun parts = parts(TWO, TWO_HOMES, PartsOfARun.fabric(), PartsOfARun.fabric())) {
      PartsOfARun.Node node = parts.node(0);
      node.part().startAt(System.nanoTime());
      assertThat(node.await(node.ended).end().kind()).isEqualTo(RunEnd.Kind.FAILED);
      assertThat(node.part().results()).doesNotExist();
    }
  }

  private static InetSocketAddress address(int number, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral("127.0.0." + (number + 1)), port);
  }

  private static void expectNothingLeft(PartsOfARun parts) throws Exception {
    for (PartsOfARun.Node node : parts.nodes()) {
      assertThat(node.left()).isEmpty();
    }
    Waiting.until(
        "no process of the run", Duration.ofSeconds(20), () -> parts.processes().isEmpty());
  }
}
