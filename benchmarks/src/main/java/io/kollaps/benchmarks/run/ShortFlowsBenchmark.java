package io.kollaps.benchmarks.run;

import io.kollaps.benchmarks.BenchmarkException;
import io.kollaps.benchmarks.ComparedRow;
import io.kollaps.benchmarks.Notes;
import io.kollaps.benchmarks.Statistics;
import io.kollaps.benchmarks.lab.HostLoad;
import io.kollaps.emulation.FlowTable;
import io.kollaps.node.run.StopSwitch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MappingIterator;
import tools.jackson.databind.json.JsonMapper;

/**
 * Flows of about 100 ms that come again and again beside a greedy one. What a user notices is how
 * long a short flow takes; so the same short flows run, in the same run, over a link of their own
 * that has just their share. A short flow is too short for shares to be averaged over it.
 */
public final class ShortFlowsBenchmark {
  private static final String GREEDY = "s1:c1";
  private static final String SHORT = "s2:c2";
  private static final int SHORT_KILOBYTES = 300;
  private static final long LINK_BITS_PER_SECOND = 50_000_000L;
  private static final long FIRST_NANOS = 3_000_000_000L;
  private static final long NANOS_PER_SECOND = 1_000_000_000L;
  private static final double MILLIS_PER_SECOND = 1e3;
  private static final double BITS_PER_MEGABIT = 1e6;
  private static final int FEWEST = 3;
  private static final JsonMapper JSON = new JsonMapper();

  private final String congestion;
  private final int seconds;

  /**
   * A benchmark.
   *
   * @param congestion congestion control of the flows
   * @param seconds how long short flows come, 2 to 600
   */
  public ShortFlowsBenchmark(String congestion, int seconds) {
    // the same ranges hold
    SharingOptions checked = new SharingOptions(congestion, seconds, 2, false, false);
    this.congestion = checked.congestion();
    this.seconds = checked.stepSeconds();
  }

  /**
   * Runs.
   *
   * @throws BenchmarkException when the run failed, or was ended early
   */
  public List<ComparedRow> run(Notes notes, StopSwitch stop)
      throws BenchmarkException, InterruptedException {
    Map<String, Double> shares =
        SharingVector.shares(
            RealRun.of("short-flows", yaml(LINK_BITS_PER_SECOND)).compiled(),
            Map.of(GREEDY, FlowTable.UNLIMITED, SHORT, FlowTable.UNLIMITED));
    double share = java.util.Objects.requireNonNull(shares.get(SHORT));
    RealRun run = RealRun.of("short-flows", yaml(Math.round(share)));
    notes.note("short flows, " + congestion + ", about " + (seconds + 4) + " s");
    HostLoad load = new HostLoad();
    FlowRecorder recorder = new FlowRecorder();
    List<Double> beside = new ArrayList<>();
    List<Double> alone = new ArrayList<>();
    notes.note(
        SharingBenchmark.health(
            run.play(
                recorder,
                stop,
                results -> {
                  beside.addAll(completionMillis(results.resolve("endpoints/c2.out.log")));
                  alone.addAll(completionMillis(results.resolve("endpoints/c3.out.log")));
                })));
    notes.note(load.sentence());
    if (beside.size() < FEWEST || alone.size() < FEWEST) {
      throw new BenchmarkException(
          "only %d and %d short flows were completed".formatted(beside.size(), alone.size()));
    }
    return rows(recorder.analysis(), shares, beside, alone);
  }

  private List<ComparedRow> rows(
      SharingAnalysis analysis,
      Map<String, Double> shares,
      List<Double> beside,
      List<Double> alone) {
    long end = FIRST_NANOS + seconds * NANOS_PER_SECOND;
    double[] granted = analysis.granted(GREEDY, FIRST_NANOS, end);
    double passed =
        analysis.received(GREEDY, FIRST_NANOS, end) + analysis.received(SHORT, FIRST_NANOS, end);
    String alike = "the same on a link of its share, same run";
    return List.of(
        new ComparedRow(
            "%d short flows of %d kB, time to complete, median"
                .formatted(beside.size(), SHORT_KILOBYTES),
            Statistics.median(alone),
            alike,
            Statistics.median(beside),
            "ms"),
        new ComparedRow(
            "short flows, time to complete, 90th percentile",
            Statistics.quantile(0.9, toArray(alone)),
            alike,
            Statistics.quantile(0.9, toArray(beside)),
            "ms"),
        new ComparedRow(
            "greedy flow, lowest grant",
            java.util.Objects.requireNonNull(shares.get(GREEDY)) / BITS_PER_MEGABIT,
            "its share beside a short flow",
            Statistics.quantile(0, granted) / BITS_PER_MEGABIT,
            "Mbit/s"),
        new ComparedRow(
            "greedy flow, highest grant",
            LINK_BITS_PER_SECOND / BITS_PER_MEGABIT,
            "the link's rate",
            Statistics.quantile(1, granted) / BITS_PER_MEGABIT,
            "Mbit/s"),
        new ComparedRow(
            "both flows received together, pauses included",
            LINK_BITS_PER_SECOND / BITS_PER_MEGABIT,
            "the link's rate",
            passed / BITS_PER_MEGABIT,
            "Mbit/s"));
  }

  private static double[] toArray(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }

  /**
   * Times of all flows that iperf3 tells in its JSON. Servers send ({@code -R}), because only a
   * client that receives measures until it has the last byte; one that sends measures until all is
   * handed to its kernel.
   */
  static List<Double> completionMillis(Path log) throws IOException {
    List<Double> millis = new ArrayList<>();
    try (var reader = Files.newBufferedReader(log);
        MappingIterator<JsonNode> flows = JSON.readerFor(JsonNode.class).readValues(reader)) {
      while (flows.hasNextValue()) {
        double flow = flows.nextValue().at("/end/sum_received/seconds").asDouble(0);
        if (flow > 0) {
          millis.add(flow * MILLIS_PER_SECOND);
        }
      }
    } catch (JacksonException e) {
      // the last one is cut off where the run ended it; those before it count
      return millis;
    }
    return millis;
  }

  private String yaml(long ownLinkBitsPerSecond) {
    return String.format(
        Locale.ROOT,
        """
        name: short-flows
        duration: %1$d s
        services:
          s1: { command: [iperf3, -s], background: true }
          s2: { command: [iperf3, -s], background: true }
          s3: { command: [iperf3, -s], background: true }
          c1: { command: [iperf3, -R, -c, s1, -t, "%1$d", -C, %2$s] }
          c2:
            command: while sleep 0.4; do iperf3 -J -R -c s2 -n %4$dK -C %2$s; done
            background: true
          c3:
            command: while sleep 0.4; do iperf3 -J -R -c s3 -n %4$dK -C %2$s; done
            background: true
        bridges: [b1, b2, b3, b4]
        links:
          - { from: c1, to: b1, latency: 10 ms }
          - { from: b1, to: b2, latency: 3 ms, rate: %5$d bit/s }
          - { from: s1, to: b2, latency: 1 ms }
          - { from: c2, to: b1, latency: 1 ms }
          - { from: s2, to: b2, latency: 1 ms }
          - { from: c3, to: b3, latency: 1 ms }
          - { from: b3, to: b4, latency: 3 ms, rate: %3$d bit/s }
          - { from: s3, to: b4, latency: 1 ms }
        timeline:
          - { at: 1 s, join: c1 }
          - { at: 2 s, join: c2 }
          - { at: 2200 ms, join: c3 }
        """,
        seconds + 3,
        congestion,
        ownLinkBitsPerSecond,
        SHORT_KILOBYTES,
        LINK_BITS_PER_SECOND);
  }
}
