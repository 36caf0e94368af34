package io.kollaps.node.results;

import io.kollaps.fabric.FabricHealth;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Runs for tests. */
public final class TestRuns {
  /** A second. */
  public static final long SECOND = 1_000_000_000L;

  /** A fabric without fault. */
  public static final FabricHealth GOOD_FABRIC =
      new FabricHealth(1_000_000, 8_000, 60_000, 400_000, 4 * SECOND, 0, 0, 0, true, 0);

  private TestRuns() {}

  public static RunFacts facts(String experiment, boolean root, String... notices) {
    return new RunFacts(
        "run-1",
        experiment,
        42,
        Instant.parse("2026-03-04T05:06:07Z"),
        "0.1.0",
        "user-space",
        "works on any kernel",
        25_000_000L,
        new HostFacts("Linux 6.18", 2, 8_000_000_000L, "25.0.1", root),
        new TopologySummary(
            "t.yaml",
            4,
            2,
            10,
            2,
            List.of(new TopologySummary.ServiceRow("c1", "iperf3 -c c3", 1))),
        List.of(notices));
  }

  public static EventRecord event(long plannedNanos, long latenessNanos) {
    return new EventRecord(
        plannedNanos, plannedNanos + latenessNanos, "join", "c2", "", Optional.empty());
  }

  public static FlowSample sample(
      long endNanos, String from, String to, long granted, long measured, FlowSample.Limit limit) {
    return new FlowSample(endNanos, SECOND / 10, from, to, granted, measured, limit, 0);
  }

  /** A run in which all was right. */
  public static RunObservations good() {
    return new RunObservations(
        facts("good", true),
        RunEnd.COMPLETED,
        30 * SECOND,
        OptionalLong.of(50_000_000L),
        List.of(event(0, 1_000_000L)),
        List.of(flow("a", "b", 0.1)),
        List.of(),
        new HealthSummary(
            GOOD_FABRIC,
            new HostHealth(30, 0, 0.6, 0.4, 0, 0),
            new LoopHealth(1200, 200_000, 900_000),
            OptionalLong.empty()),
        List.of());
  }

  public static FlowSummary flow(String from, String to, double errorPercent) {
    return new FlowSummary(
        from,
        to,
        20 * SECOND,
        18 * SECOND,
        100e6,
        100e6,
        java.util.OptionalDouble.of(errorPercent),
        3);
  }
}
