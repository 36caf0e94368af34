package io.kollaps.benchmarks.fabric;

import io.kollaps.benchmarks.BenchmarkException;
import io.kollaps.benchmarks.Notes;
import io.kollaps.benchmarks.lab.Emulator;
import io.kollaps.benchmarks.lab.HostLoad;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Measures fabrics: rates, delays, loss, throughput, packets per second, processor time. */
public final class FabricBenchmark {
  private FabricBenchmark() {}

  /** How long and what. */
  public enum Extent {
    /** All figures, about four minutes for each fabric. */
    FULL,
    /** Half a minute: every kind of figure, coarse. */
    QUICK,
    /** What a machine with one slow processor can measure, about two minutes. */
    SMALL;

    private FabricPlan plan() {
      return switch (this) {
        case FULL -> FabricPlan.FULL;
        case QUICK -> FabricPlan.QUICK;
        case SMALL -> FabricPlan.SMALL;
      };
    }
  }

  /**
   * Measures. Every kind of figure is measured of one emulator after the other, so that those that
   * are compared were measured within the same minutes.
   *
   * @param emulators which fabrics, and what to compare them with
   * @param groups what of each
   * @param extent how long and what
   * @param notes is told what is being done, and what could not be
   * @return all figures, the same figure of every emulator side by side
   * @throws BenchmarkException when the machine cannot, or a measurement broke
   */
  public static List<FabricRow> run(
      List<Emulator> emulators, Set<FabricGroup> groups, Extent extent, Notes notes)
      throws BenchmarkException, InterruptedException {
    List<FabricRow> rows = new ArrayList<>();
    HostLoad load = new HostLoad();
    for (FabricGroup group : groups) {
      List<FabricRow> figures = new ArrayList<>();
      for (Emulator emulator : emulators) {
        if (!group.isUnshaped() || extent.plan().throughput()) {
          notes.note(emulator.name() + ":");
          figures.addAll(rows(group, new Subject(emulator, extent.plan(), notes)));
        }
      }
      rows.addAll(sideBySide(figures));
    }
    notes.note(load.sentence());
    return rows;
  }

  private static List<FabricRow> rows(FabricGroup group, Subject subject)
      throws BenchmarkException, InterruptedException {
    return switch (group) {
      case RATES -> new RateMeasurements(subject).rows();
      case DELAYS -> new DelayMeasurements(subject).rows();
      case THROUGHPUT -> new ThroughputMeasurements(subject).rows();
      case COSTS -> new CostMeasurements(subject).rows();
      case OVERLAY -> new OverlayMeasurements(subject).rows();
    };
  }

  /** Stable: figures in the order of the first emulator's, emulators in theirs. */
  private static List<FabricRow> sideBySide(List<FabricRow> rows) {
    Map<String, Integer> order = new LinkedHashMap<>();
    rows.forEach(row -> order.putIfAbsent(figure(row), order.size()));
    return rows.stream()
        .sorted(Comparator.comparingInt(row -> order.getOrDefault(figure(row), order.size())))
        .toList();
  }

  /** What was measured, without how many samples came back. */
  private static String figure(FabricRow row) {
    return row.what().replaceAll("\\d+ (echoes|packets)|[0-9.]+ %", "") + row.nominal();
  }
}
