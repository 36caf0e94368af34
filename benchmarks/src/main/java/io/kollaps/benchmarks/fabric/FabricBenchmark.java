package io.kollaps.benchmarks.fabric;

import io.kollaps.benchmarks.BenchmarkException;
import io.kollaps.benchmarks.Notes;
import io.kollaps.benchmarks.lab.FabricKind;
import io.kollaps.benchmarks.lab.HostLoad;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Measures fabrics: rates, delays, loss, throughput, packets per second, processor time. */
public final class FabricBenchmark {
  private FabricBenchmark() {}

  /**
   * Measures.
   *
   * @param kinds which fabrics, one after the other
   * @param groups what of each
   * @param quick about half a minute instead of about four for each
   * @param notes is told what is being done, and what could not be
   * @return all figures
   * @throws BenchmarkException when the machine cannot, or a measurement broke
   */
  public static List<FabricRow> run(
      List<FabricKind> kinds, Set<FabricGroup> groups, boolean quick, Notes notes)
      throws BenchmarkException, InterruptedException {
    List<FabricRow> rows = new ArrayList<>();
    for (FabricKind kind : kinds) {
      Subject subject = new Subject(kind, quick ? FabricPlan.QUICK : FabricPlan.FULL, notes);
      HostLoad load = new HostLoad();
      for (FabricGroup group : groups) {
        rows.addAll(
            switch (group) {
              case RATES -> new RateMeasurements(subject).rows();
              case DELAYS -> new DelayMeasurements(subject).rows();
              case THROUGHPUT -> new ThroughputMeasurements(subject).rows();
            });
      }
      notes.note(load.sentence());
    }
    return rows;
  }
}
