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

  /** One kind of measurement. */
  @FunctionalInterface
  private interface Measurement {
    List<FabricRow> of(Subject subject) throws BenchmarkException, InterruptedException;
  }

  /**
   * Measures. Every kind of figure is measured of one emulator after the other, so that those that
   * are compared were measured within the same minutes.
   *
   * @param emulators which fabrics, and what to compare them with
   * @param groups what of each
   * @param extent how long
   * @param notes is told what is being done, and what could not be
   * @return all figures, the same figure of every emulator side by side
   * @throws BenchmarkException when the machine cannot, or a measurement broke
   */
  public static List<FabricRow> run(
      List<Emulator> emulators, Set<FabricGroup> groups, Extent extent, Notes notes)
      throws BenchmarkException, InterruptedException {
    List<Measurement> measurements = new ArrayList<>();
    for (FabricGroup group : groups) {
      switch (group) {
        case RATES -> measurements.add(subject -> new RateMeasurements(subject).rows());
        case DELAYS -> measurements.add(subject -> new DelayMeasurements(subject).rows());
        case THROUGHPUT -> {
          if (extent.plan().throughput()) {
            measurements.add(subject -> new ThroughputMeasurements(subject).rows());
          }
        }
      }
    }
    List<FabricRow> rows = new ArrayList<>();
    HostLoad load = new HostLoad();
    for (Measurement measurement : measurements) {
      List<FabricRow> kind = new ArrayList<>();
      for (Emulator emulator : emulators) {
        notes.note(emulator.name() + ":");
        kind.addAll(measurement.of(new Subject(emulator, extent.plan(), notes)));
      }
      rows.addAll(sideBySide(kind));
    }
    notes.note(load.sentence());
    return rows;
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
